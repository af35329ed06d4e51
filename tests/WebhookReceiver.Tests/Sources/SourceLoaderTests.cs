using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Inbox.Sqlite;
using WebhookReceiver.Sources;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Sources;

public sealed class SourceLoaderTests : IDisposable
{
    private const string Old = "the old secret of the tests";
    private const string New = "the new secret of the tests";

    private readonly TemporaryDirectory _directory = new();
    private readonly SourceRegistry _registry = new();
    private readonly RecordedLog<SourceLoader> _log = new();
    private WebhookReceiverOptions? _options;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Start_SourcesCompiledByTheValidator_AreTheOnesInForce()
    {
        Write("base.json", Old);
        using var loader = Start();

        _registry.TryGet("a", out var source);
        Assert.Same(_options!.CompiledSources["a"], source);
    }

    [Fact]
    public void ReloadIfChanged_NothingChanged_KeepsTheSameSources()
    {
        Write("base.json", Old);
        using var loader = Start();
        _registry.TryGet("a", out var before);

        loader.ReloadIfChanged();

        _registry.TryGet("a", out var after);
        Assert.Same(before, after);
    }

    [Fact]
    public void ReloadIfChanged_SecretAdded_IsTakenOver()
    {
        Write("base.json", Old);
        using var loader = Start();

        Write("base.json", New, Old);
        loader.ReloadIfChanged();

        Assert.Equal(2, Secrets());
    }

    [Fact]
    public void ReloadIfChanged_RevokedElement_IsGone()
    {
        Write("base.json", New, Old);
        using var loader = Start();

        Write("base.json", New);
        loader.ReloadIfChanged();

        Assert.Equal(1, Secrets());
    }

    [Fact]
    public void ReloadIfChanged_ListOfTheLastFileGrowsIntoWhatTheMergeSaidBefore_IsSeen()
    {
        Write("base.json", New, Old);
        Write("over.json", New);
        using var loader = Start();
        Assert.Equal(1, Secrets());

        Write("over.json", New, Old);
        loader.ReloadIfChanged();

        Assert.Equal(2, Secrets());
    }

    [Theory]
    [InlineData("""{ "WebhookReceiver": { "Sources": { "a": { "Sender": "nobody", "Secrets": ["the new secret of the tests"] } } } }""")]
    [InlineData("""{ "WebhookReceiver": { "Sources": { "a": { "Sender": "github", "Secrets": ["short"] } } } }""")]
    [InlineData("{ not json")]
    [InlineData("")]
    public void ReloadIfChanged_BadFile_KeepsWhatWasLoadedUntilItIsMended(string text)
    {
        Write("base.json", Old);
        using var loader = Start();

        File.WriteAllText(_directory.File("base.json"), text);
        loader.ReloadIfChanged();
        Assert.Equal(1, Secrets());

        Write("base.json", New, Old);
        loader.ReloadIfChanged();
        Assert.Equal(2, Secrets());
    }

