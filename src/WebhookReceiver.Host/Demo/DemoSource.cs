using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration.Memory;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Host.Configuration;
using WebhookReceiver.Host.Startup;
using WebhookReceiver.Inbox;
using WebhookReceiver.Inbox.Sqlite;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Host.Demo;

/// <summary>
/// The source of the demo (<c>WebhookReceiver:Demo</c>): <c>default</c>, signed the plainest way, with a secret that is made on this machine
/// and kept beside the inbox, so that a line in the shell's history works after the next start.
/// </summary>
internal sealed class DemoSource(string secret)
{
    public const string Sender = "hmac-sha256";
    public const string Body = """{"event":"new_order","data":{"order_id":"A-1001","customer_name":"Ada Lovelace","total_amount":129.90}}""";
    private const int SecretLength = 32;
    private const string SecretFile = "demo-secret";

    public string Secret { get; } = secret;

    /// <summary>A command for a shell with openssl and curl. Its event id is new each time: the same id would be a duplicate.</summary>
    public string LineToPaste(string url) =>
        $"""body='{Body}'; curl -sS {url} -H 'Content-Type: application/json' -H "X-Event-Id: $(openssl rand -hex 8)" -H "X-Signature-256: sha256=$(printf %s "$body" | openssl dgst -sha256 -hmac {Secret} -r | cut -c1-64)" -d "$body"; echo""";

    /// <summary>Reads the secret of this machine, or makes it.</summary>
    public static DemoSource Open(string inboxPath)
    {
        PrivateFile.CreateDirectory(Path.GetDirectoryName(inboxPath)!);
        using var file = PrivateFile.Open(Path.Combine(Path.GetDirectoryName(inboxPath)!, SecretFile), FileShare.ReadWrite);
        Span<byte> kept = stackalloc byte[SecretLength + 1];
        var text = Encoding.ASCII.GetString(kept[..file.ReadAtLeast(kept, kept.Length, throwOnEndOfStream: false)]);
        if (text.Length == SecretLength && text.All(char.IsAsciiHexDigit))
        {
            return new DemoSource(text);
        }

        var secret = RandomNumberGenerator.GetHexString(SecretLength, lowercase: true);
        file.SetLength(0);
        file.Write(Encoding.ASCII.GetBytes(secret));
        return new DemoSource(secret);
    }
}

/// <summary>Adds the demo where it is switched on and nobody has configured the source that it would be.</summary>
internal static class DemoSetup
{
    private const string DemoKey = WebhookReceiverOptions.SectionName + ":Demo";
    private const string ConnectionKey = WebhookReceiverOptions.SectionName + ":Inbox:ConnectionString";
    private const string ProviderKey = WebhookReceiverOptions.SectionName + ":Inbox:Provider";
    private const string SourceKey = WebhookReceiverOptions.SectionName + ":Sources:" + WebhookReceiverOptions.DefaultSourceName;

    public static void AddDemo(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ListenAddresses>();
        builder.Services.AddSingleton<StartSummary>();
        builder.Services.AddSingleton(new ApplicationSetting("Demo"));
        if (!IsOn(builder) || builder.Configuration.GetSection(SourceKey).Exists())
        {
            return;
        }

        // Beside the embedded inbox, or where that would be: a database elsewhere keeps no files for us.
        var usual = new InboxOptions();
        var isEmbedded = builder.Configuration[ProviderKey] is not { Length: > 0 } provider || provider == usual.Provider;
        var connection = isEmbedded && builder.Configuration[ConnectionKey] is { Length: > 0 } text ? text : usual.ConnectionString;
        if (!InboxLocation.TryRead(connection, out var path))
        {
            return; // the check of the options says what is wrong with it
        }

        if (TryOpen(builder, path) is not { } demo)
        {
            return;
        }

        // Below everything else: whatever a file or the environment says of the source comes on top.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = [new($"{SourceKey}:Sender", DemoSource.Sender), new($"{SourceKey}:Secrets:0", demo.Secret)],
        });
        builder.Services.AddSingleton(demo);
        builder.Services.AddSingleton<DemoDelivery>();
    }

    private static DemoSource? TryOpen(WebApplicationBuilder builder, string inboxPath)
    {
        try
        {
            return DemoSource.Open(Path.GetFullPath(inboxPath, builder.Environment.ContentRootPath));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Problems(builder).Add(new ConfigurationProblem(
                ErrorCodes.DemoSecretNotKept, ConnectionKey, $"The secret of the demo cannot be kept beside the inbox: {error.Message}", "Name a directory that the user of this process may write."));
            return null;
        }
    }

    private static HostProblems Problems(WebApplicationBuilder builder) =>
        builder.Services.Select(static service => service.ImplementationInstance).OfType<HostProblems>().Single();

    private static bool IsOn(WebApplicationBuilder builder)
    {
        if (builder.Configuration[DemoKey] is not { Length: > 0 } text)
        {
            return false;
        }

        if (!bool.TryParse(text, out var isOn))
        {
            Problems(builder).Add(new ConfigurationProblem(ErrorCodes.FlagRefused, DemoKey, $"'{text}' is neither true nor false.", "Write true or false."));
        }

        return isOn;
    }
}
