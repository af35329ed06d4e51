using WebhookReceiver.Management;

namespace WebhookReceiver.Host.Telemetry;

/// <summary>Serves <c>/metrics</c> in the text format of Prometheus to callers with the management token.</summary>
internal static class MetricsEndpoint
{
    private const string MetricsPath = "/metrics";

    /// <summary>Its middleware is made for the first request: it needs what listens to the meters, for which the start should not wait here.</summary>
    public static IApplicationBuilder UseMetrics(this IApplicationBuilder management)
    {
        var authorization = management.ApplicationServices.GetRequiredService<ManagementAuthorization>();
        return management.Use(next =>
        {
            var page = new Lazy<RequestDelegate>(() => Page(management, next));

            // The page answers below its path as well.
            return context => !context.Request.Path.StartsWithSegments(MetricsPath) ? next(context)
                : authorization.IsAllowed(context) ? page.Value(context)
                : authorization.Refuse(context).ExecuteAsync(context);
        });
    }

    private static RequestDelegate Page(IApplicationBuilder management, RequestDelegate next)
    {
        var page = management.New();
        page.UseOpenTelemetryPrometheusScrapingEndpoint(MetricsPath);
        page.Run(next);
        return page.Build();
    }
}
