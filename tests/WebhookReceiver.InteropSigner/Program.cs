// Signs with the catalogue for programs that are not in .NET: a line of JSON in, a line of JSON out, until the input ends.
// The keys it makes stay in it: the other side knows a private key by its public half.
using System.Text.Json;
using WebhookReceiver.InteropSigner;

JsonSerializerOptions json = new(JsonSerializerDefaults.Web);
var signer = new Signer();
while (Console.In.ReadLine() is { } line)
{
    SigningRequest request = JsonSerializer.Deserialize<SigningRequest>(line, json)!;
    Console.Out.WriteLine(request.Secret is null
        ? JsonSerializer.Serialize(new { Secret = signer.MakeKey(request.Sender) }, json)
        : JsonSerializer.Serialize(signer.Sign(request), json));
}
