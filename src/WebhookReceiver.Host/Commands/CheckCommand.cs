using System.Globalization;
using Microsoft.Data.Sqlite;
using WebhookReceiver.Inbox.Sqlite;

namespace WebhookReceiver.Host.Commands;

/// <summary><c>check [FILE]</c>: looks at all of an inbox, or of a backup of one, beside a running receiver or without one, and changes nothing.</summary>
internal static class CheckCommand
{
    private const string Name = "check";

    public static bool IsMeant(string[] args) => args is [Name, ..];

    public static async Task<int> RunAsync(string[] args)
    {
        var (words, settings) = InboxCommand.Split(args);
        if (words.Length > 1)
        {
            return await InboxCommand.FailAsync(InboxCommand.WrongUsage, "Usage: check [FILE]. Without a file it checks the configured inbox.");
        }

        var problem = "";
        if ((words is [var file] ? file : InboxCommand.PathOf(settings, out problem)) is not { } path)
        {
            return await InboxCommand.FailAsync(ExitCodes.Configuration, problem);
        }

        try
        {
            var report = SqliteInspection.Inspect(path);
            await Console.Out.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{path}: schema version {report.SchemaVersion}, {report.Events} events with {report.Bodies} bodies, {report.OpenWork} not succeeded, {report.Purged} purged"));
            await Console.Out.WriteLineAsync(report.IsSound ? "  sound: every page, every body, the ledger and the marks are as they must be" : Lines(report.Problems));
            return report.IsSound ? ExitCodes.Success : ExitCodes.StorageFailed;
        }
        catch (SqliteException error)
        {
            return await InboxCommand.FailAsync(ExitCodes.StorageFailed, $"{path} cannot be checked: {error.Message}");
        }
    }

    public static string Lines(IReadOnlyList<string> problems) => string.Join(Environment.NewLine, problems.Select(static problem => "  " + problem));
}
