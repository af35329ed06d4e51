using System.Globalization;
using System.Text;
using WebhookReceiver.Inbox;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Attacks;

/// <summary>
/// Bodies that the sender did sign and that no event can be read from, or that two readers would read in two ways. What is odd within the
/// data alone is stored to the byte, and is the handler's.
/// </summary>
public sealed class EnvelopeAttacks(PipelineHost host) : IClassFixture<PipelineHost>
{
    [Fact]
    [Trait("Attack", "A58")]
    public Task Body_Empty_IsRefused() => AssertMalformedAsync("");

    [Theory]
    [Trait("Attack", "A58")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("\"x\"")]
    [InlineData("null")]
    [InlineData("1")]
    [InlineData("true")]
    [InlineData("""[{"type":"user.created","data":{}}]""")]
    [InlineData("""{"data":{}}""")]
    [InlineData("""{"type":"user.created"}""")]
    [InlineData("""{"type":"user.created","data":null}""")]
    [InlineData("""{"type":null,"data":{}}""")]
    [InlineData("""{"type":1,"data":{}}""")]
    [InlineData("""{"type":["user.created"],"data":{}}""")]
    [InlineData("""{"type":{"type":"user.created"},"data":{}}""")]
    public async Task Body_WithoutAnEnvelope_IsRefusedWithPointers(string body)
    {
        var response = await AssertInvalidAsync(body);
        Assert.All(response.Json.GetProperty("errors").EnumerateObject(), static error => Assert.True(error.Name is "/type" or "/data", error.Name));
    }

    [Theory]
    [Trait("Attack", "A59")]
    [InlineData("\ufeff{0}")]
    [InlineData("{0}x")]
    [InlineData("{0}}")]
    [InlineData("{0}{0}")]
    [InlineData("{0}\n{0}")]
    [InlineData("{0}\u0000")]
    [InlineData("{0}/* comment */")]
    [InlineData("// comment\n{0}")]
    [InlineData("""{"type":"user.created",/**/"data":{}}""")]
    [InlineData("""{"type":"user.created","data":{},}""")]
    [InlineData("""{"type":"user.created","data":[1,]}""")]
    [InlineData("""{"type":"user.created","data":NaN}""")]
    [InlineData("""{"type":"user.created","data":Infinity}""")]
    [InlineData("""{"type":"user.created","data":-}""")]
    [InlineData("""{"type":"user.created","data":01}""")]
    [InlineData("""{"type":"user.created","data":+1}""")]
    [InlineData("""{"type":"user.created","data":0x1}""")]
    [InlineData("""{"type":"user.created","data":'x'}""")]
    [InlineData("""{type:"user.created","data":{}}""")]
    [InlineData("""{"type":"user.created","data":{}""")]
    [InlineData("{\"type\":\"user.created\",\"data\":\"\n\"}")]
    [InlineData("{\"type\":\"user.created\",\"data\":\"\u0000\"}")]
    [InlineData("""{"type":"user.created","data":"\x41"}""")]
    public Task Body_NotQuiteJson_IsRefused(string body) => AssertMalformedAsync(body.Replace("{0}", PipelineHost.UserCreated, StringComparison.Ordinal));

    [Fact]
    [Trait("Attack", "A59")]
    public async Task Body_InUtf16_IsRefused()
    {
        await AssertMalformedAsync(Encoding.Unicode.GetBytes(PipelineHost.UserCreated));
        await AssertMalformedAsync(Encoding.BigEndianUnicode.GetBytes(PipelineHost.UserCreated));
        await AssertMalformedAsync([.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(PipelineHost.UserCreated)]);
        await AssertMalformedAsync(Encoding.UTF32.GetBytes(PipelineHost.UserCreated));
    }

    [Theory]
    [Trait("Attack", "A60")]
    [InlineData(new byte[] { 0xff })]
    [InlineData(new byte[] { 0x80 })]
    [InlineData(new byte[] { 0xc3 })]
    [InlineData(new byte[] { 0xc0, 0xaf })]
    [InlineData(new byte[] { 0xe0, 0x80, 0xaf })]
    [InlineData(new byte[] { 0xf0, 0x80, 0x80, 0xaf })]
    [InlineData(new byte[] { 0xed, 0xa0, 0x80 })]
    [InlineData(new byte[] { 0xf4, 0x90, 0x80, 0x80 })]
    public async Task Text_OfBytesThatAreNoUtf8_IsRefused(byte[] bytes)
    {
        await AssertMalformedAsync([.. """{"type":"user.created","data":{"name":" """u8, .. bytes, .. "\"}}"u8]);
        await AssertMalformedAsync([.. """{"type":"user.created","data":{" """u8, .. bytes, .. "\":1}}"u8]);
    }

