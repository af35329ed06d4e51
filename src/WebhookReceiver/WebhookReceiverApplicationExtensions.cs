using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using WebhookReceiver;
using WebhookReceiver.Endpoints;
using WebhookReceiver.Inbox;
using WebhookReceiver.Management;
using WebhookReceiver.Sources;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Gives an application the management listener, and runs it with the product's exit codes.</summary>
public static class WebhookReceiverApplicationExtensions
{
    /// <summary>Adds the management listener (<c>WebhookReceiver:Management:Url</c>) to the addresses that the application listens on.</summary>
    /// <param name="builder">
    /// The application's builder, with its configuration complete: addresses that are set later take the listener's place.
    /// </param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// Call <see cref="UseWebhookManagement"/> as well, or the listener serves what the public one does. A wrong address, or no token
    /// outside Development, stops the start.
    /// </remarks>
    public static WebApplicationBuilder AddWebhookManagement(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var publicUrls = ManagementListener.Add(builder.Configuration, builder.WebHost);
        builder.Services.TryAddSingleton(provider => new ManagementSurface(publicUrls, provider));
        return builder;
    }

    /// <summary>
    /// Serves the management API and the probes on the management listener, and nothing else there. Call it before the application's own
    /// middleware.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <param name="configure">
    /// Adds middleware of your own to the management listener, before its routes. It is open: the token protects the management API alone.
    /// </param>
    /// <param name="map">
    /// Maps routes of your own on the management listener. They are open: the token protects the management API alone.
    /// </param>
    /// <returns>The application.</returns>
    /// <exception cref="InvalidOperationException"><see cref="AddWebhookManagement"/> was not called.</exception>
    public static WebApplication UseWebhookManagement(
        this WebApplication app, Action<IApplicationBuilder>? configure = null, Action<IEndpointRouteBuilder>? map = null)
    {
        ArgumentNullException.ThrowIfNull(app);
        var surface = app.Services.GetService<ManagementSurface>()
            ?? throw new InvalidOperationException("Call builder.AddWebhookManagement() first.");
        app.MapWhen(surface.Includes, branch =>
        {
            // The application's own routing may have matched already: its routes do not answer here.
            branch.Use((context, next) =>
            {
                context.SetEndpoint(null);
                context.Request.RouteValues.Clear();
                return next(context);
            });
            branch.Use(BrowserHeaders.AddAsync);
            branch.Use(app.Services.GetRequiredService<ManagementFaults>().HandleAsync);
            configure?.Invoke(branch);

            // Without this UseRouting would take the application's own table, and map the management routes on the public listener as well.
            branch.Properties.Remove("__GlobalEndpointRouteBuilder");
            branch.UseRouting();
            branch.Use(app.Services.GetRequiredService<ManagementAuthorization>().GuardAsync);
            branch.UseEndpoints(endpoints =>
            {
                ManagementEndpoints.Map(endpoints);
                map?.Invoke(endpoints);
            });
        });
        return app;
    }

    /// <summary>Runs the application until it is told to stop.</summary>
    /// <param name="app">The application.</param>
    /// <returns>
    /// One of <see cref="ExitCodes"/>: what is wrong with the configuration or the inbox is written to standard error, without a stack
    /// trace. Any other error that ends the application is thrown.
    /// </returns>
    /// <remarks>
    /// On Linux the runtime's threads that wait for sockets get the scheduling policy <c>SCHED_BATCH</c>, unless the process was started with a policy of
    /// its own: they take no core from threads that are at work.
    /// </remarks>
    public static async Task<int> RunWebhooksAsync(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        SocketThreads.Begin();

        // Read now: when the start has failed, the services are gone.
        var urls = app.Configuration[WebHostDefaults.ServerUrlsKey];
        try
        {
            // What can be wrong is found before the host starts, which would log it with a stack trace.
            _ = app.Services.GetRequiredService<IOptions<WebhookReceiverOptions>>().Value;
            await app.Services.GetRequiredService<InboxService>().OpenAsync(CancellationToken.None).ConfigureAwait(false);
            await app.RunAsync().ConfigureAwait(false);
            return Environment.ExitCode;
        }
        catch (OptionsValidationException error)
        {
            return await ReportAsync([.. error.Failures]).ConfigureAwait(false);
        }
        catch (IOException error) when (error.InnerException is AddressInUseException)
        {
            await Console.Error.WriteLineAsync($"WebhookReceiver cannot start: {error.Message}").ConfigureAwait(false);
            return ExitCodes.Configuration;
        }
        catch (SocketException error)
        {
            await Console.Error.WriteLineAsync(
                $"WebhookReceiver cannot start: it cannot listen on {urls}: {error.Message}.").ConfigureAwait(false);
            return ExitCodes.Configuration;
        }
        catch (InboxException error)
        {
            await Console.Error.WriteLineAsync($"WebhookReceiver cannot start: {error.Message}").ConfigureAwait(false);
            return ExitCodes.StorageFailed;
        }
        catch (Exception error) when (ServerProblem.Of(error) is { } problem)
        {
            return await ReportAsync([problem.ToString()]).ConfigureAwait(false);
        }
    }

    private static async Task<int> ReportAsync(string[] problems)
    {
        await Console.Error.WriteLineAsync(
            $"WebhookReceiver cannot start: {problems.Length} configuration problem{(problems.Length == 1 ? "" : "s")}{Environment.NewLine}").ConfigureAwait(false);
        foreach (var problem in problems)
        {
            await Console.Error.WriteLineAsync("  " + problem.ReplaceLineEndings(Environment.NewLine + "  ")).ConfigureAwait(false);
        }

        return ExitCodes.Configuration;
    }
}
