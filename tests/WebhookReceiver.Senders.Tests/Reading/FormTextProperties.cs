using System.Text;
using System.Web;
using CsCheck;

namespace WebhookReceiver.Senders.Tests.Reading;

public sealed class FormTextProperties
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private static readonly Gen<byte[]> Bodies = Gen.Frequency(
        (6, Gen.OneOf("a", "b", "&", "=", "+", "%", "%4", "%41", "%zz", "%e2%82%ac", "%ff", "%00", "\u00e9").Select(Encoding.UTF8.GetBytes)),
        (1, Gen.Byte.Array[1, 1])).Array[0, 30].Select(static pieces => pieces.SelectMany(static piece => piece).ToArray());

    [Fact]
    public void Form_Written_ReadsBackTheSame() =>
        Gen.Select(PropertyRuns.Text(), PropertyRuns.Text()).Array[0, 20].Holds(static fields =>
        {
            KeyValuePair<string, string>[] pairs = [.. fields.Select(static field => KeyValuePair.Create(field.Item1, field.Item2))];

            Assert.Equal(pairs, FormText.Parse(FormText.Write(pairs), out _));
        });

    [Fact]
    public void Form_OfAnyBytes_IsWhatTheFrameworkDecodes() =>
        Bodies.Holds(static body => Assert.Equal(Reference(body), FormText.Parse(body, out _)));

    /// <summary>Another decoder, put together from the framework's: pairs between <c>&amp;</c>, each name and value by itself, and none where a part is not UTF-8.</summary>
    private static List<KeyValuePair<string, string>>? Reference(byte[] body)
    {
        var pairs = new List<KeyValuePair<string, string>>();
        foreach (string pair in Encoding.Latin1.GetString(body).Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = pair.Split('=', 2);
            try
            {
                pairs.Add(new(Decode(parts[0]), parts.Length == 2 ? Decode(parts[1]) : ""));
            }
            catch (DecoderFallbackException)
            {
                return null;
            }
        }

        return pairs;
    }

    private static string Decode(string latin1) => Strict.GetString(HttpUtility.UrlDecodeToBytes(Encoding.Latin1.GetBytes(latin1)));
}
