using System.Text;

namespace WebhookReceiver.Senders.Tests.Keys;

/// <summary>Which URLs a request may make the receiver fetch: those of the row, to the letter.</summary>
public sealed class KeySourceTests
{
    private const string Good = "https://sns.us-west-2.amazonaws.com/SimpleNotificationService-f3ecfb7224c7233fe7bb5f59f96de52f.pem";

    [Theory]
    [InlineData(Good)]
    [InlineData("https://sns.us-gov-west-1.amazonaws.com/SimpleNotificationService-a.pem")]
    [InlineData("https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-a.pem")]
    public void Url_OfTheSendersOwnHost_IsAskedFor(string url)
    {
        SignatureVerdict verdict = Verify(url);

        Assert.Equal(SignatureOutcome.KeyUnavailable, verdict.Outcome);
        Assert.Equal(url, verdict.Needs?.Url.AbsoluteUri);
    }

    [Theory]
    [Trait("Attack", "A95")]
    [InlineData("http://sns.us-west-2.amazonaws.com/SimpleNotificationService-a.pem")]
    [InlineData("https://sns.us-west-2.amazonaws.com.evil.example/SimpleNotificationService-a.pem")]
    [InlineData("https://evil.example/sns.us-west-2.amazonaws.com/SimpleNotificationService-a.pem")]
    [InlineData("https://sns.evil.example.amazonaws.com/SimpleNotificationService-a.pem")]
    [InlineData("https://sns..amazonaws.com/SimpleNotificationService-a.pem")]
    [InlineData("https://snsXus-west-2.amazonaws.com/SimpleNotificationService-a.pem")]
    [InlineData("https://sns.s3.amazonaws.com/SimpleNotificationService-a.pem")]
    [InlineData("https://sns.s3-us-west-2.amazonaws.com/SimpleNotificationService-a.pem")]
    [InlineData("https://sns.s3-us-gov-west-1.amazonaws.com/SimpleNotificationService-a.pem")]
    [InlineData("https://sns.s3-accelerate.amazonaws.com/SimpleNotificationService-a.pem")]
    [InlineData("https://mybucket.s3.amazonaws.com/SimpleNotificationService-a.pem")]
    [InlineData("https://sns.us-west-2.amazonaws.com@evil.example/SimpleNotificationService-a.pem")]
    [InlineData("https://evil.example@sns.us-west-2.amazonaws.com/SimpleNotificationService-a.pem")]
    [InlineData("https://sns.us-west-2.amazonaws.com:8443/SimpleNotificationService-a.pem")]
    [InlineData("https://sns.us-west-2.amazonaws.com:443/SimpleNotificationService-a.pem")]
    [InlineData("https://sns.us-west-2.amazonaws.com/SimpleNotificationService-a.pem?x=1")]
    [InlineData("https://sns.us-west-2.amazonaws.com/SimpleNotificationService-a.pem#x")]
    [InlineData("https://sns.us-west-2.amazonaws.com/../SimpleNotificationService-a.pem")]
    [InlineData("https://sns.us-west-2.amazonaws.com/SimpleNotificationService-a/b.pem")]
    [InlineData("https://sns.us-west-2.amazonaws.com/SimpleNotificationService-%61.pem")]
    [InlineData("https://sns.us-west-2.amazonaws.com/other.pem")]
    [InlineData("https://sns.us-west-2.amazonaws.com\\@evil.example/SimpleNotificationService-a.pem")]
    [InlineData("HTTPS://sns.us-west-2.amazonaws.com/SimpleNotificationService-a.pem")]
    [InlineData(" https://sns.us-west-2.amazonaws.com/SimpleNotificationService-a.pem")]
    [InlineData("https://sns.us-west-2.amazonaws.com/SimpleNotificationService-a.pem\n")]
    [InlineData("https://169.254.169.254/SimpleNotificationService-a.pem")]
    [InlineData("https://[::1]/SimpleNotificationService-a.pem")]
    [InlineData("file:///etc/passwd")]
    [InlineData("")]
    public void Url_OfAnythingElse_IsRefusedAndNotAskedFor(string url)
    {
        SignatureVerdict verdict = Verify(url);

        Assert.Equal((SignatureOutcome.KeyRefused, (KeyReference?)null), (verdict.Outcome, verdict.Needs));
    }

