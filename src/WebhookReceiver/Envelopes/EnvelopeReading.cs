using System.Globalization;
using System.Runtime.CompilerServices;
using WebhookReceiver.Endpoints;
using WebhookReceiver.Senders;

namespace WebhookReceiver.Envelopes;

/// <summary>What all events of one verified delivery share.</summary>
/// <param name="delivery">The delivery.</param>
/// <param name="schemeIndex">The scheme that verified it.</param>
/// <param name="signedAt">The signed time, where there is one.</param>
/// <param name="secretIndex">The secret that matched.</param>
internal readonly struct EnvelopeReading(Delivery delivery, int schemeIndex, DateTimeOffset? signedAt, int secretIndex)
{
    public Delivery Delivery { get; } = delivery;

    public SenderPlan Plan => Delivery.Source.Plan;

    public int SchemeIndex { get; } = schemeIndex;

    public DateTimeOffset? SignedAt { get; } = signedAt;

    public int SecretIndex { get; } = secretIndex;

    /// <summary>See <see cref="Inbox.KeptHeaders"/>.</summary>
    public string Headers { get; } = HeadersOf(delivery);

    private static string HeadersOf(Delivery delivery)
    {
        var text = new DefaultInterpolatedStringHandler(0, 0, CultureInfo.InvariantCulture, stackalloc char[256]);
        foreach (var name in delivery.Source.KeptHeaders)
        {
            var values = delivery.Headers[name];
            if (values.Count > 0)
            {
                text.AppendLiteral(name);
                text.AppendLiteral(": ");
                text.AppendLiteral(values.ToString());
                text.AppendLiteral("\n");
            }
        }

        return text.ToStringAndClear();
    }
}
