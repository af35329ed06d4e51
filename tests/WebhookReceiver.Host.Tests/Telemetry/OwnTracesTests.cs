using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Trace;

namespace WebhookReceiver.Host.Tests.Telemetry;

/// <remarks>Alone, since a listener hears the requests of all hosts in the process.</remarks>
[Collection(nameof(AloneInTheProcess))]
public sealed class OwnTracesTests
{
    [Fact]
    public async Task Delivery_WithATraceparentOfItsSender_BeginsATraceOfItsOwn()
    {
        const string Foreign = "0af7651916cd43dd8448eb211c80319c";
        var seen = new TaskCompletionSource<Activity>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "Microsoft.AspNetCore",
            Sample = static (ref _) => ActivitySamplingResult.AllData,

            // Some time after its answer was sent.
            ActivityStopped = activity => seen.TrySetResult(activity),
        };
        ActivitySource.AddActivityListener(listener);
        await using var host = new TestHost();
        using var request = TestDelivery.Create(host.Public + "/webhook");
        request.Headers.Add("traceparent", $"00-{Foreign}-b7ad6b7169203331-01");

        using var response = await TestHost.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var trace = await seen.Task.WaitAsync(HostProcess.Patience, TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.NotEqual(Foreign, trace.TraceId.ToString());
        Assert.Equal(default, trace.ParentSpanId);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("http://127.0.0.1:9", true)]
    public async Task Traces_ByTheStandardVariable_AreMade(string? endpoint, bool areMade)
    {
        await using var host = new TestHost(settings: new()
        {
            ["WebhookReceiver:Sources:default:Secrets:0"] = TestDelivery.Secret,
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint,
        });

        Assert.Equal(areMade, host.Services.GetService<TracerProvider>() is not null);
    }
}
