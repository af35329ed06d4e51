using Npgsql;

namespace WebhookReceiver.PostgreSql.Tests.Support;

/// <summary>
/// A database of a test class's own, on the server that WEBHOOK_TEST_POSTGRES names. Where it names none the tests are skipped, and say so; where
/// everything must be checked (CI=true) they fail. WEBHOOK_TEST_POSTGRES_POOLER names a pooler that stands in front of it: then stores go through that.
/// </summary>
public sealed class TestDatabase : IAsyncLifetime
{
    private const string Variable = "WEBHOOK_TEST_POSTGRES";

    private readonly string? _server = Read(Variable);
    private readonly string? _pooler = Read(Variable + "_POOLER");
    private string? _name;

    /// <summary>Whether a pooler stands in between.</summary>
    public bool IsPooled => _pooler is not null;

    /// <summary>The way that stores take.</summary>
    public string ConnectionString => new NpgsqlConnectionStringBuilder($"{ServerConnectionString};{_pooler}").ConnectionString;

    /// <summary>The way to the server itself.</summary>
    public string ServerConnectionString => new NpgsqlConnectionStringBuilder(_server) { Database = _name }.ConnectionString;

    public async ValueTask InitializeAsync()
    {
        if (_server is not null)
        {
            _name = "webhook_test_" + Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(6));
            await OnServerAsync($"CREATE DATABASE {_name} ENCODING 'UTF8' TEMPLATE template0");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_name is not null)
        {
            await OnServerAsync($"DROP DATABASE {_name} WITH (FORCE)");
        }
    }

    /// <summary>Skips the test if there is no server.</summary>
    public void Need()
    {
        if (_server is null && Environment.GetEnvironmentVariable("CI") == "true")
        {
            Assert.Fail($"No PostgreSQL: set {Variable}, as tests/postgres does.");
        }

        Assert.SkipUnless(_server is not null, $"No PostgreSQL: set {Variable}, as tests/postgres does.");
    }

    /// <summary>Makes it as if nobody had ever been here.</summary>
    public async Task EmptyAsync()
    {
        Need();
        await ExecuteAsync("DROP SCHEMA IF EXISTS webhook_receiver CASCADE");
    }

    /// <summary>Behind the product's back.</summary>
    public async Task ExecuteAsync(string sql) => await RunAsync(ServerConnectionString, sql);

    /// <summary>The first value of the first row.</summary>
    public async Task<object> ReadAsync(string sql) => (await RunAsync(ServerConnectionString, sql))!;

    private static string? Read(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;

    /// <summary>The first value of each row.</summary>
    public async Task<IReadOnlyList<string>> ReadTextsAsync(string sql) => (string[])await ReadAsync($"SELECT ARRAY({sql})");

    private async Task OnServerAsync(string sql) => await RunAsync(_server!, sql);

    /// <summary>Asks a server over a connection of its own.</summary>
    /// <returns>The first value of the first row.</returns>
    internal static async Task<object?> RunAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
#pragma warning disable CA2100 // A test's own words.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync();
    }
}
