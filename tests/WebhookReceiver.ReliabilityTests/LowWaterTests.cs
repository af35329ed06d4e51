using System.Net;
using WebhookReceiver.ReliabilityTests.Disk;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>A disk that fills up slowly: deliveries are refused in time, what is stored is handled meanwhile, and it heals by itself.</summary>
public sealed class LowWaterTests
{
    private const long Free = 28 * 1024 * 1024; // below the mark of 32 MiB

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan NoticeLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    [Fact(Explicit = true)]
    public async Task Disk_FillsUpToTheMark_DeliveriesAreRefusedAndAllElseGoesOn()
    {
        Needs.OwnMounts();
        using var disk = new SmallDisk();
        using var directory = new DataDirectory { Disk = disk.Root };
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var accepted = 0;
        await using var host = await HostProcess.StartAsync(directory, new Dictionary<string, string> { ["HandlerDuration"] = "00:00:03" });
        Assert.Equal(HttpStatusCode.OK, await SendAsync());

        disk.FillUntil(Free);
        await UntilAsync(async () => await SendAsync() == HttpStatusCode.ServiceUnavailable);
        Assert.False(await host.IsReadyAsync());
        await host.UntilDrainedAsync(Limit); // the handler that was at work has ended, and that is on disk
        Assert.Equal(accepted, await host.CountAsync("succeeded"));

        disk.Free();
        await UntilAsync(host.IsReadyAsync);
        Assert.Equal(HttpStatusCode.OK, await SendAsync());
        await host.UntilDrainedAsync(Limit);
        await host.TerminateAsync();
        Assert.Equal(ExitCodes.Success, await host.ExitAsync());
        Assert.Equal(accepted, File.ReadAllLines(directory.Effects).Length);
        using var inbox = new InboxFile(directory.Inbox);
        inbox.AssertIsIntact();

        async Task<HttpStatusCode> SendAsync()
        {
            using var request = SignedEvents.Request(host.Webhook, $"e{accepted}");
            using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
            accepted += answer.StatusCode == HttpStatusCode.OK ? 1 : 0;
            return answer.StatusCode;
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < NoticeLimit, $"It was not noticed within {NoticeLimit}.");
            await Task.Delay(PollInterval, TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