    [Theory]
    [Trait("Attack", "A61")]
    [InlineData("\\ud800")]
    [InlineData("\\udc00")]
    [InlineData("\\udc00\\ud800")]
    [InlineData("x\\ud83dx")]
    public async Task LoneSurrogate_WithinTheData_IsStoredAndFailsAtATypedHandlerForGood(string text)
    {
        var raw = await host.AssertAcceptedAsync(host.Default.Sign($$$"""{"type":"user.created","data":{"deep":[{"name":"{{{text}}}"}]}}""", host.NewId()));
        Assert.Equal(raw.Event.Body, ((ReadOnlyMemory<byte>)host.Handled.DataOf(raw.Event.PublicId)[0]!).ToArray());

        var typed = await host.AssertAcceptedAsync(host.Default.Sign($$$"""{"type":"note.written","data":{"text":"{{{text}}}"}}""", host.NewId()), WorkState.Dead);
        Assert.Equal("permanent", typed.Work[0].Attempts[0].Outcome);
        await host.AssertAcceptedAsync(host.NewRequest());
    }

    [Theory]
    [Trait("Attack", "A61")]
    [InlineData("""{"type":"user.\ud800","data":{}}""")]
    [InlineData("""{"id":"x\ud800","type":"user.created","data":{}}""")]
    public async Task LoneSurrogate_InTheEnvelope_IsRefused(string body) =>
        await host.AssertRefusedAsync(host.Plain.Sign(body, "unused").Without("X-Event-Id"), 400, "WHR2008", RejectionReason.EnvelopeInvalid);

    [Fact]
    [Trait("Attack", "A61")]
    public async Task LoneSurrogate_InTheTimeThatIsOnlyShown_LeavesItOut()
    {
        var found = await host.AssertAcceptedAsync(host.Plain.Sign("""{"type":"user.created","timestamp":"\ud800","data":{}}""", host.NewId()));
        Assert.Null(found.Event.Timestamp);
    }

    [Fact]
    [Trait("Attack", "A61")]
    public Task LoneSurrogate_InANameThatCannotBeCompared_IsRefused() => AssertMalformedAsync("""{"type":"user.created","data":{"\ud800":1,"\udc00":2}}""");

    [Fact]
    [Trait("Attack", "A62")]
    public async Task Nul_WithinTheData_IsStoredToTheByteAndHandled()
    {
        const string Body = """{"type":"note.written","data":{"text":"a\u0000b"}}""";
        var found = await host.AssertAcceptedAsync(host.Default.Sign(Body, host.NewId()));
        Assert.Equal(new Note("a\0b"), Assert.Single(host.Handled.DataOf(found.Event.PublicId)));
    }

    [Theory]
    [Trait("Attack", "A63")]
    [InlineData("""{"type":"user.created","type":"user.created","data":{}}""")]
    [InlineData("""{"type":"user.created","type":"user.deleted","data":{}}""")]
    [InlineData("""{"type":"user.created","data":{},"data":{"admin":true}}""")]
    [InlineData("""{"type":"user.created","\u0074ype":"user.deleted","data":{}}""")]
    [InlineData("""{"id":"a","\u0069d":"b","type":"user.created","data":{}}""")]
    [InlineData("""{"type":"user.created","data":{"a":1,"a":1}}""")]
    [InlineData("""{"type":"user.created","data":{"a":[{"b":{"c":1,"\u0063":2}}]}}""")]
    [InlineData("""{"type":"user.created","data":{"":1,"":2}}""")]
    public Task Name_TwiceInOneObject_IsRefused(string body) => AssertMalformedAsync(body);

