using System.Diagnostics;

namespace WebhookReceiver.Host.Tests.Processes;

public sealed class DemoTests
{
    private static readonly Dictionary<string, string> Demo = new()
    {
        ["ASPNETCORE_ENVIRONMENT"] = "Development",
        ["ASPNETCORE_URLS"] = "http://localhost:0",
        ["WebhookReceiver__Demo"] = "true",
        ["WebhookReceiver__Management__Url"] = "http://127.0.0.1:0",
    };

    [Fact]
    public async Task Start_WithNothingButTheDemo_ShowsAnEventHandledAndALineThatWorks()
    {
        // "localhost" cannot have a port that the system chooses.
        await using var host = HostProcess.Start(new(Demo) { ["ASPNETCORE_URLS"] = "http://127.0.0.1:0" });
        await host.LineAsync("] Accepted whe_");
        await host.LineAsync("New order A-1001 handled");
        await host.LineAsync("] Handled whe_");
        var output = host.Output;
        var summary = output.Split('\n').SkipWhile(static line => !line.StartsWith("WebhookReceiver ", StringComparison.Ordinal)).TakeWhile(static line => !line.StartsWith('[')).ToArray();

        Assert.InRange(output.Split('\n').TakeWhile(static line => !line.Contains("Accepted", StringComparison.Ordinal)).Count(), 6, 12);
        Assert.Contains(summary, static line => line.Contains("Development", StringComparison.Ordinal));
        Assert.Contains(summary, static line => line.Contains("/swagger", StringComparison.Ordinal));
        Assert.Contains(summary, static line => line.Contains("inbox.db", StringComparison.Ordinal));
        Assert.Contains(summary, static line => line.Contains("default (", StringComparison.Ordinal));
        Assert.Matches("Accepted whe_\\S+ from default: new_order demo-[0-9a-f]{16}, accepted", output);

        var line = summary.Last(static line => line.StartsWith("body=", StringComparison.Ordinal));
        Assert.Contains("\"status\":\"accepted\"", await ShellAsync(line), StringComparison.Ordinal);
        Assert.Contains("\"status\":\"accepted\"", await ShellAsync(line), StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Success, await host.TerminateAsync());
    }

    [Fact]
    public async Task Start_DemoWithADefaultSourceOfOnesOwn_LeavesItAlone()
    {
        await using var host = HostProcess.Start(new(Demo)
        {
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            ["WebhookReceiver__Sources__default__Sender"] = "hmac-sha256",
            ["WebhookReceiver__Sources__default__Secrets__0"] = TestDelivery.Secret,
        });
        await host.LineAsync("source      default");

        Assert.Equal(ExitCodes.Success, await host.TerminateAsync());
        Assert.DoesNotContain("Accepted", host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("body=", host.Output, StringComparison.Ordinal);
    }

    private static async Task<string> ShellAsync(string line)
    {
        var start = new ProcessStartInfo("sh", ["-c", line]) { RedirectStandardOutput = true };
        using var shell = Process.Start(start)!;
        var answer = await shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        return answer;
    }
}
