using System.Text;

namespace WebhookReceiver.Host.Tests.Exposure;

/// <summary>Texts that stand nowhere but where they were put, in every form in which they could come out again.</summary>
internal sealed class Canaries
{
    private const int RecognizableLength = 8;

    private readonly List<(string Name, string Form)> _forms = [];

    /// <summary>A secret: not even its beginning may be seen.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="secret">Its text, of which the first characters are like no other's.</param>
    public string Secret(string name, string secret)
    {
        Add(name, secret);
        _forms.Add((name + ", its beginning", secret[..RecognizableLength]));
        return secret;
    }

    /// <summary>What a sender sends and nobody else needs to see.</summary>
    public string Text(string name, string text)
    {
        Add(name, text);
        return text;
    }

    /// <summary>Key material behind a text.</summary>
    public void Bytes(string name, byte[] bytes)
    {
        _forms.Add((name + " in base64", Convert.ToBase64String(bytes).TrimEnd('=')));
        _forms.Add((name + " in hex", Convert.ToHexStringLower(bytes)));
        _forms.Add((name + " in hex", Convert.ToHexString(bytes)));
    }

    /// <param name="where">What is looked at.</param>
    /// <param name="text">All of it; bytes as Latin-1.</param>
    public void AssertNoneIn(string where, string text)
    {
        foreach (var (name, form) in _forms)
        {
            var at = text.IndexOf(form, StringComparison.Ordinal);
            Assert.True(at < 0, at < 0 ? "" : $"{where} holds {name}: …{text[Math.Max(0, at - 100)..Math.Min(text.Length, at + form.Length + 40)]}…");
        }
    }

    private void Add(string name, string text)
    {
        _forms.Add((name, text));
        Bytes(name, Encoding.UTF8.GetBytes(text));
    }
}
