using System.Globalization;
using System.Text;
using Microsoft.Extensions.Configuration;

namespace WebhookReceiver.ReliabilityTests.App;

/// <summary>The ledger of effects: one line, one write, no buffer, so that what was written survives the death of the process.</summary>
internal sealed class EffectsFile(IConfiguration configuration) : IDisposable
{
    private readonly FileStream _file = new(
        configuration["EffectsFile"] ?? throw new InvalidOperationException("EffectsFile is not set."),
        FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);

    private readonly Lock _gate = new();

    public void Append(string eventId, int attempt, string bodyId)
    {
        var line = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{eventId} {attempt} {bodyId}\n"));
        lock (_gate)
        {
            _file.Write(line);
        }
    }

    public void Dispose() => _file.Dispose();
}
