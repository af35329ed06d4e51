using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Attacks;

/// <summary>Forged, damaged and doubled signatures. What is not proved to be the sender's gets one answer, whatever is wrong with it.</summary>
public sealed class SignatureAttacks(PipelineHost host) : IClassFixture<PipelineHost>
{
    private const string Signature = "webhook-signature";
    private const string Time = "webhook-timestamp";
    private const string Id = "webhook-id";

    // Well-formed, and of nothing.
    private static readonly string Wrong = "v1," + Convert.ToBase64String(new byte[32]);

    [Fact]
    public async Task BaseRequest_SignedIndependently_IsTheOneThatTheRowSigns()
    {
        var request = host.NewRequest();

        var independent = IndependentSigner.StandardWebhooks(host.Default.Secret, request[Id], request[Time], request.Body);

        Assert.Equal("v1," + independent, request[Signature]);
        await host.AssertAcceptedAsync(request);
    }

    [Fact]
    public async Task BaseRequest_SentByTheUsualClient_IsAcceptedAndHandledOnce()
    {
        var id = host.NewId();
        var time = host.Clock.GetUtcNow().ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
        var body = Encoding.UTF8.GetBytes(PipelineHost.UserCreated);
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, host.Url) { Content = content };
        request.Headers.Add(Id, id);
        request.Headers.Add(Time, time);
        request.Headers.Add(Signature, "v1," + IndependentSigner.StandardWebhooks(host.Default.Secret, id, time, body));
        using var client = new HttpClient();

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(200, (int)response.StatusCode);
        var stored = (await host.NewestAsync()).Event;
        Assert.Equal(id, stored.EventId);
        await host.Handled.WaitAsync(stored.PublicId);
        Assert.Single(host.Handled.DataOf(stored.PublicId));
    }

    [Fact]
    [Trait("Attack", "A01")]
    public Task Signature_Absent_IsRefused() => host.AssertUnverifiedAsync(host.NewRequest().Without(Signature), RejectionReason.SignatureMissing);

    [Fact]
    [Trait("Attack", "A02")]
    public Task Signature_EmptyValue_IsRefused() => host.AssertUnverifiedAsync(host.NewRequest().Set(Signature, ""), RejectionReason.SignatureMalformed);

    [Fact]
    [Trait("Attack", "A03")]
    public Task Signature_VersionAlone_IsRefused() => host.AssertUnverifiedAsync(host.NewRequest().Set(Signature, "v1,"), RejectionReason.SignatureMalformed);

    [Theory]
    [Trait("Attack", "A04")]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(16)]
    [InlineData(40)]
    [InlineData(43)]
    public async Task Signature_BeginningOfTheRightOne_IsRefused(int length)
    {
        var request = host.NewRequest();
        await host.AssertUnverifiedAsync(request.Set(Signature, request[Signature][..(3 + length)]), RejectionReason.SignatureMalformed);
    }

    [Theory]
    [Trait("Attack", "A04")]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(31)]
    public async Task Signature_FirstBytesOfTheRightOne_AreRefused(int bytes)
    {
        var request = host.NewRequest();
        await host.AssertUnverifiedAsync(request.Set(Signature, "v1," + Convert.ToBase64String(BytesOf(request)[..bytes])), RejectionReason.SignatureMalformed);
    }

    [Theory]
    [Trait("Attack", "A05")]
    [InlineData("byte")]
    [InlineData("A")]
    [InlineData("AAAA")]
    [InlineData("=")]
    [InlineData("\u00e9")]
    [InlineData(",v1")]
    [InlineData(";")]
    public async Task Signature_RightOneAndMore_IsRefused(string more)
    {
        var request = host.NewRequest();
        var longer = more == "byte" ? "v1," + Convert.ToBase64String([.. BytesOf(request), 0]) : request[Signature] + more;
        await host.AssertUnverifiedAsync(request.Set(Signature, longer), RejectionReason.SignatureMalformed);
    }

    [Fact]
    [Trait("Attack", "A04")]
    [Trait("Attack", "A05")]
    public async Task GitHub_HexOfMoreOrFewerBytes_IsRefused()
    {
        var request = NewIssue();
        var right = request["X-Hub-Signature-256"];
        foreach (var other in new[] { right[..^1], right[..^2], right[..39], right[..9], right + "0", right + "00", right + right[7..] })
        {
            await host.AssertUnverifiedAsync(request.Set("X-Hub-Signature-256", other), RejectionReason.SignatureMalformed);
        }
    }

    [Theory]
    [Trait("Attack", "A06")]
    [InlineData(" ", 10)]
    [InlineData("\t", 10)]
    [InlineData(" ", 0)]
    [InlineData("\t", 0)]
    [InlineData("\t", 43)]
    [InlineData("\u00a0", 44)]
    [InlineData("\u2003", 0)]
    public async Task Signature_BlankInside_IsRefused(string blank, int at)
    {
        var request = host.NewRequest();
        await host.AssertUnverifiedAsync(request.Set(Signature, request[Signature].Insert(3 + at, blank)), RejectionReason.SignatureMalformed);
    }

    [Theory]
    [Trait("Attack", "A06")]
    [InlineData("github", "X-Hub-Signature-256", "sha256=")]
    [InlineData("plain", "X-Signature-256", "sha256=")]
    [InlineData("slack", "X-Slack-Signature", "v0=")]
    [InlineData("stripe", "Stripe-Signature", "v1=")]
    public async Task Signature_BlankInsideThatOfAnotherSender_IsRefused(string source, string header, string before)
    {
        var request = source switch
        {
            "github" => NewIssue(),
            "plain" => host.Plain.Sign(PipelineHost.UserCreated, host.NewId()),
            "slack" => host.Slack.Sign("{}", ""),
            _ => host.Stripe.Sign("{}", ""),
        };
        var start = request[header].IndexOf(before, StringComparison.Ordinal) + before.Length;
        foreach (var at in new[] { start - 1, start, start + 1, request[header].Length - 1 })
        {
            await host.AssertUnverifiedAsync(request.Set(header, request[header].Insert(at, " ")), RejectionReason.SignatureMalformed);
            await host.AssertUnverifiedAsync(request.Set(header, request[header].Insert(at, "\t")), RejectionReason.SignatureMalformed);
        }
    }

    // What HTTP calls the value of a header does not include the blanks at its ends: the receiver never sees them. That it would refuse them
    // is shown where the header is read, without a server in between.
    [Fact]
    [Trait("Attack", "A06")]
    public async Task Signature_BlanksAroundTheHeadersValue_AreNotPartOfIt()
    {
        var request = host.NewRequest();
        await host.AssertAcceptedAsync(request.Set(Signature, $" \t{request[Signature]} \t"));
    }

    [Fact]
    [Trait("Attack", "A07")]
    public async Task Signature_SpareBitsOfTheLastCharacterSet_IsRefused()
    {
        // 32 bytes end in a character of which four bits count: the fifteen others decode to the same bytes.
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        var request = host.NewRequest();
        var right = request[Signature][3..];
        var last = Alphabet.IndexOf(right[42], StringComparison.Ordinal);
        for (var spare = 1; spare < 4; spare++)
        {
            var other = $"{right[..42]}{Alphabet[last + spare]}=";
            Assert.Equal(BytesOf(request), Convert.FromBase64String(other));
            await host.AssertUnverifiedAsync(request.Set(Signature, "v1," + other), RejectionReason.SignatureMalformed);
        }
    }

    [Fact]
    [Trait("Attack", "A08")]
    public async Task Signature_PaddingLeftOut_IsRefused()
    {
        var request = host.NewRequest();
        await host.AssertUnverifiedAsync(request.Set(Signature, request[Signature].TrimEnd('=')), RejectionReason.SignatureMalformed);
    }

    [Fact]
    [Trait("Attack", "A08")]
    public async Task Signature_UrlAlphabet_IsRefused()
    {
        // Until there is one whose text differs in the two alphabets.
        var request = host.NewRequest();
        while (request[Signature].AsSpan(3).IndexOfAny('+', '/') < 0)
        {
            request = host.NewRequest();
        }

        var url = request[Signature].Replace('+', '-').Replace('/', '_');
        await host.AssertUnverifiedAsync(request.Set(Signature, url), RejectionReason.SignatureMalformed);
    }

    [Fact]
    [Trait("Attack", "A09")]
    public Task Signature_AnyOneBitFlipped_IsRefused() => host.AssertNothingHappensAsync(async () =>
    {
        var request = host.NewRequest();
        var right = BytesOf(request);
        await using var connection = await host.ConnectAsync();
        for (var bit = 0; bit < right.Length * 8; bit++)
        {
            var flipped = right.ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            var response = await connection.SendAsync(request.Set(Signature, "v1," + Convert.ToBase64String(flipped)));
            PipelineAssertions.AssertUnverified(host, response, RejectionReason.SignatureMismatch);
        }
    });

    [Fact]
    [Trait("Attack", "A10")]
    public async Task Signatures_RightOneAtAnyPlaceOfUpToEight_IsAccepted()
    {
        for (var count = 1; count <= 8; count++)
        {
            for (var place = 0; place < count; place++)
            {
                var request = host.NewRequest();
                var list = Enumerable.Repeat(Wrong, count).ToArray();
                list[place] = request[Signature];
                await host.AssertAcceptedAsync(request.Set(Signature, string.Join(' ', list)));
            }
        }
    }

    [Theory]
    [Trait("Attack", "A11")]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(8)]
    public async Task Signatures_Nine_AreRefusedWhereverTheRightOneIs(int place)
    {
        var request = host.NewRequest();
        var list = Enumerable.Repeat(Wrong, 9).ToArray();
        list[place] = request[Signature];
        await host.AssertUnverifiedAsync(request.Set(Signature, string.Join(' ', list)), RejectionReason.SignatureMalformed);
    }

    [Fact]
    [Trait("Attack", "A11")]
    public async Task SignatureHeader_OverOneKibibyte_IsRefused()
    {
        var request = host.NewRequest();
        var most = $"{request[Signature]} v1a,".PadRight(1024, 'A');
        await host.AssertUnverifiedAsync(request.Set(Signature, most + "A"), RejectionReason.SignatureMalformed);
        await host.AssertAcceptedAsync(request.Set(Signature, most));
    }

    [Fact]
    [Trait("Attack", "A11")]
    public async Task SignatureHeader_OfMoreThan32Items_IsRefused()
    {
        var request = host.NewRequest();
        var most = request[Signature] + string.Concat(Enumerable.Repeat(" v2,x", 31));
        await host.AssertUnverifiedAsync(request.Set(Signature, most + " v2,x"), RejectionReason.SignatureMalformed);
        await host.AssertAcceptedAsync(request.Set(Signature, most));
    }

    [Theory]
    [Trait("Attack", "A12")]
    [InlineData("v2,")]
    [InlineData("V1,")]
    [InlineData("v1a,")]
    [InlineData("v1;")]
    [InlineData("v1=")]
    [InlineData("v10,")]
    [InlineData("v,")]
    [InlineData(",")]
    [InlineData("")]
    [InlineData("\u00a0v1,")]
    [InlineData("x \tv1,")]
    public async Task Signature_OtherScheme_IsRefused(string tag)
    {
        var request = host.NewRequest();
        await host.AssertUnverifiedAsync(request.Set(Signature, tag + request[Signature][3..]), RejectionReason.SignatureMalformed);
    }

    [Fact]
    [Trait("Attack", "A13")]
    public async Task GitHub_Sha1SignatureAlone_IsRefused()
    {
        var request = NewIssue();
#pragma warning disable CA5350 // The weak algorithm is the attack.
        var sha1 = HMACSHA1.HashData(Encoding.UTF8.GetBytes(host.GitHub.Secret), request.Body);
#pragma warning restore CA5350
        var weak = request.Without("X-Hub-Signature-256").Add("X-Hub-Signature", "sha1=" + Convert.ToHexStringLower(sha1));
        await host.AssertUnverifiedAsync(weak, RejectionReason.SignatureMissing);
    }

    [Fact]
    [Trait("Attack", "A14")]
    public async Task GitHub_HexInEitherCase_IsAccepted()
    {
        var request = NewIssue();
        Assert.Equal("sha256=" + IndependentSigner.GitHub(host.GitHub.Secret, request.Body), request["X-Hub-Signature-256"]);
        await host.AssertAcceptedAsync(request);

        var upper = NewIssue();
        await host.AssertAcceptedAsync(upper.Set("X-Hub-Signature-256", "sha256=" + upper["X-Hub-Signature-256"][7..].ToUpperInvariant()));
    }

    [Theory]
    [Trait("Attack", "A15")]
    [InlineData("sha1 padded", nameof(RejectionReason.SignatureMismatch))]
    [InlineData("md5=", nameof(RejectionReason.SignatureMalformed))]
    [InlineData("sha1=", nameof(RejectionReason.SignatureMalformed))]
    [InlineData("SHA256=", nameof(RejectionReason.SignatureMalformed))]
    [InlineData("sha256:", nameof(RejectionReason.SignatureMalformed))]
    [InlineData("sha256==", nameof(RejectionReason.SignatureMalformed))]
    [InlineData("sha256=0x", nameof(RejectionReason.SignatureMalformed))]
    [InlineData("sha256= ", nameof(RejectionReason.SignatureMalformed))]
    [InlineData("", nameof(RejectionReason.SignatureMalformed))]
    public async Task GitHub_OtherHashOrPrefix_IsRefused(string prefix, string reason)
    {
        var request = NewIssue();
#pragma warning disable CA5350 // The weak algorithm is the attack.
        var value = prefix == "sha1 padded"
            ? "sha256=" + Convert.ToHexStringLower(HMACSHA1.HashData(Encoding.UTF8.GetBytes(host.GitHub.Secret), request.Body)).PadRight(64, '0')
            : prefix + request["X-Hub-Signature-256"][7..];
#pragma warning restore CA5350
        await host.AssertUnverifiedAsync(request.Set("X-Hub-Signature-256", value), Enum.Parse<RejectionReason>(reason));
    }

    [Fact]
    [Trait("Attack", "A16")]
    public async Task SignatureHeader_Twice_IsRefusedInEitherOrder()
    {
        var request = host.NewRequest();
        await host.AssertUnverifiedAsync(request.Add(Signature, Wrong), RejectionReason.HeaderDuplicated);
        await host.AssertUnverifiedAsync(request.AddFirst(Signature, Wrong), RejectionReason.HeaderDuplicated);
        await host.AssertUnverifiedAsync(request.Add("Webhook-Signature", request[Signature]), RejectionReason.HeaderDuplicated);
    }

    [Fact]
    [Trait("Attack", "A17")]
    public async Task SignedHeader_Twice_IsRefusedInEitherOrder()
    {
        var request = host.NewRequest();
        foreach (var (name, other) in new[] { (Id, "msg_other"), (Id, request[Id]), (Time, "1700000000"), (Time, request[Time]) })
        {
            await host.AssertUnverifiedAsync(request.Add(name, other), RejectionReason.HeaderDuplicated);
            await host.AssertUnverifiedAsync(request.AddFirst(name.ToUpperInvariant(), other), RejectionReason.HeaderDuplicated);
        }
    }

    [Theory]
    [Trait("Attack", "A18")]
    [InlineData("trailer")]
    [InlineData("query")]
    [InlineData("underscores")]
    public async Task Signature_WhereNoHeaderIs_IsRefused(string place)
    {
        var request = host.NewRequest();
        var value = request[Signature];
        var without = request.Without(Signature);
        var moved = place switch
        {
            "trailer" => without.Add("Trailer", Signature) with { IsChunked = true, Trailers = [new(Signature, value)] },
            "query" => without with { Target = $"/webhook?{Signature}={Uri.EscapeDataString(value)}" },
            _ => without.Add("webhook_signature", value),
        };
        await host.AssertUnverifiedAsync(moved, RejectionReason.SignatureMissing);

        // The same framing with the signature in its place.
        await host.AssertAcceptedAsync(moved.Add(Signature, value));
    }

    [Theory]
    [Trait("Attack", "A19")]
    [InlineData("""{"type": "user.created","timestamp":"2026-02-01T12:00:00Z","data":{"name":"Ada"}}""")]
    [InlineData("""{"timestamp":"2026-02-01T12:00:00Z","type":"user.created","data":{"name":"Ada"}}""")]
    [InlineData("""{"type":"user.created","timestamp":"2026-02-01T12:00:00Z","data":{"name":"\u0041da"}}""")]
    [InlineData("""{"type":"user.created","timestamp":"2026-02-01T12:00:00Z","data":{"name":"Ada"}}""" + "\r\n")]
    [InlineData("""{"type":"user.created","timestamp":"2026-02-01T12:00:00Z","data":{"name":"Ada"}}""" + "\n")]
    [InlineData(" " + """{"type":"user.created","timestamp":"2026-02-01T12:00:00Z","data":{"name":"Ada"}}""")]
    [InlineData("\ufeff" + """{"type":"user.created","timestamp":"2026-02-01T12:00:00Z","data":{"name":"Ada"}}""")]
    public async Task Body_WrittenAnewWithTheSameMeaning_IsRefused(string body)
    {
        var request = host.NewRequest();
        await host.AssertUnverifiedAsync(request with { Body = Encoding.UTF8.GetBytes(body) }, RejectionReason.SignatureMismatch);
    }

    [Fact]
    [Trait("Attack", "A19")]
    public async Task Body_SlashesEscaped_IsRefusedWithTheSignatureOfThePlainOnes()
    {
        var request = host.Default.Sign("""{"type":"user.created","data":{"url":"https://example.com/"}}""", host.NewId());
        var escaped = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(request.Body).Replace("/", "\\/", StringComparison.Ordinal));
        await host.AssertUnverifiedAsync(request with { Body = escaped }, RejectionReason.SignatureMismatch);
    }

    [Fact]
    [Trait("Attack", "A20")]
    public async Task Secret_OfAnotherSource_IsRefused()
    {
        var others = host.Other.Sign(PipelineHost.UserCreated, host.NewId());
        await host.AssertUnverifiedAsync(others with { Target = "/webhook" }, RejectionReason.SignatureMismatch);
        await host.AssertAcceptedAsync(others);

        var own = host.NewRequest();
        await host.AssertUnverifiedAsync(own with { Target = "/webhook/other" }, RejectionReason.SignatureMismatch);
        await host.AssertAcceptedAsync(own);
    }

    [Theory]
    [Trait("Attack", "A21")]
    [InlineData("a.1")]
    [InlineData(".")]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("a,b")]
    [InlineData("\u00e9")]
    [InlineData("129")]
    [InlineData("")]
    public async Task Id_ThatCouldMoveTheBoundariesOfWhatIsSigned_IsRefused(string id)
    {
        id = id == "129" ? new string('a', 129) : id;
        await host.AssertUnverifiedAsync(SignIndependently(id, Now()), RejectionReason.IdMalformed);
    }

    [Fact]
    [Trait("Attack", "A21")]
    public async Task Boundaries_MovedOverTheSameSignedBytes_AreRefused()
    {
        // Signed long ago as id "a", time "1" and a body that begins with today's time; shown as id "a.1" of today.
        var body = Encoding.UTF8.GetBytes(PipelineHost.UserCreated);
        var signature = IndependentSigner.StandardWebhooks(host.Default.Secret, "a", "1", [.. Encoding.ASCII.GetBytes(Now() + "."), .. body]);
        Assert.Equal(signature, IndependentSigner.StandardWebhooks(host.Default.Secret, "a.1", Now(), body));
        var moved = host.NewRequest().Set(Id, "a.1").Set(Time, Now()).Set(Signature, "v1," + signature) with { Body = body };
        await host.AssertUnverifiedAsync(moved, RejectionReason.IdMalformed);
    }

    [Fact]
    [Trait("Attack", "A21")]
    public async Task Id_Of128Characters_IsAccepted()
    {
        var id = host.NewId().PadRight(128, '-');
        var found = await host.AssertAcceptedAsync(SignIndependently(id, Now()));
        Assert.Equal(id, found.Event.EventId);
    }

    [Theory]
    [Trait("Attack", "A22")]
    [InlineData("?secret=whsec_QXR0YWNrZXItYnJpbmdzLWEta2V5LW9mLWhpcy1vd24=", null, null)]
    [InlineData("?key=whsec_QXR0YWNrZXItYnJpbmdzLWEta2V5LW9mLWhpcy1vd24=", null, null)]
    [InlineData("", "X-Secret", "whsec_QXR0YWNrZXItYnJpbmdzLWEta2V5LW9mLWhpcy1vd24=")]
    [InlineData("", "webhook-secret", "whsec_QXR0YWNrZXItYnJpbmdzLWEta2V5LW9mLWhpcy1vd24=")]
    [InlineData("", "kid", "/dev/null")]
    [InlineData("", "kid", "../../../../proc/sys/kernel/randomize_va_space")]
    [InlineData("", "webhook-key-id", "http://127.0.0.1:1/key")]
    [InlineData("", "jku", "http://127.0.0.1:1/keys.json")]
    [InlineData("", "webhook-public-key", "whpk_QXR0YWNrZXItYnJpbmdzLWEta2V5LW9mLWhpcy1vd24=")]
    public async Task KeyMaterial_BroughtByTheRequest_IsNotUsed(string query, string? header, string? value)
    {
        const string Attackers = "whsec_QXR0YWNrZXItYnJpbmdzLWEta2V5LW9mLWhpcy1vd24=";
        var request = host.NewRequest();
        var forged = request.Set(Signature, "v1," + IndependentSigner.StandardWebhooks(Attackers, request[Id], request[Time], request.Body)) with { Target = "/webhook" + query };
        await host.AssertUnverifiedAsync(header is null ? forged : forged.Add(header, value!), RejectionReason.SignatureMismatch);
    }

    [Theory]
    [Trait("Attack", "A24")]
    [InlineData("default", "v1, v1, v1,")]
    [InlineData("default", "v1,=")]
    [InlineData("default", "v1,====")]
    [InlineData("default", "v1,AAAA")]
    [InlineData("default", ",")]
    [InlineData("github", "sha256=")]
    [InlineData("github", "sha256=zz")]
    [InlineData("stripe", "t={0},v1=")]
    [InlineData("stripe", "t={0}")]
    [InlineData("slack", "v0=")]
    public async Task Signature_ThatDecodesToNothing_NeverReachesTheComparison(string source, string signature)
    {
        var value = signature.Replace("{0}", Now(), StringComparison.Ordinal);
        var request = source switch
        {
            "default" => host.NewRequest().Set(Signature, value),
            "github" => NewIssue().Set("X-Hub-Signature-256", value),
            "stripe" => host.Stripe.Sign("{}", host.NewId()).Set("Stripe-Signature", value),
            _ => host.Slack.Sign("{}", host.NewId()).Set("X-Slack-Signature", value),
        };
        await host.AssertUnverifiedAsync(request, RejectionReason.SignatureMalformed);
    }

    [Fact]
    [Trait("Attack", "A25")]
    public async Task Secret_OfARotation_IsAcceptedUntilItsEndAndNoLonger()
    {
        var old = host.OlderSecrets;
        var overlap = await host.AssertAcceptedAsync(host.RotatingOld.Sign(PipelineHost.UserCreated, host.NewId()));
        Assert.Equal((1, old + 1), (overlap.Event.SecretIndex, host.OlderSecrets));
        var renewed = await host.AssertAcceptedAsync(host.RotatingNew.Sign(PipelineHost.UserCreated, host.NewId()));
        Assert.Equal((0, old + 1), (renewed.Event.SecretIndex, host.OlderSecrets));

        host.Clock.SetUtcNow(PipelineHost.OldSecretEnd - TimeSpan.FromMilliseconds(1));
        await host.AssertAcceptedAsync(host.RotatingOld.Sign(PipelineHost.UserCreated, host.NewId()));

        host.Clock.SetUtcNow(PipelineHost.OldSecretEnd);
        await host.AssertUnverifiedAsync(host.RotatingOld.Sign(PipelineHost.UserCreated, host.NewId()), RejectionReason.SignatureMismatch);
        var after = await host.AssertAcceptedAsync(host.RotatingNew.Sign(PipelineHost.UserCreated, host.NewId()));
        Assert.Equal(0, after.Event.SecretIndex);
    }

    private static byte[] BytesOf(WireRequest request) => Convert.FromBase64String(request[Signature][3..]);

    private string Now() => host.Clock.GetUtcNow().ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);

    private WireRequest NewIssue() => host.GitHub.Sign("""{"action":"opened","issue":{"number":42}}""", host.NewId()).Add("X-GitHub-Event", "issues");

    private WireRequest SignIndependently(string id, string time)
    {
        var request = host.NewRequest();
        return request.Set(Id, id).Set(Time, time).Set(Signature, "v1," + IndependentSigner.StandardWebhooks(host.Default.Secret, id, time, request.Body));
    }
}
