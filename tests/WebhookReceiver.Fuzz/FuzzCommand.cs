using System.Globalization;
using System.Text.Json;
using WebhookReceiver.Fuzz.Cases;
using WebhookReceiver.Fuzz.Checks;

namespace WebhookReceiver.Fuzz;

/// <summary>One run from the start of the receiver to what it left behind.</summary>
internal static class FuzzCommand
{
    private const long Mebibyte = 1024 * 1024;
    private const double Tenth = 0.1;

    // The collector takes what it finds free, and the inbox holds some bytes of memory for each event that it knows again.
    private const long MostGrowth = 128 * Mebibyte;
    private const long MostForEachEvent = 64;

    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    public static async Task<int> RunAsync(FuzzOptions options, TimeProvider clock)
    {
        FailureFile? failure = options.Replay is { } path ? FailureFile.Read(path) : null;
        ulong seed = failure?.Seed ?? options.Seed;
        IReadOnlyList<FuzzSource> sources = FuzzSources.Create();
        await using FuzzHost host = await FuzzHost.StartAsync(sources, clock);
        using var run = new FuzzRun(options, host, new CaseMaker(seed, sources, clock), clock);
        Task sending = failure is null ? run.RunAsync() : run.ReplayAsync(failure);
        (long early, long known) = await WatchAsync(run, host, sending, clock);
        await sending;
        TimeSpan took = run.Elapsed;
        return await ConcludeAsync(host, run, sources, early, known, seed, took);
    }

    /// <summary>Says how it goes, and looks at the memory when a tenth is done.</summary>
    private static async Task<(long Memory, long Events)> WatchAsync(FuzzRun run, FuzzHost host, Task sending, TimeProvider clock)
    {
        (long Memory, long Events) early = (0, 0);
        TimeSpan said = TimeSpan.Zero;
        while (!sending.IsCompleted && host.IsAlive)
        {
            if (early.Memory == 0 && run.Done >= Tenth)
            {
                early = (host.ResidentMemory, run.Receipts.Counts.Accepted);
            }

            if (run.Elapsed - said > ProgressInterval)
            {
                said = run.Elapsed;
                Print($"{said.TotalMinutes:0} min: {run.Sent:N0} requests, {run.Sent / said.TotalSeconds:N0}/s, {host.ResidentMemory / Mebibyte} MiB, {run.Failures.Count} failed");
            }

            await Task.WhenAny(sending, Task.Delay(PollInterval, clock));
        }

        return early;
    }

    private static async Task<int> ConcludeAsync(FuzzHost host, FuzzRun run, IReadOnlyList<FuzzSource> sources, long early, long known, ulong seed, TimeSpan took)
    {
        var checks = new List<(string What, string? Problem)> { ("every answer is one of the documented ones, and right for its request", FirstOf(run.Failures)) };
        bool isAlive = host.IsAlive;
        checks.Add(("the process lives", isAlive ? null : host.Newest));
        long grown = 0;
        if (isAlive)
        {
            JsonElement stats = await host.UntilDrainedAsync();
            long late = host.ResidentMemory;
            grown = early == 0 ? 0 : late - early;
            long most = MostGrowth + (MostForEachEvent * (run.Receipts.Counts.Accepted - known));
            checks.Add(("its memory is that of the first tenth", grown <= most ? null : $"{early / Mebibyte} MiB, then {late / Mebibyte} MiB"));
            checks.Add(("every event is accounted for", stats.GetProperty("unaccounted").GetInt64() == 0 ? null : stats.ToString()));
            int exit = await host.StopAsync();
            checks.Add(("it stops in order", exit == 0 ? null : $"exit code {exit}"));
            (IReadOnlyList<string> differences, long stored) = run.Receipts.Compare(host.Inbox, sources);
            checks.Add(("what is stored is what was answered 2xx", FirstOf(differences)));
            long counted = stats.GetProperty("states").EnumerateObject().Sum(static state => state.Value.GetInt64());
            checks.Add(("it counts as many events as are stored", counted == stored ? null : $"{counted} and {stored}"));
        }

        checks.Add(("its log has no error", FirstOf(host.Errors)));
        long verified = run.Count(FuzzOutcome.Stored) + run.Count(FuzzOutcome.Handshake) + run.Count(FuzzOutcome.Invalid);
        Print($"seed {seed}: {run.Sent:N0} requests in {took.TotalSeconds:N0} s, {run.Sent / took.TotalSeconds:N0}/s; {verified:N0} verified ({100.0 * verified / Math.Max(1, run.Sent):0} %)");
        Print($"  stored or known {run.Count(FuzzOutcome.Stored):N0}, invalid {run.Count(FuzzOutcome.Invalid):N0}, handshakes and empty batches {run.Count(FuzzOutcome.Handshake):N0}, 401 {run.Count(FuzzOutcome.NotVerified):N0}, other refusals {run.Count(FuzzOutcome.Refused):N0}, 503 {run.Count(FuzzOutcome.Deferred):N0}, no HTTP {run.Count(FuzzOutcome.NoRequest):N0}, without an answer {run.WithoutAnswer:N0}");
        Print($"  receipts: {run.Receipts.Counts.Accepted:N0} accepted, {run.Receipts.Counts.Duplicates:N0} of them known again; memory {grown / Mebibyte:+0;-0;0} MiB since the first tenth ({early / Mebibyte} MiB); {host.Lines:N0} log lines");
        foreach ((string what, string? problem) in checks)
        {
            Console.WriteLine(problem is null ? $"ok    {what}" : $"FAIL  {what}\n      {problem}");
        }

        int failed = checks.Count(static check => check.Problem is not null);
        Print($"{checks.Count - failed} passed, {failed} failed");
        return failed == 0 ? 0 : 1;
    }

    private static string? FirstOf(IReadOnlyCollection<string> problems) => problems.Count == 0 ? null : string.Join("\n      ", problems);

    private static void Print(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
