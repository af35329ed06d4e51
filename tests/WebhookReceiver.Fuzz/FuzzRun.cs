using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;
using WebhookReceiver.Fuzz.Cases;
using WebhookReceiver.Fuzz.Checks;
using WebhookReceiver.Fuzz.Wire;

namespace WebhookReceiver.Fuzz;

/// <summary>Sends the requests of a run over a few connections and judges each answer.</summary>
internal sealed class FuzzRun(FuzzOptions options, FuzzHost host, CaseMaker maker, TimeProvider clock) : IDisposable
{
    // Most of them wait: the answers to what is refused are held back for a second.
    private const int Connections = 256;
    private const int MostBehindEachOther = 8;
    private const int MostFailures = 10;

    private readonly long[] _outcomes = new long[Enum.GetValues<FuzzOutcome>().Length];
    private readonly ConcurrentQueue<string> _failures = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly long _started = clock.GetTimestamp();
    private long _taken;
    private long _sent;
    private long _withoutAnswer;

    public ReceiptBook Receipts { get; } = new();

    /// <summary>How many requests were sent.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>How many of those had no answer, which is right where the client went away or sent no whole request.</summary>
    public long WithoutAnswer => Interlocked.Read(ref _withoutAnswer);

    public TimeSpan Elapsed => clock.GetElapsedTime(_started);

    /// <summary>What went wrong, each with the file that sends it again.</summary>
    public IReadOnlyCollection<string> Failures => _failures;

    /// <summary>How many answers there were of a kind.</summary>
    public long Count(FuzzOutcome outcome) => Interlocked.Read(ref _outcomes[(int)outcome]);

    /// <summary>Which part of the run is done, by requests or by time.</summary>
    public double Done => Math.Max((double)Sent / options.Requests, Elapsed / TimeSpan.FromSeconds(options.Seconds));

    /// <summary>Sends all of them, or until the time is up or too much went wrong.</summary>
    public Task RunAsync() => Task.WhenAll(Enumerable.Range(0, Connections).Select(connection => Task.Run(() => SendAsync((ulong)connection))));

    /// <summary>Sends the requests of a failure once more.</summary>
    public async Task ReplayAsync(FailureFile failure)
    {
        using var connection = new FuzzConnection(host.Port, clock);
        var dice = new Dice(0);
        List<FuzzCase> cases = [.. failure.Numbers.Select(maker.Make)];
        foreach (FuzzCase one in cases)
        {
            Console.WriteLine($"{one.Number} {one.Kind} {one.Expectation} {one.Ending}\n{System.Text.Encoding.Latin1.GetString(one.Bytes.Span)}");
        }

        await SendBatchAsync(connection, cases, ref dice);
    }

    public void Dispose() => _ended.Dispose();

    private async Task SendAsync(ulong worker)
    {
        using var connection = new FuzzConnection(host.Port, clock);
        var dice = Dice.Of(options.Seed, -1 - (long)worker);
        var cases = new List<FuzzCase>();
        while (!_ended.IsCancellationRequested && Elapsed.TotalSeconds < options.Seconds && host.IsAlive)
        {
            cases.Clear();
            for (int count = 1 + dice.Below(MostBehindEachOther); count > 0; count--)
            {
                long number = Interlocked.Increment(ref _taken) - 1;
                if (number >= options.Requests)
                {
                    break;
                }

                FuzzCase made = maker.Make(number);
                if (made.Kind == FuzzKind.Raw)
                {
                    await SendBatchAsync(connection, [made], ref dice);
                    continue;
                }

                cases.Add(made);
                if (made.MayClose)
                {
                    break;
                }
            }

            if (cases.Count > 0)
            {
                await SendBatchAsync(connection, cases, ref dice);
            }
            else if (Interlocked.Read(ref _taken) >= options.Requests)
            {
                return;
            }
        }
    }

    private Task SendBatchAsync(FuzzConnection connection, IReadOnlyList<FuzzCase> cases, ref Dice dice)
    {
        int length = cases.Sum(static one => one.Bytes.Length);
        int[] splits = dice.OneIn(4) ? [.. Enumerable.Repeat(0, 1 + dice.Below(3)).Select(_ => 0)] : [];
        for (int at = 0; at < splits.Length; at++)
        {
            splits[at] = dice.Below(length + 1);
        }

        Array.Sort(splits);
        return SendBatchAsync(connection, cases, length, splits);
    }

    private async Task SendBatchAsync(FuzzConnection connection, IReadOnlyList<FuzzCase> cases, int length, int[] splits)
    {
        byte[] bytes = ArrayPool<byte>.Shared.Rent(length);
        IReadOnlyList<WireAnswer> answers = [];
        try
        {
            int at = 0;
            foreach (FuzzCase one in cases)
            {
                one.Bytes.CopyTo(bytes.AsMemory(at));
                at += one.Bytes.Length;
            }

            answers = cases[0].Kind == FuzzKind.Raw
                ? await connection.SendAloneAsync(cases[0], splits)
                : await connection.SendAsync(bytes.AsMemory(0, length), cases, splits);
            JudgeAll(cases, answers);
        }
        catch (Exception error) when (error is FormatException or TimeoutException or System.Net.Sockets.SocketException)
        {
            Fail($"{error.GetType().Name}: {error.Message}", cases, cases[Math.Min(answers.Count, cases.Count - 1)], null);
            connection.Dispose();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
            Interlocked.Add(ref _sent, cases.Count);
        }
    }

    private void JudgeAll(IReadOnlyList<FuzzCase> cases, IReadOnlyList<WireAnswer> answers)
    {
        if (cases[0].Kind == FuzzKind.Raw)
        {
            // One connection, and as many answers as the receiver saw requests in it.
            foreach (WireAnswer answer in answers)
            {
                Judge(cases, cases[0], answer);
            }

            if (answers.Count == 0)
            {
                Interlocked.Increment(ref _withoutAnswer);
                Receipts.MayBeStored(cases[0]);
            }

            return;
        }

        for (int at = 0; at < cases.Count; at++)
        {
            if (at < answers.Count)
            {
                Judge(cases, cases[at], answers[at]);
            }
            else
            {
                Interlocked.Increment(ref _withoutAnswer);
                Fail("It was not answered.", cases, cases[at], null);
            }
        }
    }

    private void Judge(IReadOnlyList<FuzzCase> cases, FuzzCase request, WireAnswer answer)
    {
        string? problem;
        try
        {
            problem = AnswerJudge.Judge(request, answer, out Verdict verdict) ?? Receipts.Add(request, verdict);
            Interlocked.Increment(ref _outcomes[(int)verdict.Outcome]);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            problem = $"Its answer cannot be read: {error.Message}";
        }

        if (problem is not null)
        {
            Fail(problem, cases, request, answer);
        }
    }

    private void Fail(string problem, IReadOnlyList<FuzzCase> cases, FuzzCase request, WireAnswer? answer)
    {
        if (_failures.Count < MostFailures)
        {
            string file = FailureFile.Of(problem, options.Seed, cases, request, answer).Write();
            _failures.Enqueue($"request {request.Number} to {request.Source?.Name} ({request.Kind}): {problem} {answer?.Status} tests/fuzz/run --replay {file}");
        }
        else
        {
            _ended.Cancel();
        }
    }
}
