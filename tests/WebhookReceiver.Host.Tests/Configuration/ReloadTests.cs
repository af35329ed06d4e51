using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Host.Tests.Configuration;

public sealed class ReloadTests : IDisposable
{
    private const string First = "WebhookReceiver__Sources__default__Secrets__0";
    private const string Second = "WebhookReceiver__Sources__default__Secrets__1";
    private const string OldSecret = "the-old-secret-0123456789-abcdef";
    private const string NewSecret = "the-new-secret-0123456789-abcdef";

    private readonly TemporaryDirectory _secrets = new();

    [Fact]
    [Trait("Attack", "A98")]
    public async Task Reload_FileReplaced_NewSecretIsTakenAndOldOneRefused()
    {
        _secrets.Write(First, OldSecret + "\r\n");
        await using var host = Create();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(host, OldSecret));

        _secrets.Write(First, NewSecret + "\n");
        host.Services.GetRequiredService<SourceLoader>().ReloadIfChanged();

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(host, NewSecret));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(host, OldSecret));
    }

    [Fact]
    public async Task Reload_ElementRemoved_IsRevoked()
    {
        _secrets.Write(First, NewSecret);
        _secrets.Write(Second, OldSecret);
        await using var host = Create();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(host, OldSecret));

        File.Delete(Path.Combine(_secrets.FullName, Second));
        host.Services.GetRequiredService<SourceLoader>().ReloadIfChanged();

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(host, OldSecret));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(host, NewSecret));
    }

    [Fact]
    public async Task Reload_BadFile_KeepsTheOldSetAndTakesTheNextGoodOne()
    {
        _secrets.Write(First, OldSecret);
        await using var host = Create();
        var loader = host.Services.GetRequiredService<SourceLoader>();

        _secrets.Write(First, "changeme");
        loader.ReloadIfChanged();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(host, OldSecret));

        _secrets.Write(First, NewSecret);
        loader.ReloadIfChanged();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(host, NewSecret));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(host, OldSecret));
    }

    [Fact]
    public async Task Reload_FileThatMayNotBeRead_KeepsTheOldSetAndTakesTheNextGoodOne()
    {
        _secrets.Write(First, OldSecret);
        await using var host = Create();
        var loader = host.Services.GetRequiredService<SourceLoader>();

        _secrets.WriteUnreadable(First);
        loader.ReloadIfChanged();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(host, OldSecret));

        File.Delete(Path.Combine(_secrets.FullName, First));
        _secrets.Write(First, NewSecret);
        loader.ReloadIfChanged();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(host, NewSecret));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(host, OldSecret));
    }

    [Fact]
    [Trait("Attack", "A98")]
    public async Task Poll_LinkOfAMountedSecretIsSwapped_IsSeenAfterFiveSeconds()
    {
        // As Kubernetes mounts a secret: the file is a link into ..data, which is itself a link that is swapped at once.
        _secrets.Write($"..first/{First}", OldSecret);
        _secrets.Write($"..second/{First}", NewSecret);
        Directory.CreateSymbolicLink(Path.Combine(_secrets.FullName, "..data"), "..first");
        File.CreateSymbolicLink(Path.Combine(_secrets.FullName, First), $"..data/{First}");
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var host = Create(services => services.AddSingleton<TimeProvider>(clock));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(host, OldSecret));
        var sources = host.Services.GetRequiredService<SourceRegistry>();
        Assert.True(sources.TryGet("default", out var before));

        Directory.Delete(Path.Combine(_secrets.FullName, "..data"));
        Directory.CreateSymbolicLink(Path.Combine(_secrets.FullName, "..data"), "..second");

        using var patience = new CancellationTokenSource(HostProcess.Patience);
        while (sources.TryGet("default", out var now) && ReferenceEquals(now, before))
        {
            // Again and again: the loader begins to wait some time after the host has started.
            patience.Token.ThrowIfCancellationRequested();
            clock.Advance(SourceLoader.PollInterval);
            await Task.Yield();
        }

        Assert.Equal(TimeSpan.FromSeconds(5), SourceLoader.PollInterval);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(host, NewSecret));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(host, OldSecret));
    }

    public void Dispose() => _secrets.Dispose();

    private TestHost Create(Action<IServiceCollection>? configure = null) =>
        new(settings: new() { ["WebhookReceiver:SecretsDirectory"] = _secrets.FullName }, configure: configure);

    private static async Task<HttpStatusCode> StatusAsync(TestHost host, string secret)
    {
        using var response = await host.SendAsync(secret);
        return response.StatusCode;
    }
}
