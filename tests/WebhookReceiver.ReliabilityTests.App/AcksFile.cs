using System.Text;
using Microsoft.AspNetCore.Builder;

namespace WebhookReceiver.ReliabilityTests.App;

/// <summary>One line for each event, written when its answer of 2xx begins and before its first byte is sent.</summary>
internal sealed class AcksFile(string path) : IDisposable
{
    private readonly FileStream _file = new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
    private readonly Lock _gate = new();

    public void Watch(IApplicationBuilder app) => app.Use(next => context =>
    {
        context.Response.OnStarting(() =>
        {
            if (context.Response.StatusCode is >= 200 and < 300)
            {
                Append(context.Request.Headers["X-Event-Id"].ToString());
            }

            return Task.CompletedTask;
        });
        return next(context);
    });

    public void Dispose() => _file.Dispose();

    private void Append(string eventId)
    {
        lock (_gate)
        {
            _file.Write(Encoding.ASCII.GetBytes(eventId + "\n"));
        }
    }
}