    [Theory]
    [Trait("Attack", "A63")]
    [InlineData("payload={0}&payload={1}")]
    [InlineData("payload={0}&payload=")]
    [InlineData("payload=&PAYLOAD={0}")]
    [InlineData("payload=[{0}&payload={1}]")]
    public async Task FieldWithTheJson_TwiceInAForm_IsRefused(string form)
    {
        // Joined by a comma the last of them would be one JSON text again.
        var body = form.Replace("{0}", Uri.EscapeDataString("""{"action":"opened"}"""), StringComparison.Ordinal).Replace("{1}", Uri.EscapeDataString("""{"action":"closed"}"""), StringComparison.Ordinal);
        var request = host.GitHub.Sign(body, host.NewId()).Set("Content-Type", "application/x-www-form-urlencoded").Add("X-GitHub-Event", "issues");
        await host.AssertRefusedAsync(request, 400, "WHR2009", RejectionReason.BodyMalformed);
    }

    [Theory]
    [Trait("Attack", "A64")]
    [InlineData("""{"id":"lower-{0}","ID":"upper","type":"user.created","Type":"user.deleted","data":{},"DATA":null}""", "lower-{0}")]
    [InlineData("""{"ID":"upper","id":"lower-{0}","TYPE":"user.deleted","type":"user.created","Data":1,"data":{}}""", "lower-{0}")]
    public async Task Names_DifferingByCase_AreOtherNames(string body, string expected)
    {
        var id = host.NewId();
        var request = host.Plain.Sign(body.Replace("{0}", id, StringComparison.Ordinal), "unused").Without("X-Event-Id");
        var found = await host.AssertAcceptedAsync(request);
        Assert.Equal((expected.Replace("{0}", id, StringComparison.Ordinal), "user.created"), (found.Event.EventId, found.Event.Type));
        Assert.Equal("{}", Encoding.UTF8.GetString(found.Event.Body, found.Event.Data.Start, found.Event.Data.Length));
    }

    [Theory]
    [Trait("Attack", "A64")]
    [InlineData("""{"Type":"user.created","data":{}}""")]
    [InlineData("""{"type":"user.created","Data":{}}""")]
    public Task Names_OfOtherCaseAlone_AreNoEnvelope(string body) => AssertInvalidAsync(body);

    [Fact]
    [Trait("Attack", "A64")]
    public Task Names_ThatNobodyKnows_AreKeptAndIgnored() => host.AssertAcceptedAsync(
        host.Default.Sign("""{"type":"user.created","data":{},"x":1,"constructor":{"prototype":1},"__proto__":{"admin":true}}""", host.NewId()));

    [Theory]
    [Trait("Attack", "A65")]
    [InlineData(65)]
    [InlineData(1_000)]
    [InlineData(100_000)]
    public async Task Depth_Over64_IsRefused(int depth)
    {
        await AssertMalformedAsync(Nested(depth, "[", "]"));
        await AssertMalformedAsync($$"""{"type":"user.created","data":{{new string('[', depth)}}""");
        if (depth < 100_000)
        {
            await AssertMalformedAsync(Nested(depth, """{"a":""", "}"));
        }
    }

    [Fact]
    [Trait("Attack", "A65")]
    public async Task Depth_Of64_IsAccepted()
    {
        await host.AssertAcceptedAsync(host.Default.Sign(Nested(64, "[", "]"), host.NewId()));
        await host.AssertAcceptedAsync(host.Default.Sign(Nested(64, """{"a":""", "}"), host.NewId()));
    }

    [Theory]
    [Trait("Attack", "A66")]
    [InlineData(10_000)]
    [InlineData(65_000)]
    public async Task Properties_Over10000_AreRefused(int names)
    {
        // Those of the envelope are counted with the rest.
        await AssertMalformedAsync(Envelope("{" + string.Join(',', Enumerable.Range(0, names).Select(static i => $"\"{i:x}\":0")) + "}"));
        await AssertMalformedAsync(Envelope("[" + string.Join(',', Enumerable.Repeat("""{"a":0}""", names)) + "]"));
    }

    [Fact]
    [Trait("Attack", "A66")]
    public async Task Properties_Of10000_AreAccepted()
    {
        await host.AssertAcceptedAsync(host.Default.Sign(Envelope("{" + string.Join(',', Enumerable.Range(0, 9_998).Select(static i => $"\"{i:x}\":0")) + "}"), host.NewId()));

        // Colons within texts are no properties.
        await host.AssertAcceptedAsync(host.Default.Sign(Envelope($"\"{new string(':', 20_000)}\""), host.NewId()));
    }