    [Fact]
    public void MessageOfAnotherTopic_SignedByTheSame_IsAMismatch()
    {
        SenderDefinition row = Rows.Get("aws-sns");
        VectorDefinition vector = row.Vectors[0];
        TestRequest request = TestRequest.For(row, vector);

        SignatureVerdict verdict = SenderPlan.Compile(row).Verify(
            in request, [Rows.Key(row, "arn:aws:sns:us-west-2:123456789012:OtherTopic")], DateTimeOffset.FromUnixTimeSeconds(vector.Now));

        Assert.Equal(SignatureOutcome.SignatureMismatch, verdict.Outcome);
    }

    /// <summary>A text that Amazon signed for another's topic must not be read as a message of this one.</summary>
    [Theory]
    [InlineData("\"Type\":\"Notification\"", "\"Type\":\"X\\nMessageId\\nm\\nTopicArn\\nhis\\nType\\nNotification\"")]
    [InlineData("\"Type\":\"Notification\"", "\"Type\":\"Other\"")]
    [InlineData("\"Subject\":\"My First Message\"", "\"Subject\":7")]
    [InlineData("\"Subject\":\"My First Message\"", "\"Subject\":\"a\\nTimestamp\\nb\"")]
    [InlineData("\"MessageId\":\"22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324\"", "\"MessageId\":\"22b80b92\\nX\"")]
    public void Message_ThatAmazonCouldNotHaveSigned_IsRefusedBeforeTheSignatureIsLookedAt(string old, string fresh)
    {
        SenderDefinition row = Rows.Get("aws-sns");
        VectorDefinition vector = row.Vectors[0];
        Assert.Contains(old, vector.Body, StringComparison.Ordinal);
        TestRequest request = TestRequest.For(row, vector with { Body = vector.Body.Replace(old, fresh, StringComparison.Ordinal) });

        SignatureOutcome outcome = SenderPlan.Compile(row).Verify(in request, [Rows.Key(row, vector.Secret)], DateTimeOffset.FromUnixTimeSeconds(vector.Now)).Outcome;

        Assert.Contains(outcome, new[] { SignatureOutcome.ContentMissing, SignatureOutcome.IdMalformed });
    }

    [Theory]
    [InlineData("\"secretEquals\":\"{json:/TopicArn}\",", "", "$.schemes[0].secretEquals: expected what binds a delivery to the source")]
    [InlineData("sns.*.amazonaws.com", "*.amazonaws.com.*", "$.schemes[0].keySource.hosts: expected hosts of at least three labels")]
    [InlineData("sns.*.amazonaws.com", "amazonaws.com", "$.schemes[0].keySource.hosts: expected hosts of at least three labels")]
    [InlineData("\"path\":\"/a-*.pem\"", "\"path\":\"\"", "$.schemes[0].keySource.path: expected a path")]
    [InlineData("\"certificate\"", "\"jwks\"", "$.schemes[0].keySource.document: expected jwks for a jwt")]
    [InlineData("{json:/SigningCertURL}", "http://sns.x.amazonaws.com/a", "$.schemes[0].keySource.url: expected an https URL")]
    public void Row_ThatFetchesFromAnywhereOrBindsNothing_IsRefused(string old, string fresh, string expected)
    {
        const string Row = """
            {"id":"crm","name":"CRM","schemes":[{"proof":"rsa","hash":"sha256","content":"{canonical:aws-sns}",
            "keySource":{"document":"certificate","url":"{json:/SigningCertURL}","hosts":["sns.*.amazonaws.com"],"path":"/a-*.pem"},
            "secretEquals":"{json:/TopicArn}","signature":{"pointer":"/Signature","encoding":"base64"}}],
            "event":{"id":["{json:/id}"],"type":["{json:/type}"],"data":["{json:}"]},"evidence":{"confidence":"documentation","sources":["x"]}}
            """;
        Assert.NotNull(SenderFile.Parse(Encoding.UTF8.GetBytes(Row), "crm.json"));

        var error = Assert.Throws<SenderFileException>(() => SenderFile.Parse(Encoding.UTF8.GetBytes(Row.Replace(old, fresh, StringComparison.Ordinal)), "crm.json"));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    private static SignatureVerdict Verify(string url)
    {
        SenderDefinition row = Rows.Get("aws-sns");
        VectorDefinition vector = row.Vectors[0];
        VectorDefinition changed = vector with { KeyDocument = null, Body = vector.Body.Replace(Good, url.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal), StringComparison.Ordinal) };
        TestRequest request = TestRequest.For(row, changed);
        return SenderPlan.Compile(row).Verify(in request, [Rows.Key(row, vector.Secret)], DateTimeOffset.FromUnixTimeSeconds(vector.Now));
    }
}
