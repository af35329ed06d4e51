// Sends the host that is shipped what strangers and senders could send, and checks what it answers, what it stores and that it lives. docs/reliability.md says more.
//
//   WebhookReceiver.Fuzz [--requests N] [--seconds T] [--seed S] [--replay FILE]
using WebhookReceiver.Fuzz;

if (FuzzOptions.Parse(args) is not { } options)
{
    await Console.Error.WriteLineAsync("tests/fuzz/run [--requests N] [--seconds T] [--seed S] [--replay FILE]");
    return 64;
}

return await FuzzCommand.RunAsync(options, TimeProvider.System);