    [Theory]
    [Trait("Attack", "A67")]
    [InlineData("1e400")]
    [InlineData("-1e400")]
    [InlineData("1e-400")]
    [InlineData("-0")]
    [InlineData("1.0")]
    [InlineData("1E+2")]
    [InlineData("0.1000000000000000055511151231257827")]
    [InlineData("400 digits")]
    public async Task Number_OfAnySize_IsStoredAsItWasWritten(string number)
    {
        var data = number == "400 digits" ? new string('9', 400) : number;
        var found = await host.AssertAcceptedAsync(host.Default.Sign(Envelope(data), host.NewId()));
        Assert.Equal(data, Encoding.UTF8.GetString(found.Event.Body, found.Event.Data.Start, found.Event.Data.Length));
    }

    [Theory]
    [Trait("Attack", "A67")]
    [InlineData("""{"whole":1.0}""")]
    [InlineData("""{"whole":1e400}""")]
    [InlineData("""{"whole":2147483648}""")]
    [InlineData("""{"exact":1e400}""")]
    [InlineData("""{"exact":99999999999999999999999999999999999999999999999999}""")]
    [InlineData("""{"whole":"x"}""")]
    [InlineData("""{"whole":{}}""")]
    [InlineData("[]")]
    [InlineData("1")]
    public async Task Number_ThatDoesNotFitTheHandlersType_FailsForGoodAndEndsNothing(string data)
    {
        var found = await host.AssertAcceptedAsync(host.Default.Sign(Envelope(data, "amount.set"), host.NewId()), WorkState.Dead);
        Assert.Equal("permanent", Assert.Single(found.Work[0].Attempts).Outcome);
        await host.AssertAcceptedAsync(host.Default.Sign(Envelope("""{"whole":1}""", "amount.set"), host.NewId()));
    }

    [Theory]
    [Trait("Attack", "A67")]
    [InlineData("""{"whole":-0}""", "0 - -")]
    [InlineData("""{"real":1e400}""", "- Infinity -")]
    [InlineData("""{"exact":1.10}""", "- - 1.10")]
    public async Task Number_ThatFits_IsHandled(string data, string expected)
    {
        var found = await host.AssertAcceptedAsync(host.Default.Sign(Envelope(data, "amount.set"), host.NewId()));
        var amount = Assert.IsType<Amount>(Assert.Single(host.Handled.DataOf(found.Event.PublicId)));
        string Text(IFormattable? number) => number?.ToString(null, CultureInfo.InvariantCulture) ?? "-";
        Assert.Equal(expected, $"{Text(amount.Whole)} {Text(amount.Real)} {Text(amount.Exact)}");
    }

    [Theory]
    [Trait("Attack", "A68")]
    [InlineData("10000")]
    [InlineData("129")]
    [InlineData("")]
    [InlineData("../../etc/passwd")]
    [InlineData("System.IO.FileInfo, System.Private.CoreLib")]
    [InlineData("user.created\n")]
    [InlineData("user.created\r\nX: y")]
    [InlineData("user.created ")]
    [InlineData(" user.created")]
    [InlineData("user..created")]
    [InlineData(".user")]
    [InlineData("user.")]
    [InlineData("user-created")]
    [InlineData("user.*")]
    [InlineData("*")]
    [InlineData("user.\u0000")]
    [InlineData("\u0443ser.created")]
    [InlineData("user.created\u200b")]
    [InlineData("<script>")]
    public async Task Type_OutsideTheGrammarOfTheRow_IsRefused(string type)
    {
        var response = await AssertInvalidAsync(Envelope("{}", OfLength(type)));
        Assert.Equal("/type", Assert.Single(response.Json.GetProperty("errors").EnumerateObject()).Name);
    }

