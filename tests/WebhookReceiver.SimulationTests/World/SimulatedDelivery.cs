using System.Text;
using Microsoft.AspNetCore.Http;
using WebhookReceiver.Endpoints;
using WebhookReceiver.Senders;

namespace WebhookReceiver.SimulationTests.World;

/// <summary>What a sender sends, again and again until it is answered 2xx or gives up.</summary>
/// <param name="eventId">The sender's id of the event.</param>
/// <param name="type">Its type.</param>
/// <param name="variant">What makes its body another one.</param>
/// <param name="isForged">Whether it is signed with a secret that is not ours.</param>
internal sealed class SimulatedDelivery(string eventId, string type, int variant, bool isForged)
{
    public string EventId => eventId;

    public string Type => type;

    public bool IsForged => isForged;

    /// <summary>How often it was sent.</summary>
    public int Tries { get; set; }

    /// <summary>Where it was sent and is not answered.</summary>
    public SimulatedProcess? SentTo { get; set; }

    public Delivery ToDelivery(DateTimeOffset now)
    {
        var body = Encoding.UTF8.GetBytes($$$"""{"event":"{{{type}}}","data":{"n":{{{variant}}}}}""");
        var headers = new HeaderDictionary();
        var plan = SimulationServices.Plan;
        foreach (var (name, value) in plan.Sign(new SigningInput(body, eventId, now), isForged ? SimulationServices.ForgedKey : SimulationServices.Key).Headers)
        {
            headers[name] = value;
        }

        return new Delivery
        {
            Source = SimulationServices.Source,
            Method = "POST",
            Body = body,
            Format = BodyFormat.Json,
            ContentType = "application/json",
            Headers = headers,
            Query = "",
            ArrivedAt = now,
            ReceivedAt = now,
        };
    }
}
