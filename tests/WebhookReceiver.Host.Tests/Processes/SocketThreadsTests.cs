using System.Globalization;

namespace WebhookReceiver.Host.Tests.Processes;

public sealed class SocketThreadsTests
{
    private const int Ordinary = 0, Batch = 3;

    [Fact]
    public async Task Start_OnLinux_LetsThreadsThatWaitForSocketsTakeNoCoreFromOthers()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Policies of threads are Linux's.");
        await using var host = HostProcess.Start(HostProcess.RightEnvironment);
        await host.LineAsync("takes deliveries at");

        var policies = Policies(host.Id);

        Assert.Contains(policies, static thread => thread.Name == ".NET Sockets");
        Assert.All(policies, static thread => Assert.Equal(thread.Name == ".NET Sockets" ? Batch : Ordinary, thread.Policy));
        Assert.Equal(ExitCodes.Success, await host.TerminateAsync());
    }

    private static List<(string Name, int Policy)> Policies(int process)
    {
        var found = new List<(string, int)>();
        foreach (var thread in System.IO.Directory.GetDirectories($"/proc/{process}/task"))
        {
            try
            {
                // The 41st field (https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html), of which the name is the second and may have blanks.
                var stat = File.ReadAllText(Path.Combine(thread, "stat"));
                found.Add((stat[(stat.IndexOf('(') + 1)..stat.LastIndexOf(')')], int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[38], CultureInfo.InvariantCulture)));
            }
            catch (IOException)
            {
                // It has ended.
            }
        }

        return found;
    }
}
