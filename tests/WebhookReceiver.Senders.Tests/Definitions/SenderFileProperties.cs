using System.Text;
using CsCheck;

namespace WebhookReceiver.Senders.Tests.Definitions;

public sealed class SenderFileProperties
{
    private static readonly string[] Files = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Catalog"), "*.json");

    [Fact]
    public void Row_Changed_CanBeCompiledOrSaysWhatIsWrong() =>
        Gen.OneOf(Files).SelectMany(static file => PropertyRuns.Changed(File.ReadAllText(file))).Holds(static text =>
        {
            Exception? thrown = Record.Exception(() =>
            {
                SenderPlan.Compile(SenderFile.Parse(Encoding.UTF8.GetBytes(text), "own.json"));
            });

            Assert.True(thrown is null or SenderFileException, thrown?.ToString());
        });
}
