using WebhookReceiver.Host.Demo;

namespace WebhookReceiver.Host.Startup;

/// <summary>Once the program takes deliveries: says where, and in the demo sends the first one.</summary>
internal sealed class FirstScreen(IHostApplicationLifetime lifetime, StartSummary summary, DemoDelivery? demo = null) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var whenStarted = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        summary.Write();
        if (demo is not null)
        {
            await demo.SendAsync(stoppingToken);
        }
    }
}
