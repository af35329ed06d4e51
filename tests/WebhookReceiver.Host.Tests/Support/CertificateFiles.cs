using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Host.Tests;

/// <summary>
/// The certificates of three endpoints, as files that are replaced in three ways: that of A, which is the default one, is written in place, that of B renamed, that of C linked.
/// </summary>
internal sealed class CertificateFiles(TestAuthority authority, TemporaryDirectory directory)
{
    public const string Password = "canary-password-5d0b77";

    private static readonly PbeParameters Encryption = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);

    /// <summary>What names them.</summary>
    /// <param name="directory">Where they are; nothing for the directory that the host runs in.</param>
    public static Dictionary<string, string> Settings(string directory = "") => new()
    {
        ["WebhookReceiver:RequireHttps"] = "true",
        ["WebhookReceiver:Management:Url"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{LoopbackPorts.Next()}"),
        ["Kestrel:Endpoints:A:Url"] = "https://127.0.0.1:0",
        ["Kestrel:Endpoints:B:Url"] = "https://127.0.0.1:0",
        ["Kestrel:Endpoints:C:Url"] = "https://127.0.0.1:0",
        ["Kestrel:Certificates:Default:Path"] = Path.Combine(directory, "a.pem"),
        ["Kestrel:Certificates:Default:KeyPath"] = Path.Combine(directory, "a.key"),
        ["Kestrel:Endpoints:B:Certificate:Path"] = Path.Combine(directory, "b.pem"),
        ["Kestrel:Endpoints:B:Certificate:KeyPath"] = Path.Combine(directory, "b.key"),
        ["Kestrel:Endpoints:B:Certificate:Password"] = Password,
        ["Kestrel:Endpoints:C:Certificate:Path"] = Path.Combine(directory, "tls/tls.crt"),
        ["Kestrel:Endpoints:C:Certificate:KeyPath"] = Path.Combine(directory, "tls/tls.key"),
    };

    /// <summary>As a script does that copies over what is there.</summary>
    public void WriteInPlace(string name)
    {
        using var certificate = authority.Issue(name);
        directory.Write("a.pem", authority.FullChain(certificate));
        directory.Write("a.key", KeyOf(certificate));
    }

    /// <summary>As certbot does: new files under new names, which then take the place of the old ones.</summary>
    public void Rename(string name, DateTimeOffset? end = null)
    {
        using var certificate = authority.Issue(name, end);
        File.Move(directory.Write("b.pem.new", authority.FullChain(certificate)), Path.Combine(directory.FullName, "b.pem"), overwrite: true);
        File.Move(directory.Write("b.key.new", KeyOf(certificate, Password)), Path.Combine(directory.FullName, "b.key"), overwrite: true);
    }

    /// <summary>As Kubernetes does: the files are links into a link to a directory, and that link is replaced.</summary>
    public void Link(string name, DateTimeOffset? end = null)
    {
        using var certificate = authority.Issue(name, end);
        directory.Write($"tls/..{name}/tls.crt", authority.FullChain(certificate));
        directory.Write($"tls/..{name}/tls.key", KeyOf(certificate));
        var mount = Path.Combine(directory.FullName, "tls");
        File.CreateSymbolicLink(Path.Combine(mount, "..new"), $"..{name}");

        // The framework moves no link to a directory over another.
        using (var move = Process.Start("mv", ["-T", Path.Combine(mount, "..new"), Path.Combine(mount, "..data")]))
        {
            move.WaitForExit();
            Assert.Equal(0, move.ExitCode);
        }

        foreach (var file in new[] { "tls.crt", "tls.key" }.Select(file => Path.Combine(mount, file)).Where(static file => new FileInfo(file).LinkTarget is null))
        {
            File.CreateSymbolicLink(file, "..data/" + Path.GetFileName(file));
        }
    }

    public void WritePfx(string name)
    {
        using var certificate = authority.Issue(name);
        File.WriteAllBytes(Path.Combine(directory.FullName, "default.pfx"), authority.Pfx(certificate, Password));
    }

    public void WriteAll()
    {
        WriteInPlace("written");
        Rename("renamed");
        Link("linked");
        WritePfx("packed");
        using var other = authority.Issue("other");
        directory.Write("other.key", KeyOf(other));
        directory.Write("encrypted.key", KeyOf(other, Password));
    }

    private static string KeyOf(X509Certificate2 certificate, string? password = null)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        return password is null ? key.ExportPkcs8PrivateKeyPem() : key.ExportEncryptedPkcs8PrivateKeyPem(password, Encryption);
    }
}
