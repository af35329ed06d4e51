using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using WebhookReceiver.Host.Commands;
using WebhookReceiver.Inbox.Sqlite;

namespace WebhookReceiver.Host.Tests.Commands;

/// <summary><c>backup</c> and <c>check</c>, beside a receiver that runs and without one.</summary>
public sealed class InboxCommandTests : IDisposable
{
    private readonly TemporaryDirectory _data = new();

    private string Inbox => Path.Combine(_data.FullName, "inbox.db");

    private string Target => Path.Combine(_data.FullName, "backup.db");

    private string Setting => $"--WebhookReceiver:Inbox:ConnectionString=Data Source={Inbox}";

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Backup_BesideARunningReceiver_IsACompleteCopyForItsOwnerAlone()
    {
        await using var host = StartHost();
        for (var i = 0; i < 3; i++)
        {
            using var sent = await host.SendAsync(eventId: $"e{i}");
            Assert.True(sent.IsSuccessStatusCode);
        }

        Assert.Equal(ExitCodes.Success, await BackupAsync(Target, Setting));

        Assert.Equal(3, SqliteInspection.Inspect(Target).Events);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Target));
        Assert.Equal(ExitCodes.Success, await CheckCommand.RunAsync([Target]));
        Assert.Equal(ExitCodes.Success, await CheckCommand.RunAsync([Setting]));
        Assert.Equal([Target], Directory.GetFiles(_data.FullName, "backup.db*"));
        using var after = await host.SendAsync(eventId: "after");
        Assert.True(after.IsSuccessStatusCode);
    }

    [Fact]
    public async Task Backup_ReceiverIsStopped_IsOneAsWell()
    {
        await UseAsync();

        Assert.Equal(ExitCodes.Success, await BackupAsync(Target, Setting));
        Assert.Equal(ExitCodes.Success, await CheckCommand.RunAsync([Setting]));
    }

    [Fact]
    public async Task Backup_TargetIsThere_IsNotWrittenOver()
    {
        await UseAsync();
        await File.WriteAllTextAsync(Target, "precious", TestContext.Current.CancellationToken);

        Assert.Equal(InboxCommand.WrongUsage, await BackupAsync(Target, Setting));

        Assert.Equal("precious", await File.ReadAllTextAsync(Target, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Backup_InboxIsNotSound_DoesNotReportSuccessAndKeepsTheCopyUnderAnotherName()
    {
        await UseAsync();
        Execute("UPDATE event SET body = x'00'");

        Assert.Equal(ExitCodes.StorageFailed, await BackupAsync(Target, Setting));

        Assert.Equal([Target + ".unsound"], Directory.GetFiles(_data.FullName, "backup.db*"));
        Assert.Equal(ExitCodes.StorageFailed, await CheckCommand.RunAsync([Setting]));
    }

    [Fact]
    public async Task Backup_NoInboxIsThere_IsAStorageFailureAndLeavesNothing()
    {
        Assert.Equal(ExitCodes.StorageFailed, await BackupAsync(Target, Setting));
        Assert.Equal(ExitCodes.StorageFailed, await CheckCommand.RunAsync([Setting]));

        Assert.Empty(Directory.GetFiles(_data.FullName));
    }

    [Fact]
    public async Task Backup_TargetCannotBeWritten_IsAStorageFailure()
    {
        await UseAsync();

        Assert.Equal(ExitCodes.StorageFailed, await BackupAsync(Path.Combine(_data.FullName, "nowhere", "backup.db"), Setting));
    }

    [Fact]
    public async Task AnyCommand_WrongCall_SaysHowItIsCalled()
    {
        Assert.Equal(InboxCommand.WrongUsage, await BackupAsync(Setting));
        Assert.Equal(InboxCommand.WrongUsage, await BackupAsync(Target, "another.db", Setting));
        Assert.Equal(InboxCommand.WrongUsage, await BackupAsync(_data.FullName, Setting));
        Assert.Equal(InboxCommand.WrongUsage, await CheckCommand.RunAsync([Target, "another.db"]));
    }

    [Theory]
    [InlineData("--WebhookReceiver:Inbox:Provider=PostgreSql")]
    [InlineData("--WebhookReceiver:Inbox:ConnectionString=nonsense")]
    public async Task AnyCommand_ConfigurationNamesNoFile_IsAConfigurationProblem(string setting)
    {
        Assert.Equal(ExitCodes.Configuration, await BackupAsync(Target, setting));
        Assert.Equal(ExitCodes.Configuration, await CheckCommand.RunAsync([setting]));
    }

    [Fact]
    public async Task Process_BackupAndCheck_UseTheProgramsOwnConfigurationAndSayWhatTheyFound()
    {
        await UseAsync();
        var environment = new Dictionary<string, string> { ["WebhookReceiver__Inbox__ConnectionString"] = $"Data Source={Inbox}" };

        await using var backup = HostProcess.Start(environment, ["backup", Target]);
        Assert.Equal(ExitCodes.Success, await backup.ExitCodeAsync());
        Assert.Matches(new Regex("is backed up to .*: 1 events, 1 bodies, "), await backup.LineAsync("backed up"));

        Execute("DELETE FROM event");
        await using var check = HostProcess.Start(environment, ["check"]);
        Assert.Equal(ExitCodes.StorageFailed, await check.ExitCodeAsync());
        await check.LineAsync("The ledger counts 1 events, and there are 0");
        await check.LineAsync("schema version 5, 0 events with 0 bodies");
    }

    [Fact]
    [Trait("Attack", "A103")]
    public async Task Process_InboxWithATrigger_IsRefusedByStartCheckAndBackup()
    {
        await UseAsync();
        Execute("CREATE TRIGGER spy AFTER INSERT ON event BEGIN DELETE FROM work; END");
        var environment = new Dictionary<string, string>(HostProcess.RightEnvironment) { ["WebhookReceiver__Inbox__ConnectionString"] = $"Data Source={Inbox}" };
        foreach (string[] arguments in new string[][] { [], ["check"], ["backup", Target] })
        {
            await using var host = HostProcess.Start(environment, arguments);

            Assert.Equal(ExitCodes.StorageFailed, await host.ExitCodeAsync());
            await host.LineAsync("the trigger 'spy', which is not the receiver's");
            Assert.DoesNotContain("   at ", host.Output, StringComparison.Ordinal);
        }

        Assert.False(File.Exists(Target));
    }

    private static Task<int> BackupAsync(params string[] args) => BackupCommand.RunAsync(args, TimeProvider.System);

    private TestHost StartHost() => new(settings: new()
    {
        ["WebhookReceiver:Sources:default:Secrets:0"] = TestDelivery.Secret,
        ["WebhookReceiver:Inbox:ConnectionString"] = $"Data Source={Inbox}",
    });

    /// <summary>A receiver took one event and was stopped.</summary>
    private async Task UseAsync()
    {
        await using var host = StartHost();
        using var sent = await host.SendAsync();
        Assert.True(sent.IsSuccessStatusCode);
    }

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Inbox};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
