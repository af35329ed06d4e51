using System.Net;
using System.Text.Json;

namespace WebhookReceiver.Host.Tests.Exposure;

/// <summary>Secret files as Docker and Kubernetes mount them: that others can read them is said once.</summary>
public sealed class SecretFileTests : IDisposable
{
    private const string Secret = "WebhookReceiver__Sources__default__Secrets__0";
    private const string Token = "WebhookReceiver__Management__Token";

    private readonly TemporaryDirectory _secrets = new();

    public void Dispose() => _secrets.Dispose();

    [Theory]
    [Trait("Attack", "A98")]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead, false)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead, true)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.GroupRead, false)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.GroupRead, true)]
    public async Task Start_SecretFiles_AreReadWithoutTheirLineEndAndSaidOnceIfOthersCanReadThem(UnixFileMode mode, bool asLinks)
    {
        foreach (var (name, value) in new[] { (Secret, TestDelivery.Secret + "\n"), (Token, TestHost.Token + "\r\n") })
        {
            // As Kubernetes does it: a link into ..data, which is itself a link.
            var path = _secrets.Write(asLinks ? $"..first/{name}" : name, value);
            File.SetUnixFileMode(path, mode);
            if (asLinks)
            {
                File.CreateSymbolicLink(Path.Combine(_secrets.FullName, name), $"..data/{name}");
            }
        }

        if (asLinks)
        {
            Directory.CreateSymbolicLink(Path.Combine(_secrets.FullName, "..data"), "..first");
        }

        var environment = new Dictionary<string, string>(HostProcess.RightEnvironment) { ["WebhookReceiver__SecretsDirectory"] = _secrets.FullName };
        environment.Remove(Secret);
        environment.Remove(Token);
        await using var host = HostProcess.Start(environment);
        var started = JsonElement.Parse(await host.LineAsync("takes deliveries"));

        using var sent = await TestHost.Client.SendAsync(TestDelivery.Create(started.GetProperty("Urls").GetString() + "/webhook"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, sent.StatusCode);
        using var request = new HttpRequestMessage(HttpMethod.Get, started.GetProperty("ManagementUrl").GetString() + "/api/v1/stats") { Headers = { Authorization = new("Bearer", TestHost.Token) } };
        using var stats = await TestHost.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, stats.StatusCode);

        Assert.Equal(ExitCodes.Success, await host.TerminateAsync());
        var lines = host.Output.Split('\n').Where(static line => line.Contains("\"SecretFileReadable\"", StringComparison.Ordinal)).Select(static line => JsonElement.Parse(line)).ToArray();
        if (!mode.HasFlag(UnixFileMode.OtherRead))
        {
            Assert.Empty(lines);
            return;
        }

        var line = Assert.Single(lines);
        Assert.Equal((_secrets.FullName, 2, Token), (line.GetProperty("Directory").GetString(), line.GetProperty("Count").GetInt32(), line.GetProperty("File").GetString()));
        Assert.False(line.TryGetProperty("@l", out _)); // Information
    }
}
