using System.Reflection;
using System.Text.Json;

namespace WebhookReceiver.Testing;

/// <summary>
/// Finds the program's content root without a solution file. The factory's own search looks for its manifest in the current directory, which
/// differs between test runners, and then for a solution around the tests, which an unusual layout or a published test does not have.
/// </summary>
internal static class TestContentRoot
{
    private const string Manifest = "MvcTestingAppManifest.json";

    /// <summary>Tells factories where the program's content root is, unless somebody has said so.</summary>
    public static void Set(Assembly program)
    {
        var name = program.GetName().Name!;
        var variable = "ASPNETCORE_TEST_CONTENTROOT_" + name.ToUpperInvariant().Replace('.', '_');
        if (Environment.GetEnvironmentVariable(variable) is null)
        {
            Environment.SetEnvironmentVariable(variable, Find(AppContext.BaseDirectory, program.FullName!));
        }
    }

    /// <summary>The directory that the manifest beside the tests names, as far as it is on this machine; else that of the tests, where content files are copied to.</summary>
    public static string Find(string baseDirectory, string program)
    {
        var manifest = Path.Combine(baseDirectory, Manifest);
        if (File.Exists(manifest)
            && JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllBytes(manifest)) is { } roots
            && roots.TryGetValue(program, out var root) && Directory.Exists(root))
        {
            return root;
        }

        return baseDirectory;
    }
}
