namespace WebhookReceiver.Senders.Tests;

public sealed class SecretTests
{
    private const string Base64Of24 = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    [Theory]
    [InlineData("standard-webhooks", "whsec_" + Base64Of24)]
    [InlineData("standard-webhooks", Base64Of24)]
    [InlineData("svix", "whsec_MDEyMzQ1Njc4OWFiY2RlZg==")]
    [InlineData("stripe", "whsec_test_secret")]
    [InlineData("github", "It's a Secret to Everybody")]
    [InlineData("github", "test-secret-of-a-team-that-has-its-own")]
    [InlineData("hmac-sha256", "v1,this-text-is-a-key-like-any-other")]
    [InlineData("hmac-sha256", "\u00e4\u00f6\u00fc\u00df\u00e4\u00f6\u00fc\u00df")]
    [InlineData("slack", "8f742231b10e8888abcd99yyyzzz85a5")]
    public void Secret_ThatTheSenderCouldIssue_IsTaken(string id, string secret)
    {
        Assert.True(SenderPlan.Compile(Rows.Get(id)).TryCreateKey(secret, out SenderKey? key, out string? problem), problem);
        Assert.Equal("SenderKey (hidden)", key.ToString());
    }

    [Theory]
    [InlineData("github", "", "is empty")]
    [InlineData("github", " \t ", "is empty")]
    [InlineData("github", "fifteen-bytes-!", "fewer than 16 bytes")]
    [InlineData("github", "changeme", "placeholder")]
    [InlineData("github", "CHANGE-ME", "placeholder")]
    [InlineData("github", "  your-webhook-secret ", "placeholder")]
    [InlineData("github", "<secret>", "placeholder")]
    [InlineData("github", "<the secret that GitHub shows>", "placeholder")]
    [InlineData("github", "${GITHUB_WEBHOOK_SECRET}", "placeholder")]
    [InlineData("github", "{{ .Values.secret }}", "placeholder")]
    [InlineData("github", "xxxxxxxxxxxxxxxxxxxxxxxx", "placeholder")]
    [InlineData("github", "********************", "placeholder")]
    [InlineData("github", "...", "placeholder")]
    [InlineData("github", "\u2026", "placeholder")]
    [InlineData("standard-webhooks", "whsec_...", "placeholder")]
    [InlineData("standard-webhooks", "whsec_", "placeholder")]
    [InlineData("stripe", "whsec_xxxxxxxxxxxxxxxxxxxx", "placeholder")]
    [InlineData("stripe", "sk_live_0123456789abcdefghij", "'sk_' and is a Stripe API key")]
    [InlineData("stripe", "rk_test_0123456789abcdefghij", "'rk_' and is a Stripe API key")]
    [InlineData("stripe", "pk_live_0123456789abcdefghij", "'pk_' and is a Stripe API key")]
    [InlineData("github", "ghp_0123456789abcdefghij", "a GitHub access token")]
    [InlineData("standard-webhooks", "v1,whsec_" + Base64Of24, "starts with 'v1,'")]
    [InlineData("standard-webhooks", "whsec_MDEyMzQ1Njc4OWFiY2Rl", "fewer than 16 bytes when decoded")]
    [InlineData("standard-webhooks", "whsec_" + Base64Of24 + "\n", "must be base64")]
    [InlineData("standard-webhooks", "whsec_ " + Base64Of24, "must be base64")]
    [InlineData("standard-webhooks", "whsec_MDEyMzQ1Njc4OWFiY2RlZg", "must be base64")]
    [InlineData("standard-webhooks", "whsec_MDEyMzQ1Njc4OWFiY2RlZh==", "must be base64")]
    [InlineData("standard-webhooks", "WHSEC_" + Base64Of24, "must be base64")]
    [InlineData("standard-webhooks", "whsec_MDEy-zQ1Njc4OWFi_2RlZjAx", "must be base64")]
    [InlineData("standard-webhooks", "an ordinary sentence of words", "must be base64")]
    public void Secret_ThatIsAMistake_IsRefusedInWordsThatDoNotRepeatIt(string id, string secret, string expected)
    {
        Assert.False(SenderPlan.Compile(Rows.Get(id)).TryCreateKey(secret, out SenderKey? key, out string? problem));
        Assert.Null(key);
        Assert.Contains(expected, problem, StringComparison.Ordinal);
        Assert.True(secret.Trim().Length < 6 || !problem.Contains(secret.Trim(), StringComparison.OrdinalIgnoreCase) || secret == "whsec_");
    }

    [Theory]
    [InlineData(4096, true)]
    [InlineData(4097, false)]
    public void Secret_AtItsLongest_IsTakenAndNoLonger(int length, bool expected)
    {
        bool isTaken = SenderPlan.Compile(Rows.Get("github")).TryCreateKey(new string('k', length), out _, out string? problem);

        Assert.Equal(expected, isTaken);
        Assert.Equal(expected ? null : "The secret has more than 4096 bytes.", problem);
    }

