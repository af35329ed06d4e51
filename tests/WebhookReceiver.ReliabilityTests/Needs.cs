namespace WebhookReceiver.ReliabilityTests;

/// <summary>What a test needs of the machine. Without it the test is skipped and says so; where the gate runs, it fails.</summary>
internal static class Needs
{
    private static readonly string[] ProgramDirectories = ["/usr/bin", "/usr/sbin", "/bin", "/sbin"];

    public static void Programs(params string[] names)
    {
        foreach (var name in names)
        {
            Require(ProgramDirectories.Any(directory => File.Exists(Path.Combine(directory, name))), $"{name} is not installed");
        }
    }

    public static void Package(string path, string package) => Require(File.Exists(path), $"{package} is not installed ({path})");

    /// <summary>Mounts that nobody else sees, and that end with this process: <c>tests/reliability</c> gives them to root.</summary>
    public static void OwnMounts()
    {
        Require(OperatingSystem.IsLinux() && Environment.UserName == "root", "not run as root on Linux");
        Require(Environment.GetEnvironmentVariable("RELIABILITY_OWN_MOUNTS") == "1", "not run by tests/reliability, which gives it mounts of its own");
    }

    private static void Require(bool isThere, string otherwise)
    {
        if (!isThere && Environment.GetEnvironmentVariable("CI") == "true")
        {
            Assert.Fail($"Must not be skipped here: {otherwise}.");
        }

        Assert.SkipUnless(isThere, $"NOT checked: {otherwise}.");
    }
}
