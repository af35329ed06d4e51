using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace WebhookReceiver.Senders;

/// <summary>The texts that carry a signature: one, or, where the sender signs with several keys, some.</summary>
internal struct SignatureTexts
{
    private Values _values;

    /// <summary>How many there are; more than <see cref="SenderPlan.MaxSignatures"/> are too many, and not kept.</summary>
    public int Count { get; private set; }

    /// <summary>Whether something stands twice that may stand there once.</summary>
    public bool IsDuplicated { get; private set; }

    public readonly bool IsTooMany => Count > SenderPlan.MaxSignatures;

    public readonly string this[int index] => _values[index];

    public static SignatureTexts Find<TRequest>(SignatureLocation location, string[] pointer, ref readonly TRequest request)
        where TRequest : ISignedRequest, allows ref struct
    {
        var texts = new SignatureTexts();
        if (location.Header is { } header)
        {
            texts.AddHeaders(location, header, in request);
        }
        else if (location.Query is { } query)
        {
            texts.AddIfAny(RequestText.ReadQuery(request.Query, query));
        }
        else if (location.Field is { } field)
        {
            texts.AddIfAny(request.Content?.Field(field));
        }
        else if (pointer.Length > 0 && request.Content?.Document is { } document)
        {
            texts.AddValues(document, pointer);
        }

        return texts;
    }

    private void AddHeaders<TRequest>(SignatureLocation location, string header, ref readonly TRequest request)
        where TRequest : ISignedRequest, allows ref struct
    {
        if (!location.Numbered)
        {
            AddLines(location, header, in request);
        }

        // Consecutive from 1: a gap ends them.
        for (int number = 1; location.Numbered && !IsTooMany && !IsDuplicated; number++)
        {
            int before = Count;
            AddLines(location, header + number.ToString(CultureInfo.InvariantCulture), in request);
            if (Count == before)
            {
                break;
            }
        }

        for (int i = 0; i < location.AlsoHeaders.Count; i++)
        {
            AddLines(location, location.AlsoHeaders[i], in request);
        }
    }

    private void AddLines<TRequest>(SignatureLocation location, string header, ref readonly TRequest request)
        where TRequest : ISignedRequest, allows ref struct
    {
        int count = request.GetHeader(header, out string? value);
        if (count == 1)
        {
            Add(value!);
        }
        else if (count > 1)
        {
            IsDuplicated |= !location.Repeatable;
            for (int line = 0; line < count && !IsTooMany; line++)
            {
                Add(request.GetHeaderLine(header, line));
            }
        }
    }

    private void AddValues(JsonElement document, string[] pointer)
    {
        foreach (JsonElement value in JsonPath.All(document, pointer))
        {
            // What is no text is no signature, and each of them must hold.
            Add(value.ValueKind == JsonValueKind.String ? JsonText.OrEmpty(value) : "");
            if (IsTooMany)
            {
                break;
            }
        }
    }

    private void AddIfAny(string? value)
    {
        if (value is not null)
        {
            Add(value);
        }
    }

    private void Add(string value)
    {
        if (Count < SenderPlan.MaxSignatures)
        {
            _values[Count] = value;
        }

        Count++;
    }

    [InlineArray(SenderPlan.MaxSignatures)]
    private struct Values
    {
        private string _first;
    }
}
