using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using WebhookReceiver.Inbox;
using WebhookReceiver.Senders;

namespace WebhookReceiver.Handlers;

/// <summary>Makes the data of a stored event what the handler asks for.</summary>
internal sealed class EventDataBinder(IOptions<WebhookJsonOptions> options)
{
    private readonly JsonSerializerOptions _json = options.Value.SerializerOptions;

    /// <exception cref="PermanentFailureException">The data does not fit: the same bytes would not fit the next time either.</exception>
    public TData Bind<TData>(InboxEvent stored)
    {
        if (typeof(TData) == typeof(ReadOnlyMemory<byte>))
        {
            return (TData)(object)new ReadOnlyMemory<byte>(stored.Body);
        }

        if (typeof(TData) == typeof(byte[]))
        {
            return (TData)(object)stored.Body.AsSpan().ToArray();
        }

        if (typeof(TData) == typeof(IFormCollection))
        {
            return (TData)(object)Form(stored);
        }

        try
        {
            if (typeof(TData) == typeof(JsonElement))
            {
                return (TData)(object)JsonElement.Parse(Json(stored), new JsonDocumentOptions { MaxDepth = 512 });
            }

            return JsonSerializer.Deserialize<TData>(Json(stored), _json)
                ?? throw new PermanentFailureException($"The data is null and not a {typeof(TData).Name}.");
        }
        catch (JsonException error)
        {
            // Path and position, which name the place; never the value.
            throw new PermanentFailureException(
                $"The data does not fit {typeof(TData).Name}: {error.Message}", error);
        }
    }

    private static ReadOnlySpan<byte> Json(InboxEvent stored)
    {
        if (!stored.Data.IsForm)
        {
            return stored.Body.AsSpan(stored.Data.Start, stored.Data.Length);
        }

        if (stored.Data.FormField is not { } field)
        {
            // The fields of a form as an object of texts: a record takes them by name.
            return JsonSerializer.SerializeToUtf8Bytes(Form(stored).ToDictionary(static pair => pair.Key, static pair => pair.Value.ToString()));
        }

        var text = Encoding.UTF8.GetBytes(Fields(stored).First(pair => pair.Key == field).Value);
        return stored.Data.Start < 0 ? text : text.AsSpan(stored.Data.Start, stored.Data.Length);
    }

    private static FormCollection Form(InboxEvent stored)
    {
        if (!stored.Data.IsForm)
        {
            throw new PermanentFailureException("The event is not a form.");
        }

        // Names of a form ignore case here, as in every other form of ASP.NET Core.
        var values = new KeyValueAccumulator();
        foreach (var (name, value) in Fields(stored))
        {
            values.Append(name, value);
        }

        return new FormCollection(values.GetResults());
    }

    private static IReadOnlyList<KeyValuePair<string, string>> Fields(InboxEvent stored) =>
        RequestContent.ReadForm(stored.Body, stored.ContentType) ?? throw new PermanentFailureException("The body is not a form that can be read.");
}

/// <summary>How the data of events becomes your types; set by <see cref="WebhookReceiverBuilder.ConfigureJson"/>.</summary>
public sealed class WebhookJsonOptions
{
    /// <summary>
    /// The serializer's options. By default those of the web (camelCase, names without regard to case, numbers in quotes allowed), and
    /// strict about what a type says: a required constructor parameter must be there, and one that is not nullable must not be null. They
    /// can be changed until the first event is handled.
    /// </summary>
    public JsonSerializerOptions SerializerOptions { get; } = new(JsonSerializerDefaults.Web)
    {
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };
}
