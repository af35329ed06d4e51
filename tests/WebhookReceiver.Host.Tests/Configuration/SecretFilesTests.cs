using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using WebhookReceiver.Host.Configuration;

namespace WebhookReceiver.Host.Tests.Configuration;

public sealed class SecretFilesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void AddSecretFiles_EveryProviderSetsTheKey_TheirOrderDecides()
    {
        // A variable that no other test reads; the environment is this process's.
        Environment.SetEnvironmentVariable("HostTests__Environment", "environment");
        _directory.Write("appsettings.json", """{"HostTests":{"File":"json","Secret":"json","Environment":"json","Line":"json"}}""");
        foreach (var key in new[] { "Secret", "Environment", "Line" })
        {
            _directory.Write($"secrets/HostTests__{key}", "secret");
        }

        var configuration = Create("--HostTests:Line=line");

        Assert.Equal("json", configuration["HostTests:File"]);
        Assert.Equal("secret", configuration["HostTests:Secret"]);
        Assert.Equal("environment", configuration["HostTests:Environment"]);
        Assert.Equal("line", configuration["HostTests:Line"]);
    }

    [Fact]
    public void AddSecretFiles_NamedDirectoryIsMissing_IsAProblem()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = [$"--WebhookReceiver:SecretsDirectory={_directory.FullName}/none"] });

        builder.AddSecretFiles();

        var problems = (HostProblems)builder.Services.Single(static service => service.ServiceType == typeof(HostProblems)).ImplementationInstance!;
        Assert.Equal("WHR1052", Assert.Single(problems.Found).Code);
    }

    [Fact]
    public void AddSecretFiles_FileThatMayNotBeRead_IsAProblemAndLeavesTheRestUsable()
    {
        Directory.CreateDirectory(Path.Combine(_directory.FullName, "secrets"));
        _directory.WriteUnreadable("secrets/HostTests__Secret");
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = [$"--WebhookReceiver:SecretsDirectory={_directory.FullName}/secrets", "--HostTests:Line=line"] });

        builder.AddSecretFiles();

        var problem = Assert.Single(((HostProblems)builder.Services.Single(static service => service.ServiceType == typeof(HostProblems)).ImplementationInstance!).Found);
        Assert.Equal(("WHR1052", "WebhookReceiver__SecretsDirectory"), (problem.Code, problem.EnvironmentKey));
        Assert.Contains("secrets/HostTests__Secret", problem.Cause, StringComparison.Ordinal);

        // A source that goes in below has all of them read anew.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = [new("HostTests:More", "more")] });
        Assert.Equal(("more", "line"), (builder.Configuration["HostTests:More"], builder.Configuration["HostTests:Line"]));
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("HostTests__Environment", null);
        _directory.Dispose();
    }

    private ConfigurationManager Create(string argument)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ContentRootPath = _directory.FullName,
            Args = [$"--WebhookReceiver:SecretsDirectory={_directory.FullName}/secrets", argument],
        });
        builder.AddSecretFiles();
        return builder.Configuration;
    }
}