    [Theory]
    [Trait("Attack", "A68")]
    [InlineData("10000")]
    [InlineData("201")]
    [InlineData("")]
    [InlineData("user.created\n")]
    [InlineData(" user.created")]
    [InlineData("user.\u0000created")]
    [InlineData("user.\u001bcreated")]
    [InlineData("user.\u0085created")]
    [InlineData("user.\u2028created")]
    public async Task Type_OutsideTheWideGrammar_IsRefused(string type) =>
        await host.AssertRefusedAsync(host.Plain.Sign(Envelope("{}", OfLength(type)), host.NewId()), 400, "WHR2008", RejectionReason.EnvelopeInvalid);

    [Theory]
    [Trait("Attack", "A68")]
    [InlineData("../../etc/passwd")]
    [InlineData("System.IO.FileInfo, System.Private.CoreLib")]
    [InlineData("*")]
    [InlineData("user.*")]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("' OR 1=1 --")]
    [InlineData("200")]
    public async Task Type_OddInTheWideGrammar_IsParkedAndNeverChoosesAType(string type)
    {
        var text = OfLength(type);
        var found = await host.AssertAcceptedAsync(host.Plain.Sign(Envelope("{}", text), host.NewId()), WorkState.Parked);
        Assert.Equal(text, found.Event.Type);
    }

    [Fact]
    [Trait("Attack", "A68")]
    public async Task Type_Of128Characters_IsTaken() =>
        await host.AssertAcceptedAsync(host.Default.Sign(Envelope("{}", new string('a', 128)), host.NewId()), WorkState.Parked);

    [Fact]
    [Trait("Attack", "A68")]
    public async Task TypeMetadata_InTheData_IsDataLikeAnyOther()
    {
        const string Data = """{"$type":"System.IO.FileInfo, System.Private.CoreLib","$id":"1","$ref":"1","text":"plain"}""";
        var found = await host.AssertAcceptedAsync(host.Default.Sign(Envelope(Data, "note.written"), host.NewId()));
        Assert.Equal(new Note("plain"), Assert.Single(host.Handled.DataOf(found.Event.PublicId)));
    }

    [Theory]
    [Trait("Attack", "A69")]
    [InlineData("nobody.handles.this")]
    [InlineData("user")]
    [InlineData("user.created.twice")]
    [InlineData("User.Created")]
    public async Task Type_ThatNoHandlerTakes_IsParked(string type)
    {
        var request = host.Default.Sign(Envelope("{}", type), host.NewId());
        var parked = host.Parked;
        var found = await host.AssertAcceptedAsync(request, WorkState.Parked);
        Assert.Equal(parked + 1, host.Parked);

        var rows = await host.Inbox.ListAsync(new EventFilter("default", type, WorkState.Parked, 200, null), TestContext.Current.CancellationToken);
        Assert.Contains(rows, row => row.Id == found.Event.PublicId);
        await host.AssertDuplicateAsync(request, found);
        Assert.Equal(parked + 1, host.Parked);

        // Nothing is tried: not at the next poll of the dispatcher, and not later.
        host.Clock.Advance(TimeSpan.FromDays(1));
        await host.AssertAcceptedAsync(host.NewRequest());
        Assert.Empty(host.Handled.DataOf(found.Event.PublicId));
        Assert.Equal(WorkState.Parked, (await host.FindAsync(found.Event.PublicId)).State);
    }

    private static string OfLength(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? new string('a', length) : text;

    private static string Envelope(string data, string type = "user.created") =>
        $$"""{"type":{{System.Text.Json.JsonSerializer.Serialize(type)}},"data":{{data}}}""";

    /// <summary>A body of that depth, its own object included.</summary>
    private static string Nested(int depth, string open, string close) =>
        Envelope(string.Concat(Enumerable.Repeat(open, depth - 1)) + (open == "[" ? "" : "1") + string.Concat(Enumerable.Repeat(close, depth - 1)));

    private Task<WireResponse> AssertMalformedAsync(string body) => AssertMalformedAsync(Encoding.UTF8.GetBytes(body));

    private Task<WireResponse> AssertMalformedAsync(byte[] body) =>
        host.AssertRefusedAsync(host.Default.Sign(body, host.NewId()), 400, "WHR2009", RejectionReason.BodyMalformed);

    private Task<WireResponse> AssertInvalidAsync(string body) =>
        host.AssertRefusedAsync(host.Default.Sign(body, host.NewId()), 400, "WHR2008", RejectionReason.EnvelopeInvalid);
}
