using System.Diagnostics;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using WebhookReceiver.Diagnostics;

namespace WebhookReceiver.Host.Telemetry;

/// <summary>
/// Metrics for Prometheus always; metrics and traces over OTLP where the standard variables (<c>OTEL_EXPORTER_OTLP_ENDPOINT</c> and its
/// like) name somebody to send them to.
/// </summary>
internal static class TelemetrySetup
{
    private const string ServiceName = "webhook-receiver";
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string MetricsEndpoint = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT";
    private const string TracesEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";

    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        // The variables come last, so that OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win over the name in code.
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(static resource => resource.AddService(ServiceName, serviceVersion: HostVersion.Current).AddEnvironmentVariableDetector());
        telemetry.WithMetrics(metrics =>
        {
            metrics.AddMeter(WebhookMetrics.MeterName).AddAspNetCoreInstrumentation().AddRuntimeInstrumentation();
            metrics.AddPrometheusExporter(static exporter => exporter.ScrapeResponseCacheDurationMilliseconds = 0);
            if (IsSet(builder.Configuration, Endpoint, MetricsEndpoint))
            {
                metrics.AddOtlpExporter();
            }
        });

        // Without anybody to send them to, spans would be made and thrown away.
        if (IsSet(builder.Configuration, Endpoint, TracesEndpoint))
        {
            telemetry.WithTracing(static traces => traces.AddSource(WebhookMetrics.MeterName).AddAspNetCoreInstrumentation().AddOtlpExporter());
        }

        builder.Services.AddSingleton<DistributedContextPropagator, OwnTraces>();
    }

    /// <summary>
    /// Makes what listens to the meters, beside the rest of the start. Its own service asks for it before the server listens, and then waits for what is
    /// left of it at most.
    /// </summary>
    public static void PrepareTelemetry(this WebApplication app) => ThreadPool.UnsafeQueueUserWorkItem(
        static services =>
        {
            try
            {
                _ = services.GetService<MeterProvider>();
            }
#pragma warning disable CA1031 // Whatever it is, that service comes to it as well, and says so.
            catch (Exception)
#pragma warning restore CA1031
            {
            }
        },
        app.Services,
        preferLocal: false);

    private static bool IsSet(ConfigurationManager configuration, params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (configuration[key] is { Length: > 0 })
            {
                return true;
            }
        }

        return false;
    }
}
