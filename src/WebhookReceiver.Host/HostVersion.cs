using System.Reflection;

namespace WebhookReceiver.Host;

/// <summary>The version of this program, without the commit.</summary>
internal static class HostVersion
{
    public static string Current { get; } =
        typeof(HostVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";
}
