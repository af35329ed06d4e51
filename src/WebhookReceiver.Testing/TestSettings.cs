using System.Collections.Concurrent;
using System.Data.Common;
using System.Security.Cryptography;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using WebhookReceiver.Senders;

namespace WebhookReceiver.Testing;

/// <summary>What a test changes of the program's settings, after configuration and before they are checked; again at each reload.</summary>
internal sealed class TestSettings(WebhookTestOptions test, TestInboxDirectory directory, IHostEnvironment environment) : IPostConfigureOptions<WebhookReceiverOptions>
{
    private static readonly Uri BaseUrl = new("https://localhost");

    private readonly string _token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
    private readonly ConcurrentDictionary<string, string> _generated = new(StringComparer.Ordinal);

    // By the secret, which for senders with key pairs is the public key.
    private readonly ConcurrentDictionary<string, SigningKey> _signing = new(StringComparer.Ordinal);

    // By the URL that they are fetched from, which all sources of a sender share.
    private readonly ConcurrentDictionary<Uri, GeneratedKey> _published = new();
    private readonly ConcurrentDictionary<string, WebhookSecretOptions[]> _rotated = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, WebhookSecretOptions[]> _current = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _previous = new(StringComparer.Ordinal);

    public void PostConfigure(string? name, WebhookReceiverOptions options)
    {
        options.Inbox.Provider = "Sqlite";
        options.Inbox.ConnectionString = new DbConnectionStringBuilder { ["Data Source"] = directory.InboxPath }.ConnectionString;

        // The clock stands still when the host stops: nobody would advance it.
        options.Dispatch.DrainDelay = TimeSpan.Zero;
        options.Management.Token ??= _token;
        foreach (var (source, configure) in test.Sources)
        {
            configure(options.Sources[source] = new WebhookSourceOptions());
        }

        if (!options.Sources.ContainsKey(WebhookReceiverOptions.DefaultSourceName))
        {
            options.Sources[WebhookReceiverOptions.DefaultSourceName] = new WebhookSourceOptions { Sender = "standard-webhooks" };
        }

        foreach (var (source, settings) in options.Sources)
        {
            Complete(source, settings, options);
        }
    }

    /// <summary>Gives a source a new first secret.</summary>
    /// <exception cref="InvalidOperationException">The sender's keys are fetched: its source has none that could be rotated.</exception>
    public void Rotate(string source, SenderDefinition sender, bool keepPrevious)
    {
        if (SenderPlan.Compile(sender).FetchesKeys)
        {
            throw new InvalidOperationException($"The keys of {sender.Name} are fetched: the source '{source}' has none that could be rotated.");
        }

        var before = _current[source];
        _previous[source] = before[0].Value;
        var fresh = new WebhookSecretOptions { Value = Generate(SenderPlan.Compile(sender)) };
        _rotated[source] = keepPrevious ? [fresh, .. before] : [fresh];
    }

    /// <summary>The secret that was the first one before the last rotation.</summary>
    public string? PreviousSecret(string source) => _previous.GetValueOrDefault(source);

    /// <summary>The secret that a source's events are signed with: the first one that is accepted, of a key pair the public key.</summary>
    public string Secret(string source, DateTimeOffset now)
    {
        var secrets = _current[source];
        return (Array.Find(secrets, secret => secret.NotAfter is not { } end || now < end) ?? secrets[0]).Value;
    }

    /// <summary>What signs for a secret that was made here.</summary>
    public SigningKey? SigningKey(string secret) => _signing.GetValueOrDefault(secret);

    /// <summary>What is fetched from a URL of a sender's keys.</summary>
    public string? KeyDocument(Uri url) => _published.TryGetValue(url, out var made) ? made.KeyDocument : null;

    /// <summary>Makes a secret, and remembers what signs for it.</summary>
    private string Generate(SenderPlan plan)
    {
        var made = plan.Definition.Schemes[0].KeySource is { } source && new EventDraft(plan).Find(Template.Parse(source.Url).Parts[0]) is { } url
            ? _published.GetOrAdd(new Uri(url), _ => plan.GenerateKey())
            : plan.GenerateKey();
        _signing[made.Secret] = made.SigningKey;
        return made.Secret;
    }

    private void Complete(string source, WebhookSourceOptions settings, WebhookReceiverOptions options)
    {
        if (RowOf(settings) is not { } row)
        {
            return; // The validator says what is wrong.
        }

        if (_rotated.TryGetValue(source, out var rotated))
        {
            settings.Secrets.Clear();
            foreach (var secret in rotated)
            {
                settings.Secrets.Add(secret);
            }
        }
        else if (settings.Secrets.Count == 0)
        {
            // Secrets of production are not there in a test.
            settings.Secrets.Add(new WebhookSecretOptions { Value = _generated.GetOrAdd(source, _ => Generate(SenderPlan.Compile(row))) });
        }

        _current[source] = [.. settings.Secrets];
        var plan = SenderPlan.Compile(row);
        if (plan.NeedsHandshakeSecret)
        {
            settings.HandshakeSecret ??= _token;
        }

        if (plan.NeedsUrl)
        {
            options.PublicBaseUrl ??= BaseUrl;
        }
    }

    private SenderDefinition? RowOf(WebhookSourceOptions settings)
    {
        if (settings.Sender is { } sender)
        {
            return SenderCatalog.TryGet(sender, out var row) ? row : null;
        }

        try
        {
            return settings.SchemeFile is { } file ? SenderFile.Parse(File.ReadAllBytes(Path.Combine(environment.ContentRootPath, file)), file) : null;
        }
        catch (Exception error) when (error is SenderFileException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
