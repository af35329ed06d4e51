namespace WebhookReceiver.ReliabilityTests;

/// <summary>The same event many times at once: known once, handled once, and every sender gets its 2xx.</summary>
public sealed class TwinTests
{
    private const int Twins = 64;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Send_SameEventManyTimesAtOnceAndAgainAfterARestart_IsStoredAndHandledOnce()
    {
        using var directory = new DataDirectory();
        string? receipt;
        await using (var host = await HostProcess.StartAsync(directory))
        {
            var answers = await SendAsync(host);
            Assert.All(answers, static answer => Assert.Equal(200, answer.Status));
            receipt = Assert.Single(answers.Select(static answer => answer.Receipt).Distinct());
            Assert.Single(answers, static answer => answer.Outcome == "accepted");
            Assert.Equal(Twins - 1, answers.Count(static answer => answer.Outcome == "duplicate"));
            await host.UntilDrainedAsync(Limit);
            await host.KillAsync();
        }

        await using (var host = await HostProcess.StartAsync(directory))
        {
            var answers = await SendAsync(host);
            Assert.All(answers, answer => Assert.Equal(new TwinAnswer(200, receipt, "duplicate"), answer));
            await host.UntilDrainedAsync(Limit);
            Assert.Equal(1, await host.CountAsync("succeeded"));
            await host.TerminateAsync();
            Assert.Equal(ExitCodes.Success, await host.ExitAsync());
        }

        Assert.Equal(["twin 1 twin"], await File.ReadAllLinesAsync(directory.Effects, TestContext.Current.CancellationToken));
    }

    private static async Task<TwinAnswer[]> SendAsync(HostProcess host)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        return await Task.WhenAll(Enumerable.Range(0, Twins).Select(async _ =>
        {
            using var request = SignedEvents.Request(host.Webhook, "twin");
            using var answer = await http.SendAsync(request);
            return await TwinAnswer.ReadAsync(answer);
        }));
    }
}
