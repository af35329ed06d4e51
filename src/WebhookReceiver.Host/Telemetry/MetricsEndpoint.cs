using WebhookReceiver.Management;

namespace WebhookReceiver.Host.Telemetry;

/// <summary>Serves <c>/metrics</c> in the text format of Prometheus to callers with the management token.</summary>
internal static class MetricsEndpoint
{
    private const string MetricsPath = "/metrics";

    public static IApplicationBuilder UseMetrics(this IApplicationBuilder management)
    {
        var authorization = management.ApplicationServices.GetRequiredService<ManagementAuthorization>();

        // The page answers below its path as well.
        management.Use((context, next) => !context.Request.Path.StartsWithSegments(MetricsPath) || authorization.IsAllowed(context)
            ? next(context)
            : authorization.Refuse(context).ExecuteAsync(context));
        return management.UseOpenTelemetryPrometheusScrapingEndpoint(MetricsPath);
    }
}