    [Fact]
    public void ReloadIfChanged_GoodAndBadFiles_AreSaidOnceEachWithoutASecret()
    {
        Write("base.json", Old);
        using var loader = Start();
        _log.Clear();

        loader.ReloadIfChanged();
        Assert.Empty(_log.Lines);

        Write("base.json", New, Old);
        loader.ReloadIfChanged();
        loader.ReloadIfChanged();
        var reloaded = Assert.Single(_log.Lines, static line => line.Id == EventIds.SourcesReloaded);
        Assert.Equal((LogLevel.Information, "Sources reloaded: 1 sources, 1 secrets before, 2 now"), (reloaded.Level, reloaded.Message));

        Write("base.json", "short canary");
        loader.ReloadIfChanged();
        loader.ReloadIfChanged();
        var failed = Assert.Single(_log.Lines, static line => line.Id == EventIds.SourceReloadFailed);
        Assert.Equal(LogLevel.Error, failed.Level);
        Assert.Contains("what was loaded stays in force: WHR1002", failed.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(_log.Lines, static line => line.Message.Contains("canary", StringComparison.Ordinal) || line.Message.Contains(New, StringComparison.Ordinal) || line.Message.Contains(Old, StringComparison.Ordinal));
    }

    [Fact]
    public void ReloadIfChanged_FileThatIsNoJson_IsSaidByItsPlaceAloneAndWhatWasLoadedStays()
    {
        Write("base.json", Old);
        using var loader = Start();

        File.WriteAllText(_directory.File("base.json"), "{\n  \"WebhookReceiver\": canary");
        loader.ReloadIfChanged();

        var failed = Assert.Single(_log.Lines, static line => line.Id == EventIds.SourceReloadFailed);
        Assert.Contains("base.json'. It is no JSON at line 2, byte 22. Correct the file at the place that is named.", failed.Message, StringComparison.Ordinal);
        Assert.Contains("WHR1056", failed.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", failed.Message, StringComparison.Ordinal);
        Assert.Equal(1, Secrets());
    }

    [Fact]
    public void ReloadIfChanged_SchemeFileThatComesLaterOrChanges_IsTaken()
    {
        Write("base.json", Old);
        using var loader = Start();
        File.WriteAllText(_directory.File("base.json"), $$"""{ "WebhookReceiver": { "Sources": { "a": { "SchemeFile": "row.json", "Secrets": ["{{New}}"] } } } }""");
        loader.ReloadIfChanged();
        loader.ReloadIfChanged();
        Assert.Contains("WHR1031", Assert.Single(_log.Lines, static line => line.Id == EventIds.SourceReloadFailed).Message, StringComparison.Ordinal);

        File.Copy(Repository.File("src/WebhookReceiver.Senders/Catalog/hmac-sha256.json"), _directory.File("row.json"));
        loader.ReloadIfChanged();

        Assert.Single(_log.Lines, static line => line.Id == EventIds.SourcesReloaded);
        Assert.Equal("hmac-sha256", Assert.Single(_registry.All).Plan.Definition.Id);

        // And when it says something else, though the settings are the same.
        File.WriteAllText(_directory.File("row.json"), File.ReadAllText(_directory.File("row.json")).Replace("X-Signature-256", "X-Crm-Signature", StringComparison.Ordinal));
        loader.ReloadIfChanged();
        loader.ReloadIfChanged();
        Assert.Equal(2, _log.Lines.Count(static line => line.Id == EventIds.SourcesReloaded));
    }

    [Fact]
    public void ReloadIfChanged_ProviderThatThrowsWhateverItLikes_IsSaidAndTheOthersAreLetGo()
    {
        Write("base.json", Old);
        var fickle = new FickleSource();
        using var loader = Start(builder => builder.Add(fickle));
        fickle.Error = new HttpRequestException("The vault is away.");
        var alive = fickle.Alive;

        loader.ReloadIfChanged();
        loader.ReloadIfChanged();

        Assert.Contains("The vault is away.", Assert.Single(_log.Lines, static line => line.Id == EventIds.SourceReloadFailed).Message, StringComparison.Ordinal);
        Assert.Equal(1, Secrets());
        Assert.Equal(alive, fickle.Alive);
    }

    [Fact]
    public void ReloadIfChanged_LinkSwappedUnderneath_IsSeen()
    {
        // As Kubernetes does it: the files stay where they are, the directory behind a link becomes another.
        Directory.CreateDirectory(_directory.File("v1"));
        Directory.CreateDirectory(_directory.File("v2"));
        File.WriteAllText(Path.Combine(_directory.File("v1"), "WebhookReceiver__Sources__a__Secrets__0"), Old);
        File.WriteAllText(Path.Combine(_directory.File("v2"), "WebhookReceiver__Sources__a__Secrets__0"), New);
        File.WriteAllText(Path.Combine(_directory.File("v2"), "WebhookReceiver__Sources__a__Secrets__1"), Old);
        Directory.CreateSymbolicLink(_directory.File("data"), _directory.File("v1"));
        Write("base.json", Old);
        using var loader = Start(builder => builder.AddKeyPerFile(_directory.File("data")));

        Directory.Delete(_directory.File("data"));
        Directory.CreateSymbolicLink(_directory.File("data"), _directory.File("v2"));
        loader.ReloadIfChanged();

        Assert.Equal(2, Secrets());
    }

    [Fact]
    public void ReloadIfChanged_SecretThatStays_KeepsWhenItLastMatchedAndTheSourceWhatItSent()
    {
        Write("base.json", Old);
        using var loader = Start();
        var before = Assert.Single(_registry.All);
        var at = new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
        before.Secrets[0].Use.Matched(at);
        before.Activity.Accept(at);

        Write("base.json", New, Old);
        loader.ReloadIfChanged();

        var after = Assert.Single(_registry.All);
        Assert.Equal([null, at], after.Secrets.Select(static secret => secret.Use.LastMatchedAt));
        Assert.Same(before.Activity, after.Activity);
    }

    [Fact]
    public void Start_KeyThatIsNoSetting_IsSaidWithTheNearest()
    {
        File.WriteAllText(_directory.File("base.json"), """{ "WebhookReceiver": { "Sources": { "a": { "Sender": "github", "Secrets": ["the new secret of the tests"], "Secert": "canary" } } } }""");
        using var loader = Start();

        var line = Assert.Single(_log.Lines, static line => line.Id == EventIds.SettingUnknown);
        Assert.Equal((LogLevel.Warning, "WebhookReceiver:Sources:a:Secert: 'Secert' is not a setting and has no effect. Did you mean 'Secrets'? [WHR1007]"), (line.Level, line.Message));
    }

    private int Secrets() => Assert.Single(_registry.All).Secrets.Count;

    private void Write(string file, params string[] secrets) => File.WriteAllText(
        _directory.File(file),
        $$"""{ "WebhookReceiver": { "Sources": { "a": { "Sender": "github", "Secrets": [{{string.Join(",", secrets.Select(secret => $"\"{secret}\""))}}] } } } }""");

    private SourceLoader Start(Action<IConfigurationBuilder>? configure = null)
    {
        using var manager = new ConfigurationManager();
        manager.AddJsonFile(_directory.File("base.json"), optional: true).AddJsonFile(_directory.File("over.json"), optional: true);
        configure?.Invoke(manager);
        var root = new WebhookConfigurationRoot(manager, []);
        var environment = new TestEnvironment(_directory.Path);
        var factory = new OptionsFactory<WebhookReceiverOptions>(
            [root], [], [new WebhookReceiverOptionsValidator(environment, [new SqliteInboxProvider(environment, TimeProvider.System)], new ServiceCollection().BuildServiceProvider())]);
        _options = factory.Create(Options.DefaultName);
        return new SourceLoader(
            _registry, root, Options.Create(_options), factory, environment, new FakeTimeProvider(), _log);
    }

    /// <summary>Settings from elsewhere, which can be away.</summary>
    private sealed class FickleSource : IConfigurationSource
    {
        public Exception? Error { get; set; }

        public int Alive { get; private set; }

        public IConfigurationProvider Build(IConfigurationBuilder builder)
        {
            Alive++;
            return new Provider(this);
        }

        private sealed class Provider(FickleSource source) : ConfigurationProvider, IDisposable
        {
            public override void Load()
            {
                if (source.Error is { } error)
                {
                    throw error;
                }
            }

            public void Dispose() => source.Alive--;
        }
    }

    private sealed class TestEnvironment(string root) : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = Environments.Development;

        public string ApplicationName { get; set; } = "tests";

        public string ContentRootPath { get; set; } = root;

        public Microsoft.Extensions.FileProviders.IFileProvider ContentRootFileProvider { get; set; } = new Microsoft.Extensions.FileProviders.NullFileProvider();
    }
}
