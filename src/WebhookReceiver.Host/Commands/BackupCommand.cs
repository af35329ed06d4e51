using System.Globalization;
using Microsoft.Data.Sqlite;
using WebhookReceiver.Inbox.Sqlite;

namespace WebhookReceiver.Host.Commands;

/// <summary>
/// <c>backup TARGET</c>: copies the inbox, beside a running receiver or without one, and looks at the whole copy before it says that there is one. Never over a file that is there.
/// </summary>
internal static class BackupCommand
{
    private const string Name = "backup";

    public static bool IsMeant(string[] args) => args is [Name, ..];

    public static async Task<int> RunAsync(string[] args, TimeProvider clock)
    {
        var (words, settings) = InboxCommand.Split(args);
        if (words is not [var target] || Directory.Exists(target))
        {
            return await InboxCommand.FailAsync(InboxCommand.WrongUsage, "Usage: backup TARGET. TARGET is a file that is not there yet, in a directory that is.");
        }

        if (InboxCommand.PathOf(settings, out var problem) is not { } source)
        {
            return await InboxCommand.FailAsync(ExitCodes.Configuration, problem);
        }

        if (File.Exists(target))
        {
            return await InboxCommand.FailAsync(InboxCommand.WrongUsage, $"{target} is there already. Nothing is written over it: name another file, or remove it.");
        }

        return await CopyAsync(source, Path.GetFullPath(target), clock);
    }

    private static async Task<int> CopyAsync(string source, string target, TimeProvider clock)
    {
        var started = clock.GetTimestamp();
        var partial = SqliteBackup.PartialOf(target);
        try
        {
            SqliteBackup.Copy(source, partial);
            var report = SqliteInspection.Inspect(partial);
            if (!report.IsSound)
            {
                var unsound = target + ".unsound";
                File.Move(partial, unsound, overwrite: false);
                return await InboxCommand.FailAsync(
                    ExitCodes.StorageFailed, $"{source} was copied to {unsound}, and the copy is not sound. Run check on the inbox.{Environment.NewLine}{CheckCommand.Lines(report.Problems)}");
            }

            File.Move(partial, target, overwrite: false);
            var (size, time) = (new FileInfo(target).Length, clock.GetElapsedTime(started));
            await Console.Out.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{source} is backed up to {target}: {report.Events} events, {report.Bodies} bodies, {size / 1048576.0:0.0} MiB, in {time.TotalSeconds:0.0} s. Every page, every body and the ledger were checked."));
            return ExitCodes.Success;
        }
        catch (Exception error) when (error is SqliteException or IOException or UnauthorizedAccessException)
        {
            return await InboxCommand.FailAsync(ExitCodes.StorageFailed, $"{source} is not backed up: {error.Message}");
        }
        finally
        {
            SqliteBackup.RemovePartial(partial);
        }
    }
}
