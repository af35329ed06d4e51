using CsCheck;

namespace WebhookReceiver.Senders.Tests.Verifying;

/// <summary>What the signer writes the verifier reads, whatever it is; and of what was changed afterwards nothing.</summary>
public sealed class SenderPlanProperties
{
    public static TheoryData<string> IdsThatCoverTheBody() =>
        [.. SenderCatalog.Ids.Where(static id => SenderPlan.Compile(Rows.Get(id)) is { Coverage: SignatureCoverage.Body, SignsWithPrivateKey: false, FetchesKeys: false, Definition: { Bodies: var bodies } } && bodies.Contains(BodyFormat.Json))];

    [Theory]
    [MemberData(nameof(IdsThatCoverTheBody))]
    public void Body_OfAnyDocument_IsVerifiedAsItWasSignedAndInNoOtherWay(string id)
    {
        var plan = SenderPlan.Compile(Rows.Get(id));
        Gen.Select(JsonDocuments.Texts, Gen.Int[0, int.MaxValue - 1], Gen.Int[0, 7]).Holds(
            (text, place, bit) =>
            {
                if (TrySign(plan, text) is not { } delivery)
                {
                    return;
                }

                Assert.Equal(SignatureOutcome.Verified, delivery.Outcome());
                byte[] other = [.. delivery.Body];
                other[place % other.Length] ^= (byte)(1 << bit);

                Assert.NotEqual(SignatureOutcome.Verified, (delivery with { Body = other }).Outcome());
            },
            each: 50);
    }

    [Theory]
    [MemberData(nameof(IdsThatCoverTheBody))]
    public void Signature_OfAnyOtherText_IsRefusedForAReason(string id)
    {
        Delivery delivery = Delivery.Of(id);
        if (delivery.Scheme().Definition.Signature.Header is not { } header || delivery.Scheme().Definition.Signature.Numbered)
        {
            return;
        }

        HashSet<string> right = [.. Items(delivery[header])];
        PropertyRuns.Changed(delivery[header]).Holds(
            text =>
            {
                SignatureVerdict verdict = delivery.With(header, text).Verify();
                Assert.True(Enum.IsDefined(verdict.Outcome));

                // What stands beside the right signature, in a list, takes nothing from it.
                Assert.True(!verdict.IsVerified || Items(text).Any(right.Contains) || text.Contains(delivery[header], StringComparison.OrdinalIgnoreCase), text);
            },
            each: 20);
    }

    private static IEnumerable<string> Items(string header) => header.Split([',', ' ', ';'], StringSplitOptions.RemoveEmptyEntries).Where(static item => item.Length > 20);

    /// <returns><see langword="null"/> where the sender signs a part of the body that is not in it.</returns>
    private static Delivery? TrySign(SenderPlan plan, string text)
    {
        try
        {
            return Delivery.Of(plan, text) is { Body.Length: > 0 } delivery ? delivery : null;
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }
}
