using WebhookReceiver.Envelopes;
using WebhookReceiver.Inbox;
using WebhookReceiver.Senders;

namespace WebhookReceiver.Tests.Envelopes;

/// <summary>The usual envelope is judged without the validator, which is asked only for what is wrong: the two must be of one mind.</summary>
public sealed class WebhookEnvelopeValidatorTests
{
    private const int Seed = 20_261_125;
    private const int RandomEnvelopes = 20_000;

    // What the rules speak of, around each of their limits.
    private static readonly string?[] Texts =
    [
        null, "", " ", "\t", "\u00a0", "\u3000", "a", "_", ".", "a.b", "a..b", ".a", "a.", "a.b\n", "\na.b", "a b", " a", "a ", "a\u00a0", "a-b", "é", "ab\0",
        "a\u0085b", "a\u2028b", "\u2029a", "a\ud83d\ude00", "new_order", "pull_request.opened", "{}",
        .. Around(WebhookEnvelopeValidator.MaxDottedTypeLength, "a"), .. Around(WebhookEnvelopeValidator.MaxTypeLength, "a"), .. Around(WebhookEnvelopeValidator.MaxIdBytes, "a"),
        .. Around(WebhookEnvelopeValidator.MaxTypeLength, "é"), .. Around(WebhookEnvelopeValidator.MaxIdBytes / 2, "é"), .. Around(WebhookEnvelopeValidator.MaxIdBytes / 3, "€"),
        .. Around(WebhookEnvelopeValidator.MaxDottedTypeLength / 2, "a."),
    ];

    private static readonly DataLocation?[] Places = [null, DataLocation.Json(0, 2), DataLocation.Form];

    private readonly WebhookEnvelopeValidator _validator = new();
    private int _right, _wrong;

    [Fact]
    public void IsRight_AtEveryLimitOfTheRules_AgreesWithTheValidator()
    {
        foreach (var id in Texts)
        {
            foreach (var type in Texts)
            {
                foreach (var grammar in Enum.GetValues<TypeGrammar>())
                {
                    foreach (var data in Places)
                    {
                        AssertAgree(new WebhookEnvelope(id, type, grammar, null, data));
                    }
                }
            }
        }

        AssertBothWereSeen();
    }

    [Fact]
    public void IsRight_OfRandomTexts_AgreesWithTheValidator()
    {
        var random = new Random(Seed);
        for (var i = 0; i < RandomEnvelopes; i++)
        {
            AssertAgree(new WebhookEnvelope(
                Text(random), Text(random), random.GetItems(Enum.GetValues<TypeGrammar>(), 1)[0], null, random.Next(10) == 0 ? null : DataLocation.Json(0, 2)));
        }

        AssertBothWereSeen();
    }

    private void AssertAgree(WebhookEnvelope envelope)
    {
        var result = _validator.Validate(envelope);
        if (result.IsValid != WebhookEnvelopeValidator.IsRight(envelope))
        {
            Assert.Fail($"The validator says {(result.IsValid ? "nothing" : result.ToString())} of {envelope}.");
        }

        _right += result.IsValid ? 1 : 0;
        _wrong += result.IsValid ? 0 : 1;
    }

    private void AssertBothWereSeen()
    {
        Assert.InRange(_right, 100, int.MaxValue);
        Assert.InRange(_wrong, 100, int.MaxValue);
    }

    private static IEnumerable<string> Around(int count, string word) =>
        Enumerable.Range(count - 1, 3).Select(times => string.Concat(Enumerable.Repeat(word, times)));

    private static string? Text(Random random) => random.Next(20) == 0
        ? null
        : string.Concat(random.GetItems(["a", "Z", "0", "_", "a", "b", "c", ".", ".", " ", "é", "\n", "\u2028", "\u00a0", "\ud83d\ude00"], random.Next(random.Next(2) == 0 ? 6 : 300)));
}
