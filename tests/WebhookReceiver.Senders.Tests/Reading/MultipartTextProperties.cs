using System.Text;
using CsCheck;

namespace WebhookReceiver.Senders.Tests.Reading;

public sealed class MultipartTextProperties
{
    private const string Type = "multipart/form-data; boundary=xyz";
    private const string Form = "--xyz\r\nContent-Disposition: form-data; name=\"json\"\r\n\r\n{\"a\":1}\r\n--xyz\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.txt\"\r\n\r\nx\r\n--xyz--\r\n";

    [Fact]
    public void Form_Written_ReadsBackTheSame() =>
        Gen.Select(Gen.Char["abc09_-[]."].Array[1, 8].Select(static name => new string(name)), PropertyRuns.Text()).Array[0, 8].Holds(static fields =>
        {
            KeyValuePair<string, string>[] pairs = [.. fields.Select(static field => KeyValuePair.Create(field.Item1, field.Item2))];

            Assert.Equal(pairs, MultipartText.Parse(MultipartText.Write(Type, pairs), Type, out _));
        });

    [Fact]
    public void Form_Changed_HasFieldsThatStandInItOrNone() =>
        PropertyRuns.Changed(Form).Holds(static text =>
        {
            byte[] body = Encoding.UTF8.GetBytes(text);
            List<KeyValuePair<string, string>>? fields = MultipartText.Parse(body, Type, out string? problem);

            Assert.Equal(fields is null, problem is not null);
            Assert.All(fields ?? [], field => Assert.True(body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(field.Value)) >= 0, field.Value));
        });

    [Fact]
    public void Boundary_Changed_NeverFindsOtherFields() =>
        PropertyRuns.Changed(Type).Holds(static type =>
            Assert.All(MultipartText.Parse(Encoding.UTF8.GetBytes(Form), type, out _) ?? [], static field => Assert.Equal(("json", "{\"a\":1}"), (field.Key, field.Value))));
}
