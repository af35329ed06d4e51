using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace WebhookReceiver.Host.Startup;

/// <summary>A certificate of the server that is configured as files: <c>Path</c>, and its <c>KeyPath</c> or <c>Password</c>. One thread reads it; any thread may be served.</summary>
internal sealed class CertificateFile(string name, string key, string path, string? keyPath, string? password)
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private volatile SslStreamCertificateContext? _current;
    private string? _seen;
    private string? _tried;

    /// <summary>The endpoint that has it, or <c>Default</c>.</summary>
    public string Name => name;

    /// <summary>The section of the configuration that names it.</summary>
    public string Key => key;

    public string Path => path;

    /// <summary>What connections get that are opened now, with the certificates that lead to its issuer. Those before it are left to the collector: a handshake may still use one.</summary>
    public SslStreamCertificateContext? Current => _current;

    /// <summary>When that ends.</summary>
    public DateTimeOffset? End => _current is { } current ? new DateTimeOffset(current.TargetCertificate.NotAfter) : null;

    /// <summary>Whether the files could not be read, or hold no certificate that a server can use.</summary>
    public static bool IsProblem(Exception error) =>
        error is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException or NotSupportedException;

    /// <summary>Reads the files.</summary>
    public void Load()
    {
        var (certificate, privateKey) = Read();
        _seen = _tried = Fingerprint(certificate, privateKey);
        _current = Create(certificate, privateKey);
    }

    /// <summary>
    /// Reads the files again, and takes over what is new once it was the same twice: whoever writes two files, or one in several pieces, is not
    /// done at the first. What cannot be used is thrown once and leaves what was.
    /// </summary>
    /// <returns>Whether there is another certificate now.</returns>
    public bool ReloadIfChanged()
    {
        var (certificate, privateKey, unreadable) = ((byte[])[], default(byte[]), default(Exception));
        try
        {
            (certificate, privateKey) = Read();
        }
        catch (Exception error) when (IsProblem(error))
        {
            unreadable = error;
        }

        var fingerprint = unreadable?.Message ?? Fingerprint(certificate, privateKey);
        var isSettled = fingerprint == _seen;
        _seen = fingerprint;
        if (!isSettled || fingerprint == _tried)
        {
            return false;
        }

        _tried = fingerprint;
        _current = unreadable is null ? Create(certificate, privateKey) : throw unreadable;
        return true;
    }

    private (byte[] Certificate, byte[]? PrivateKey) Read() => (File.ReadAllBytes(path), keyPath is null ? null : File.ReadAllBytes(keyPath));

    // A hash, so that a key is no longer in memory than it must be.
    private static string Fingerprint(byte[] certificate, byte[]? privateKey) =>
        Convert.ToHexString(SHA256.HashData(certificate)) + Convert.ToHexString(SHA256.HashData(privateKey ?? []));

    private SslStreamCertificateContext Create(byte[] certificate, byte[]? privateKey)
    {
        var all = new X509Certificate2Collection();
        X509Certificate2 leaf;
        if (privateKey is null)
        {
            all = X509CertificateLoader.LoadPkcs12Collection(certificate, password);
            leaf = all.FirstOrDefault(static one => one.HasPrivateKey) ?? throw new CryptographicException("It has no private key.");
        }
        else
        {
            // PEM with the issuers' certificates behind it, or one in DER.
            using var alone = X509CertificateLoader.LoadCertificate(certificate);
            all.ImportFromPem(Encoding.UTF8.GetString(certificate));
            var (pem, keyPem) = (alone.ExportCertificatePem(), Encoding.UTF8.GetString(privateKey));
            leaf = password is null ? X509Certificate2.CreateFromPem(pem, keyPem) : X509Certificate2.CreateFromEncryptedPem(pem, keyPem, password);
        }

        if (OperatingSystem.IsWindows())
        {
            // Its TLS takes no key that is in memory alone.
            leaf = X509CertificateLoader.LoadPkcs12(leaf.Export(X509ContentType.Pkcs12), null);
        }

        return MayServe(leaf)
            // Offline: what leads to the issuer is in the file or is not sent. Nothing is fetched from where a certificate says.
            ? SslStreamCertificateContext.Create(leaf, all, offline: true)
            : throw new CryptographicException("It is not for servers (extended key usage).");
    }

    private static bool MayServe(X509Certificate2 certificate) => certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>()
        .All(static usage => usage.EnhancedKeyUsages.OfType<Oid>().Any(static oid => oid.Value == ServerAuthentication));
}
