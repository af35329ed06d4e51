namespace WebhookReceiver.Senders.Tests;

public sealed class HandshakeAnswerTests
{
    private static readonly SenderPlan Zoom = SenderPlan.Compile(Rows.Get("zoom"));
    private static readonly SenderKey Newest = Rows.Key(Zoom.Definition, "the newest secret of the tests");
    private static readonly SenderKey Older = Rows.Key(Zoom.Definition, "an older secret of the tests");

    [Theory]
    [InlineData("zoom", false, false)]
    [InlineData("github", false, false)]
    [InlineData("facebook", true, false)]
    [InlineData("websub", true, false)]
    public void Needs_AreThoseOfTheRowsTemplates(string sender, bool secret, bool url)
    {
        var plan = SenderPlan.Compile(Rows.Get(sender));

        Assert.Equal((secret, url), (plan.NeedsHandshakeSecret, plan.NeedsUrl));
    }

    [Theory]
    [InlineData("{query:a}{handshakeSecret}", true, false)]
    [InlineData("{query:a}{publicUrl}", false, true)]
    [InlineData("{query:a}", false, false)]
    public void Needs_OfWhatIsComputed_AreNoticed(string content, bool secret, bool url)
    {
        var plan = SenderPlan.Compile(WithDigest(content));

        Assert.Equal((secret, url), (plan.NeedsHandshakeSecret, plan.NeedsUrl));
    }

    [Theory]
    [InlineData("microsoft-graph", true)]
    [InlineData("smartsheet", true)]
    [InlineData("monday", false)]
    [InlineData("slack", false)]
    [InlineData("front-application", false)]
    [InlineData("dropbox", false)]
    public void HandshakeWithoutBody_IsAPostThatIsNotSignedAndReadsNothingOfIt(string sender, bool expected) =>
        Assert.Equal(expected, SenderPlan.Compile(Rows.Get(sender)).HasHandshakeWithoutBody);

    [Fact]
    public void Computed_WithSeveralKeys_IsOfTheFirst()
    {
        string[] bodies = [.. new SenderKey[][] { [Newest, Older], [Newest], [Older] }.Select(keys => AnswerOf(keys)!.Body)];

        Assert.Equal(bodies[0], bodies[1]);
        Assert.NotEqual(bodies[0], bodies[2]);
    }

    [Fact]
    public void Computed_WithoutALiveKey_IsRefused() => Assert.True(AnswerOf()!.IsRefused);

    [Fact]
    public void Answer_OfAVerifiedHandshakeBeforeVerification_IsNone()
    {
        var request = Validation();

        Assert.Null(Zoom.Answer(isVerified: false, in request, [Newest], null));
    }

    [Fact]
    public void Answer_OfAnUnverifiedHandshakeAfterVerification_IsNone()
    {
        var plan = SenderPlan.Compile(Rows.Get("dropbox"));
        var request = new TestRequest([], [], query: "challenge=a", method: "GET");

        Assert.Equal(("a", 200), (plan.Answer(isVerified: false, in request, [], null)!.Body, plan.Answer(isVerified: false, in request, [], null)!.Status));
        Assert.Null(plan.Answer(isVerified: true, in request, [], null));
    }

    [Theory]
    [InlineData("the token", false)]
    [InlineData("The token", true)]
    [InlineData("", true)]
    [InlineData(null, true)]
    public void Guard_OfAnotherSecretOrNone_IsRefused(string? secret, bool isRefused)
    {
        var plan = SenderPlan.Compile(Rows.Get("facebook"));
        var request = new TestRequest([], [], query: "hub.mode=subscribe&hub.challenge=1&hub.verify_token=the%20token", method: "GET");

        HandshakeAnswer answer = plan.Answer(isVerified: false, in request, [], secret)!;

        Assert.Equal((isRefused, isRefused ? 403 : 200, isRefused ? "" : "1"), (answer.IsRefused, answer.Status, answer.Body));
    }

    [Fact]
    public void Guard_OfAnEmptySecret_IsRefusedForAnEmptyClaim()
    {
        var plan = SenderPlan.Compile(Rows.Get("facebook"));
        var request = new TestRequest([], [], query: "hub.mode=subscribe&hub.challenge=1&hub.verify_token=", method: "GET");

        Assert.True(plan.Answer(isVerified: false, in request, [], "")!.IsRefused);
    }

    [Fact]
    public void Digest_OfTheSecondSecretThatIsNotThere_IsRefused()
    {
        var plan = SenderPlan.Compile(WithDigest("{query:a}{handshakeSecret}"));
        var request = new TestRequest([], [], query: "a=1", method: "GET");

        Assert.True(plan.Answer(isVerified: false, in request, [], null)!.IsRefused);
    }

    [Fact]
    public void PublicUrl_IsWithoutTheQueryOfTheRequest()
    {
        var plan = SenderPlan.Compile(WithDigest("{query:a}", reply: "{publicUrl}"));
        var request = new TestRequest([], [], url: "https://hooks.example.com/webhook/a", query: "a=1", method: "GET");

        Assert.Equal("https://hooks.example.com/webhook/a", plan.Answer(isVerified: false, in request, [], null)!.Body);
    }

    [Fact]
    public void Scope_AsText_ShowsNoSecret() => Assert.DoesNotContain("the token", new TemplateScope { HandshakeSecret = "the token" }.ToString(), StringComparison.Ordinal);

    private static TestRequest Validation()
    {
        byte[] body = """{"event":"endpoint.url_validation","payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"}}"""u8.ToArray();
        return new TestRequest(body, [], content: TestRequest.Parse(Zoom.Definition, body, "application/json"));
    }

    private static HandshakeAnswer? AnswerOf(params SenderKey[] keys)
    {
        var request = Validation();
        return Zoom.Answer(isVerified: true, in request, keys, null);
    }

    private static SenderDefinition WithDigest(string content, string reply = "{computed:a}") => Rows.Get("github") with
    {
        Handshakes =
        [
            new HandshakeDefinition
            {
                Name = "a", Method = "GET", Verified = false, When = new Dictionary<string, string>(),
                Computed = new Dictionary<string, ComputedDefinition>
                {
                    ["a"] = new() { Proof = ProofKind.Digest, Hash = SignatureHash.Sha256, Content = content, Encoding = SignatureEncoding.Hex },
                },
                Reply = new HandshakeReply { Body = reply },
            },
        ],
    };
}
