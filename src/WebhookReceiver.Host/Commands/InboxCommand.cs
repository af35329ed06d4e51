using WebhookReceiver.Host.Configuration;
using WebhookReceiver.Inbox;

namespace WebhookReceiver.Host.Commands;

/// <summary>What the commands that read an inbox's file have in common: where it is, and how a wrong call or configuration is answered.</summary>
internal static class InboxCommand
{
    /// <summary>The command was not called as it must be (EX_USAGE of sysexits.h).</summary>
    public const int WrongUsage = 64;

    /// <summary>Finds the inbox by the same configuration as the program itself.</summary>
    /// <param name="settings">Configuration on the command line.</param>
    /// <param name="problem">What is wrong, if there is no path.</param>
    public static string? PathOf(string[] settings, out string problem)
    {
        problem = "";
        try
        {
            var builder = WebApplication.CreateBuilder(settings);
            builder.AddSecretFiles();
            var inbox = new InboxOptions();
            var section = builder.Configuration.GetSection(WebhookReceiverOptions.SectionName + ":Inbox");
            if ((section["Provider"] is { Length: > 0 } provider ? provider : inbox.Provider) != inbox.Provider)
            {
                problem = "This command is for an inbox on SQLite. Use the tools of your database.";
                return null;
            }

            if (InboxLocation.TryRead(section["ConnectionString"] is { Length: > 0 } text ? text : inbox.ConnectionString, out var path))
            {
                return Path.Combine(builder.Environment.ContentRootPath, path);
            }

            problem = $"{WebhookReceiverOptions.SectionName}:Inbox:ConnectionString does not name a file.";
        }
        catch (Exception error) when (UnreadableConfiguration.Explains(error))
        {
            problem = error.Message;
        }

        return null;
    }

    /// <summary>Separates what is meant for the command from configuration (<c>--key=value</c>, <c>--key value</c>).</summary>
    public static (string[] Words, string[] Settings) Split(string[] args)
    {
        var first = Array.FindIndex(args, static arg => arg.StartsWith('-') || arg.StartsWith('/') && arg.Contains('=', StringComparison.Ordinal));
        return first < 0 ? (args, []) : (args[..first], args[first..]);
    }

    public static async Task<int> FailAsync(int exitCode, string problem)
    {
        await Console.Error.WriteLineAsync(problem);
        return exitCode;
    }
}
