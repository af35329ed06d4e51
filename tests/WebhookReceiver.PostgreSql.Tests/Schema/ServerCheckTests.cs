using WebhookReceiver.PostgreSql.Schema;

namespace WebhookReceiver.PostgreSql.Tests.Schema;

public sealed class ServerCheckTests
{
    [Theory]
    [InlineData(150000, "on", "on", false, "UTF8", null)]
    [InlineData(150000, "on", "remote_apply", false, "UTF8", null)]
    [InlineData(130000, "on", "on", false, "UTF8", "too old")]
    [InlineData(150000, "off", "on", false, "UTF8", "Set fsync = on")]
    [InlineData(150000, "on", "off", false, "UTF8", "synchronous_commit")]
    [InlineData(150000, "on", "local", false, "UTF8", "synchronous_commit")]
    [InlineData(150000, "on", "on", true, "UTF8", "Target Session Attributes=primary")]
    [InlineData(150000, "on", "on", false, "SQL_ASCII", "ENCODING 'UTF8'")]
    public void Problem_Server_IsRefusedWhereItCannotKeepThePromise(int version, string fsync, string synchronousCommit, bool isStandby, string encoding, string? says)
    {
        var problem = ServerCheck.Problem(version, "15.0", fsync, synchronousCommit, isStandby, encoding);

        if (says is null)
        {
            Assert.Null(problem);
        }
        else
        {
            Assert.Contains(says, problem, StringComparison.Ordinal);
        }
    }
}
