using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Trace;

namespace WebhookReceiver.Host.Tests.Telemetry;

public sealed class OwnTracesTests
{
    [Fact]
    public async Task Delivery_WithATraceparentOfItsSender_BeginsATraceOfItsOwn()
    {
        const string Foreign = "0af7651916cd43dd8448eb211c80319c";
        Activity? seen = null;
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "Microsoft.AspNetCore",
            Sample = static (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity => seen = activity,
        };
        ActivitySource.AddActivityListener(listener);
        await using var host = new TestHost();
        using var request = TestDelivery.Create(host.Public + "/webhook");
        request.Headers.Add("traceparent", $"00-{Foreign}-b7ad6b7169203331-01");

        using var response = await TestHost.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.NotNull(seen);
        Assert.NotEqual(Foreign, seen.TraceId.ToString());
        Assert.Equal(default, seen.ParentSpanId);
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
