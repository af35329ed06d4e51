using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace WebhookReceiver.PostgreSql;

/// <summary>What becomes of the user's connection string.</summary>
internal static class ConnectionSettings
{
    /// <summary>What a process needs at once for the events themselves: two that write, one that notes what is called, one that claims, and one that looks for a pooler.</summary>
    public const int BusyConnections = 5;

    /// <summary>And for all else: one for the lease and what goes with it, one for retention, and a few for operators. Twelve in all, as operations.md says.</summary>
    public const int OtherConnections = 7;

    /// <summary>More than there are statements that are made again and again.</summary>
    private const int PreparedStatements = 32;

    private const int ConnectSeconds = 5;
    private const int CommandSeconds = 10;
    private const int KeepAliveSeconds = 10;

    /// <summary>Where several hosts are named: how long one is passed over that was away or a standby when it was last looked at.</summary>
    private const int RecheckSeconds = 1;

    /// <returns><see langword="false"/> if the text is not a connection string, or names no server or no database.</returns>
    public static bool TryRead(string text, [NotNullWhen(true)] out NpgsqlConnectionStringBuilder? settings)
    {
        settings = null;
        try
        {
            var read = new NpgsqlConnectionStringBuilder(text);
            if (read.Host is not { Length: > 0 } || read.Database is not { Length: > 0 })
            {
                return false;
            }

            settings = read;
            return true;
        }
        catch (Exception error) when (error is ArgumentException or FormatException or InvalidCastException or KeyNotFoundException)
        {
            return false;
        }
    }

    /// <summary>Where the inbox is, for people: without the password and everything else that nobody asked for.</summary>
    public static string Location(NpgsqlConnectionStringBuilder settings) => $"{settings.Database} on {settings.Host}";

    /// <param name="settings">The user's.</param>
    /// <param name="connections">How many there are at once, at most.</param>
    /// <param name="prepares">Whether statements are prepared: a pooler in between gives each transaction another session.</param>
    public static NpgsqlDataSource CreateSource(NpgsqlConnectionStringBuilder settings, int connections, bool prepares)
    {
        var own = new NpgsqlConnectionStringBuilder(settings.ConnectionString)
        {
            MaxPoolSize = connections,
            MinPoolSize = 0,
            Timeout = ConnectSeconds,
            CommandTimeout = CommandSeconds,
            KeepAlive = 0,
            TcpKeepAlive = true,
            TcpKeepAliveTime = KeepAliveSeconds,
            TcpKeepAliveInterval = KeepAliveSeconds,
            HostRecheckSeconds = RecheckSeconds,
            Enlist = false,
            Multiplexing = false,

            // To plan a statement takes the server longer than to carry it out.
            MaxAutoPrepare = prepares ? PreparedStatements : 0,
            AutoPrepareMinUsages = 2,

            // Nothing else is left in a session.
            NoResetOnClose = true,

            // The server quotes rows in the details of its errors.
            IncludeErrorDetail = false,
            PersistSecurityInfo = false,
        };
        if (string.IsNullOrEmpty(own.TargetSessionAttributes) && own.Host!.Contains(',', StringComparison.Ordinal))
        {
            // Otherwise any host would do that answers: an old primary that has come back as a standby, first in the list, where nothing can be written.
            own.TargetSessionAttributes = "primary";
        }

        if (string.IsNullOrEmpty(own.ApplicationName))
        {
            own.ApplicationName = "WebhookReceiver";
        }

        return NpgsqlDataSource.Create(own);
    }
}