    [Theory]
    [InlineData(KeyRule.Hex, "00112233445566778899aabbccddeeFF", true)]
    [InlineData(KeyRule.Hex, "00112233445566778899aabbccddee", false)]
    [InlineData(KeyRule.Hex, "00112233445566778899aabbccddeef", false)]
    [InlineData(KeyRule.Hex, "00112233445566778899aabbccddeexx", false)]
    [InlineData(KeyRule.Base64, "MDEyMzQ1Njc4OWFiY2RlZg==", true)]
    [InlineData(KeyRule.Base64, "MDEyMzQ1Njc4OWFiY2RlZg", false)]
    [InlineData(KeyRule.Base64, "whsec_MDEyMzQ1Njc4OWFiY2RlZg==", false)]
    public void Secret_UnderEachRule_IsDecodedStrictly(KeyRule rule, string secret, bool expected)
    {
        SenderDefinition row = Rows.Get("hmac-sha256");
        var plan = SenderPlan.Compile(row with { Schemes = [row.Schemes[0] with { Key = rule }] });

        Assert.Equal(expected, plan.TryCreateKey(secret, out SenderKey? key, out _));
        Assert.Equal(expected ? 16 : 0, key is null ? 0 : key.For(0).Bytes.Length);
    }

    [Theory]
    [InlineData(KeyRule.HtmlDecoded, null, "a&amp;b&lt;&#x26;0123456789", "a&b<&0123456789")]
    [InlineData(KeyRule.Utf8, null, "a&amp;b-0123456789abc", "a&amp;b-0123456789abc")]
    [InlineData(KeyRule.Utf8, "&", "a-client-secret-of-fitbit", "a-client-secret-of-fitbit&")]
    [InlineData(KeyRule.Nfkd, null, "se\u0301cret-0123456789", "se\u0301cret-0123456789")]
    [InlineData(KeyRule.WhsecOrUtf8, null, "text-of-sixteen-bytes", "text-of-sixteen-bytes")]
    [InlineData(KeyRule.WhsecOrUtf8, null, "whsec_MDEyMzQ1Njc4OWFiY2RlZg==", "0123456789abcdef")]
    [InlineData(KeyRule.V1Whsec, null, "v1,whsec_MDEyMzQ1Njc4OWFiY2RlZg==", "0123456789abcdef")]
    [InlineData(KeyRule.V1Whsec, null, "MDEyMzQ1Njc4OWFiY2RlZg==", "0123456789abcdef")]
    [InlineData(KeyRule.V1Whsec, null, "whsec_v1,MDEyMzQ1Njc4OWFiY2RlZg==", null)]
    [InlineData(KeyRule.WhsecOrUtf8, null, "whsec_not base64 at all", null)]
    [InlineData(KeyRule.Utf8, null, "half a pair \ud800 of surrogates", null)]
    [InlineData(KeyRule.Nfkd, null, "half a pair \ud800 of surrogates", null)]
    public void Secret_UnderARuleOfText_HasTheSendersBytes(KeyRule rule, string? suffix, string secret, string? expected)
    {
        SenderDefinition row = Rows.Get("hmac-sha256") with { MinSecretBytes = 8 };
        var plan = SenderPlan.Compile(row with { Schemes = [row.Schemes[0] with { Key = rule, KeySuffix = suffix }] });

        Assert.Equal(expected is not null, plan.TryCreateKey(secret, out SenderKey? key, out _));
        Assert.Equal(expected, key is null ? null : System.Text.Encoding.UTF8.GetString(key.For(0).Bytes));
    }

    [Fact]
    public void ComposedSecret_WhereTheSenderDecomposes_IsDecomposedOrRefused()
    {
        // Which of the two depends on whether the runtime has the tables; another key than the sender's it is never.
        SenderDefinition row = Rows.Get("easypost");
        bool isTaken = SenderPlan.Compile(row).TryCreateKey("s\u00e9cret-0123456789", out SenderKey? key, out string? problem);

        Assert.True(isTaken ? key!.For(0).Bytes.Length == 19 : problem!.Contains("decomposed", StringComparison.Ordinal));
    }

    [Fact]
    public void WhsecSecret_IsTextForStripeAndBase64ForStandardWebhooks()
    {
        string secret = "whsec_" + Base64Of24;

        Assert.Equal(38, Rows.Key(Rows.Get("stripe"), secret).For(0).Bytes.Length);
        Assert.Equal(24, Rows.Key(Rows.Get("standard-webhooks"), secret).For(0).Bytes.Length);
    }

    [Fact]
    public void MinSecretBytes_SetLower_TakesShorterSecrets()
    {
        var plan = SenderPlan.Compile(Rows.Get("hmac-sha256") with { MinSecretBytes = 8 });

        Assert.True(plan.TryCreateKey("12345678a", out _, out _));
        Assert.False(plan.TryCreateKey("123456a", out _, out _));
    }
}
