using System.Text;
using Microsoft.Extensions.DependencyInjection;
using WebhookReceiver.Endpoints;
using WebhookReceiver.Tests.Dispatch;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests;

/// <summary>
/// What one delivery allocates from its bytes to its event on disk and handled, on all threads together: no other test may run beside it.
/// </summary>
[Collection(nameof(AloneInTheProcess))]
public sealed class IntakeAllocationTests
{
    private const int Deliveries = 200;
    private const int Repeats = 3;

    /// <summary>What is there with room for a change of the runtime; every delivery through a validator, for example, is far beyond it.</summary>
    private const int MostBytesPerDelivery = 2560;

    [Fact]
    public async Task Receive_OnAWarmStore_AllocatesLittleForEachDelivery()
    {
        await using var receiver = await ReceiverUnderTest.StartAsync(static webhooks =>
            webhooks.AddHandler<ReadOnlyMemory<byte>>("new_order", static (_, _) => Task.CompletedTask));
        var intake = receiver.App.Services.GetRequiredService<WebhookIntake>();
        await ReceiveAsync(receiver, intake, NewDeliveries(receiver, round: 0));

        var least = double.MaxValue;
        for (var round = 1; round <= Repeats; round++)
        {
            var deliveries = NewDeliveries(receiver, round);
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await ReceiveAsync(receiver, intake, deliveries);
            least = Math.Min(least, (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Deliveries);
        }

        Assert.InRange(least, 1, MostBytesPerDelivery);
    }

    private static async Task ReceiveAsync(ReceiverUnderTest receiver, WebhookIntake intake, Delivery[] deliveries)
    {
        foreach (var delivery in deliveries)
        {
            Assert.IsType<ReceiveResult.Stored>(await intake.ReceiveAsync(delivery));
        }

        for (var i = 0; i < deliveries.Length; i++)
        {
            await receiver.NextAsync();
        }
    }

    private static Delivery[] NewDeliveries(ReceiverUnderTest receiver, int round)
    {
        var body = Encoding.UTF8.GetBytes($$$"""{"event":"new_order","data":{"note":"{{{new string('x', 960)}}}"}}""");
        return [.. Enumerable.Range(0, Deliveries).Select(number => receiver.NewDelivery($"evt_{round}_{number}", body))];
    }
}
