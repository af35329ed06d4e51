using System.Net;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using WebhookReceiver.Testing.Sample;

namespace WebhookReceiver.Testing.Tests;

/// <summary>The code of docs/testing.md: what stands there stands here, and runs.</summary>
public sealed class DocumentationTests
{
    [Fact]
    public async Task Push_Deploys()
    {
        var deployer = new FakeDeployer();
        await using var host = new WebhookTestHost<Program>(services => services.AddSingleton<IDeployer>(deployer));
        var delivery = await host.SendAsync("github", "push", new { @ref = "refs/heads/main" });
        var handled = await delivery.HandledAsync();
        Assert.Equal(HttpStatusCode.OK, delivery.Status);
        Assert.Equal(EventState.Succeeded, handled.State);
        Assert.Equal(["refs/heads/main"], deployer.Refs);
    }

    [Fact]
    public async Task Push_DeployerFailsTwice_DeploysInTheThirdAttempt()
    {
        var deployer = new FakeDeployer { Failures = 2 };
        await using var host = new WebhookTestHost<Program>(services => services.AddSingleton<IDeployer>(deployer));
        var delivery = await host.SendAsync("github", "push", new { @ref = "refs/heads/main" });
        var handled = await delivery.HandledAsync();
        Assert.Equal(EventState.Succeeded, handled.State);
        Assert.Equal(3, handled.Attempts);
    }

    [Fact]
    public async Task Push_DeployerFailsOnce_DeploysAfterAWhile()
    {
        var deployer = new FakeDeployer { Failures = 1 };
        await using var host = new WebhookTestHost<Program>(services => services.AddSingleton<IDeployer>(deployer));
        var delivery = await host.SendAsync("github", "push", new { @ref = "refs/heads/main" });
        await delivery.AttemptedAsync(1);
        Assert.Empty(deployer.Refs);
        host.Clock.Advance(TimeSpan.FromSeconds(10));
        await delivery.AttemptedAsync(2);
        Assert.Equal(["refs/heads/main"], deployer.Refs);
    }

    [Fact]
    public async Task UnhappyPaths()
    {
        var deployer = new FakeDeployer();
        await using var host = new WebhookTestHost<Program>(services => services.AddSingleton<IDeployer>(deployer)).AddSource("stripe", "stripe");
        var push = new { @ref = "refs/heads/main" };

        var tampered = await host.SendAsync("github", "push", push, request => request.TamperBody());
        var forged = await host.SendAsync("github", "push", push, request => request.WithOtherSecret());
        var stale = await host.SendAsync("stripe", "invoice.paid", new { amount = 1 }, request => request.Stale());
        Assert.All([tampered, forged, stale], rejected => Assert.Equal(HttpStatusCode.Unauthorized, rejected.Status));
        Assert.Equal("TimestampStale", stale.Rejection);
        Assert.Empty(await host.EventsAsync());

        var first = await host.SendAsync("github", "push", push);
        var again = await first.SendAgainAsync();
        var sameId = await host.SendAsync("github", "push", push, request => request.WithId("evt_1"));
        var twice = await host.SendAsync("github", "push", push, request => request.WithId("evt_1"));
        Assert.True(again.IsDuplicate && !sameId.IsDuplicate && twice.IsDuplicate);

        var unknown = await host.SendAsync("github", "ping", new { zen = "Design for failure." });
        Assert.Equal(EventState.Parked, (await unknown.HandledAsync()).State);

        var misfit = await host.SendAsync("github", "push", new { @ref = 7 });
        Assert.Equal(EventState.Dead, (await misfit.HandledAsync()).State);
        Assert.Single(await host.DeadLettersAsync());

        host.RotateSecret("github");
        var late = await host.SendAsync("github", "push", push, request => request.WithPreviousSecret());
        Assert.Equal("SignatureMismatch", late.Rejection);
    }

    [Fact]
    public async Task OwnFactory()
    {
        var deployer = new FakeDeployer();
        await using var factory = new WebApplicationFactory<Program>()
            .WithWebHostBuilder(builder => builder.ConfigureServices(services => services.AddSingleton<IDeployer>(deployer)))
            .WithWebhooks(options => options.AddSource("stripe", "stripe"));
        var delivery = await factory.Webhooks().SendAsync("github", "push", new { @ref = "refs/heads/main" });
        await delivery.HandledAsync();
        Assert.Equal(["refs/heads/main"], deployer.Refs);
    }

    [Fact]
    public void Documentation_EveryBlockOfCode_IsCodeOfThisFile()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "documentation");
        var source = Squeeze(File.ReadAllText(Path.Combine(folder, "DocumentationTests.cs")));
        var blocks = File.ReadAllText(Path.Combine(folder, "testing.md")).Split("```csharp\n").Skip(1).Select(static text => text.Split("```")[0]).ToArray();

        Assert.True(blocks.Length >= 4);
        Assert.All(blocks, block => Assert.Contains(Squeeze(block), source, StringComparison.Ordinal));

        // What a user's test needs, from the first line in its braces to the last.
        var first = blocks[0].Split('\n').SkipWhile(static line => line != "{").Skip(1).TakeWhile(static line => line != "}");
        Assert.InRange(first.Count(), 1, 8);
    }

    private static string Squeeze(string code) => string.Join('\n', code.Split('\n').Select(static line => line.Trim()).Where(static line => line.Length > 0));
}
