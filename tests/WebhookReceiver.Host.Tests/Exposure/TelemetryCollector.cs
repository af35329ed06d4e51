using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace WebhookReceiver.Host.Tests.Exposure;

/// <summary>Where a host sends its metrics and traces by OTLP over HTTP: it keeps every byte.</summary>
internal sealed class TelemetryCollector : IAsyncDisposable
{
    private readonly ConcurrentQueue<(string Path, string Bytes)> _received = new();
    private readonly WebApplication _app;

    private TelemetryCollector()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(async context =>
        {
            using var bytes = new MemoryStream();
            await context.Request.Body.CopyToAsync(bytes, context.RequestAborted);
            _received.Enqueue((context.Request.Path, Encoding.Latin1.GetString(bytes.ToArray())));
            context.Response.ContentType = "application/x-protobuf";
        });
    }

    public string Url => _app.Urls.Single();

    /// <summary>All that came, as Latin-1: texts stand in it as they are.</summary>
    public string Everything => string.Concat(_received.Select(static received => received.Bytes));

    public static async Task<TelemetryCollector> StartAsync()
    {
        var collector = new TelemetryCollector();
        await collector._app.StartAsync(TestContext.Current.CancellationToken);
        return collector;
    }

    /// <summary>Waits until something of a path came that holds a text.</summary>
    public async Task UntilReceivedAsync(string path, string text)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(HostProcess.Patience);
        while (!_received.Any(received => received.Path == path && received.Bytes.Contains(text, StringComparison.Ordinal)))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, patience.Token);
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
