using System.Runtime.CompilerServices;

namespace WebhookReceiver.Senders;

/// <summary>The values of a scheme's fields, on the stack.</summary>
[InlineArray(FieldNames.Max)]
internal struct FieldValues
{
    private ReadOnlyMemory<char> _first;
}
