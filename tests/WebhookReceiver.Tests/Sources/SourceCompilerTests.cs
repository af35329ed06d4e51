using WebhookReceiver.Senders;
using WebhookReceiver.Sources;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Sources;

public sealed class SourceCompilerTests
{
    private const string GoodSecret = "a secret of the tests, long enough";

    [Fact]
    public void Compile_GoodSource_HasNoProblem()
    {
        var (sources, problems) = Compile("github", new WebhookSourceOptions { Sender = "github" }, GoodSecret);

        Assert.Empty(problems);
        Assert.Equal(25 * 1024 * 1024, sources["github"].MaxBodyBytes);
    }

    [Theory]
    [InlineData("GitHub")]
    [InlineData("-a")]
    [InlineData("a_b")]
    [InlineData("a\n")]
    [InlineData("")]
    public void Compile_NameThatCannotBe_IsAProblem(string name) => Assert.Equal("WHR1026", OnlyProblem(name, "github", GoodSecret).Code);

    [Fact]
    public void Compile_NameOf64Characters_IsAProblem() => Assert.Equal("WHR1026", OnlyProblem(new string('a', 64), "github", GoodSecret).Code);

    [Fact]
    public void Compile_UnknownSender_NamesTheNearest()
    {
        var problem = OnlyProblem("a", "Githubb", GoodSecret);

        Assert.Equal("WHR1006", problem.Code);
        Assert.Contains("Did you mean 'github'?", problem.Fix, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Attack", "A97")]
    public void Compile_NoSecret_IsAProblemWithTheKeyToSet()
    {
        var problem = OnlyProblem("a", "github");

        Assert.Equal(("WHR1001", "WebhookReceiver__Sources__a__Secrets__0"), (problem.Code, problem.EnvironmentKey));
    }

    [Theory]
    [Trait("Attack", "A97")]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("short")]
    [InlineData("changeme")]
    [InlineData("your-webhook-secret")]
    public void Compile_SecretThatAnybodyCouldGuess_IsAProblemThatDoesNotRepeatIt(string secret)
    {
        var problem = OnlyProblem("a", "github", secret);

        Assert.Equal("WHR1002", problem.Code);
        if (secret.Trim().Length > 0)
        {
            Assert.DoesNotContain($"'{secret}'", problem.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    [Trait("Attack", "A97")]
    public void Compile_OneBadSecretOfTwo_LeavesTheSourceOut()
    {
        var (sources, problems) = Compile("a", new WebhookSourceOptions { Sender = "github" }, GoodSecret, "short");

        Assert.Empty(sources);
        Assert.Equal("WebhookReceiver:Sources:a:Secrets:1", Assert.Single(problems).Key);
    }

    [Fact]
    public void Compile_BothSenderAndSchemeFile_IsAProblem()
    {
        var (_, problems) = Compile("a", new WebhookSourceOptions { Sender = "github", SchemeFile = "x.json" }, GoodSecret);

        Assert.Equal("WHR1029", Assert.Single(problems).Code);
    }

    [Fact]
    public void Compile_SchemeFileThatIsMissing_IsAProblem()
    {
        var (_, problems) = Compile("a", new WebhookSourceOptions { SchemeFile = "missing.json" }, GoodSecret);

        Assert.Equal("WHR1031", Assert.Single(problems).Code);
    }

    [Fact]
    public void Compile_SchemeFileOfOnesOwn_IsUsed()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory.File("crm.json"), """
            { "id": "crm", "name": "Our CRM",
              "schemes": [{ "hash": "sha512", "content": "{header:X-Time}:{body}",
                "signature": { "header": "X-Crm-Signature", "format": "bare", "encoding": "hex" },
                "timestamp": { "value": "{header:X-Time}" } }],
              "event": { "id": ["{json:/no}"], "type": ["{json:/what}"], "data": ["{json:}"] },
              "evidence": { "confidence": "documentation", "sources": ["ours"] } }
            """);
        var problems = new List<ConfigurationProblem>();
        var options = new WebhookSourceOptions { SchemeFile = "crm.json" };
        options.Secrets.Add(new WebhookSecretOptions { Value = GoodSecret });

        var sources = SourceCompiler.Compile([KeyValuePair.Create("crm", options)], null, directory.Path, problems);

        Assert.Empty(problems);
        Assert.Equal("Our CRM", sources["crm"].Plan.Definition.Name);
    }

    [Fact]
    public void Compile_SenderThatSignsItsUrl_NeedsThePublicUrl()
    {
        Assert.Equal("WHR1027", OnlyProblem("square", "square", GoodSecret).Code);
    }

    [Theory]
    [InlineData("https://hooks.example.com", "https://hooks.example.com/webhook/square")]
    [InlineData("https://example.com/in/", "https://example.com/in/webhook/square")]
    public void Compile_PublicUrl_IsTheBaseAndTheRoute(string baseUrl, string expected)
    {
        var options = new WebhookSourceOptions { Sender = "square" };
        options.Secrets.Add(new WebhookSecretOptions { Value = GoodSecret });

        var sources = SourceCompiler.Compile([KeyValuePair.Create("square", options)], new Uri(baseUrl), ".", []);

        Assert.Equal(expected, sources["square"].PublicUrl);
    }

    [Fact]
    public void Compile_SenderWithASecondSecret_NeedsIt() => Assert.Equal("WHR1028", OnlyProblem("fb", "facebook", GoodSecret).Code);

    [Fact]
    public void Compile_RowThatComputesWithItsUrlAndASecondSecret_NeedsBoth()
    {
        Assert.True(SenderCatalog.TryGet("ebay", out var row));
        var problems = new List<ConfigurationProblem>();
        var options = new WebhookSourceOptions { Sender = "ebay" };
        options.Secrets.Add(new WebhookSecretOptions { Value = SenderPlan.Compile(row).GenerateKey().Secret });

        SourceCompiler.Compile([KeyValuePair.Create("a", options)], null, AppContext.BaseDirectory, problems);

        Assert.Equal(["WHR1027", "WHR1028"], problems.Select(static problem => problem.Code));
    }

    [Fact]
    [Trait("Attack", "A97")]
    public void Warnings_OneSecretInTwoSources_AreGiven()
    {
        var (a, b) = (new WebhookSourceOptions { Sender = "stripe" }, new WebhookSourceOptions { Sender = "stripe" });
        a.Secrets.Add(new WebhookSecretOptions { Value = GoodSecret });
        b.Secrets.Add(new WebhookSecretOptions { Value = GoodSecret });
        KeyValuePair<string, WebhookSourceOptions>[] options = [new("a", a), new("b", b)];

        var warnings = SourceCompiler.Warnings(SourceCompiler.Compile(options, null, ".", []), options).ToArray();

        var shared = Assert.Single(warnings, warning => warning.Contains("share a secret", StringComparison.Ordinal));
        Assert.DoesNotContain(GoodSecret, shared, StringComparison.Ordinal);
    }

    [Fact]
    public void LiveKeys_SecretAfterItsEnd_IsLeftOutAndTheOthersKeepTheirNumber()
    {
        var end = TestEvents.Start;
        var options = new WebhookSourceOptions { Sender = "github" };
        options.Secrets.Add(new WebhookSecretOptions { Value = GoodSecret + "old", NotAfter = end });
        options.Secrets.Add(new WebhookSecretOptions { Value = GoodSecret });

        var source = SourceCompiler.Compile([KeyValuePair.Create("github", options)], null, ".", [])["github"];

        Assert.Equal(2, source.LiveKeys(end.AddTicks(-1)).Length);
        Assert.Equal(1, source.LiveKeys(end).Length);
        Assert.Equal(1, source.SecretIndexOf(0, end));
    }

    [Fact]
    public void LiveKeys_SecretBeforeItsBeginning_IsLeftOutAndTheOthersKeepTheirNumber()
    {
        var begin = TestEvents.Start;
        var options = new WebhookSourceOptions { Sender = "github" };
        options.Secrets.Add(new WebhookSecretOptions { Value = GoodSecret + "new", NotBefore = begin });
        options.Secrets.Add(new WebhookSecretOptions { Value = GoodSecret });

        var source = SourceCompiler.Compile([KeyValuePair.Create("github", options)], null, ".", [])["github"];

        Assert.Equal(1, source.LiveKeys(begin.AddTicks(-1)).Length);
        Assert.Equal(1, source.SecretIndexOf(0, begin.AddTicks(-1)));
        Assert.Equal(2, source.LiveKeys(begin).Length);
    }

    [Fact]
    public void Compile_SecretThatWouldEndBeforeItBegins_IsAProblem()
    {
        var options = new WebhookSourceOptions { Sender = "github" };
        options.Secrets.Add(new WebhookSecretOptions { Value = GoodSecret, NotBefore = TestEvents.Start, NotAfter = TestEvents.Start });

        var problem = Assert.Single(Compile("github", options).Problems);

        Assert.Equal(("WHR1023", "WebhookReceiver:Sources:github:Secrets:0:NotAfter"), (problem.Code, problem.Key));
    }

    private static ConfigurationProblem OnlyProblem(string name, string sender, params string[] secrets)
    {
        var (sources, problems) = Compile(name, new WebhookSourceOptions { Sender = sender }, secrets);
        Assert.Empty(sources);
        return Assert.Single(problems);
    }

    [Fact]
    public void Compile_ValuesOutOfRangeThatCodeHasSet_AreProblems()
    {
        var options = new WebhookSourceOptions
        {
            Sender = "hmac-sha256",
            Secrets = { new WebhookSecretOptions { Value = "a secret of sixteen bytes or more" } },
            RateLimit = 0,
            MaxBodyBytes = -1,
            SilenceAfter = TimeSpan.FromSeconds(-1),
        };
        var problems = new List<ConfigurationProblem>();

        SourceCompiler.Compile([KeyValuePair.Create("a", options)], null, ".", problems);

        Assert.Equal(["MaxBodyBytes WHR1020", "RateLimit WHR1020", "SilenceAfter WHR1022"], problems.Select(static problem => $"{problem.Key.Split(':')[^1]} {problem.Code}"));
    }

    private static (Dictionary<string, WebhookSource> Sources, List<ConfigurationProblem> Problems) Compile(
        string name, WebhookSourceOptions options, params string[] secrets)
    {
        foreach (var secret in secrets)
        {
            options.Secrets.Add(new WebhookSecretOptions { Value = secret });
        }

        var problems = new List<ConfigurationProblem>();
        return (SourceCompiler.Compile([KeyValuePair.Create(name, options)], null, ".", problems), problems);
    }
}
