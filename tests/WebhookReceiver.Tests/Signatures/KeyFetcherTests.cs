using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using WebhookReceiver.Senders;
using WebhookReceiver.Signatures;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Signatures;

/// <summary>What is fetched for a sender that hands out no key, how often, and what is never followed.</summary>
public sealed class KeyFetcherTests : IDisposable
{
    private static readonly KeyReference Keys = new(KeyDocument.Jwks, new Uri("https://sender.example.com/keys"));

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 2, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly FakeKeyHost _sender = new();
    private readonly KeyFetcher _fetcher;

    public KeyFetcherTests() => _fetcher = new KeyFetcher(_sender, _clock, NullLogger<KeyFetcher>.Instance);

    public void Dispose() => _fetcher.Dispose();

    [Fact]
    public async Task Document_FetchedOnce_IsKnownForItsLifetime()
    {
        Assert.True(await _fetcher.FetchAsync(Keys));
        Assert.NotNull(_fetcher.Find(Keys));

        _clock.Advance(KeyFetcher.Lifetime - TimeSpan.FromSeconds(1));
        Assert.NotNull(_fetcher.Find(Keys));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(_fetcher.Find(Keys));
        Assert.True(await _fetcher.FetchAsync(Keys));
        Assert.Equal(2, _sender.Requests);
    }

    [Fact]
    public async Task Document_AskedForByManyAtOnce_IsFetchedOnce()
    {
        _sender.Holds = new TaskCompletionSource();
        Task<bool>[] waiting = [.. Enumerable.Range(0, 20).Select(_ => _fetcher.FetchAsync(Keys))];
        _sender.Holds.SetResult();

        Assert.All(await Task.WhenAll(waiting), Assert.True);
        Assert.Equal(1, _sender.Requests);
    }

    [Theory]
    [Trait("Attack", "A95")]
    [InlineData(HttpStatusCode.Found)]
    [InlineData(HttpStatusCode.NotFound)]
    [InlineData(HttpStatusCode.InternalServerError)]
    public async Task Answer_OtherThan200_IsNoKeyAndNotAskedAgainForAWhile(HttpStatusCode status)
    {
        _sender.Status = status;

        Assert.False(await _fetcher.FetchAsync(Keys));
        Assert.False(await _fetcher.FetchAsync(Keys));
        Assert.Null(_fetcher.Find(Keys));
        Assert.Equal(1, _sender.Requests);

        _sender.Status = HttpStatusCode.OK;
        _clock.Advance(KeyFetcher.Pause);
        Assert.True(await _fetcher.FetchAsync(Keys));
    }

    [Fact]
    [Trait("Attack", "A95")]
    public async Task Answer_LongerThanItMayBe_IsNoKey()
    {
        _sender.Document = new string(' ', KeyFetcher.MaxBytes) + FakeKeyHost.Set;

        Assert.False(await _fetcher.FetchAsync(Keys));
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("{\"keys\":[]}")]
    [InlineData("{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}")]
    [InlineData("{\"keys\":[{\"kty\":\"RSA\",\"n\":\"!\",\"e\":\"AQAB\"}]}")]
    [InlineData("{\"keys\":7}")]
    [InlineData("[]")]
    public async Task Answer_ThatIsNoSetOfKeys_IsNoKey(string document)
    {
        _sender.Document = document;

        Assert.False(await _fetcher.FetchAsync(Keys));
    }

    [Fact]
    public async Task Sender_ThatDoesNotAnswer_IsLeftAfterTheLimit()
    {
        _sender.Holds = new TaskCompletionSource();
        Task<bool> fetch = _fetcher.FetchAsync(Keys);
        await _sender.Asked.Task;
        _clock.Advance(KeyFetcher.Timeout);

        Assert.False(await fetch);
    }

    [Fact]
    [Trait("Attack", "A95")]
    public async Task Documents_ThatAStrangerNames_AreFetchedOneASecondAfterTheFirst()
    {
        for (var i = 0; i < 100; i++)
        {
            await _fetcher.FetchAsync(new KeyReference(KeyDocument.Jwks, new Uri($"https://sender.example.com/{i}")));
        }

        Assert.Equal(8, _sender.Requests);
        _clock.Advance(TimeSpan.FromSeconds(2));
        for (var i = 100; i < 200; i++)
        {
            await _fetcher.FetchAsync(new KeyReference(KeyDocument.Jwks, new Uri($"https://sender.example.com/{i}")));
        }

        Assert.Equal(10, _sender.Requests);
    }

    /// <summary>The handler that is used outside of tests follows no redirect and asks no proxy.</summary>
    [Fact]
    [Trait("Attack", "A95")]
    public void Handler_OfTheProduct_FollowsNothing()
    {
        using var handler = KeyFetcher.NewHandler();

        Assert.False(handler.AllowAutoRedirect);
        Assert.False(handler.UseProxy);
        Assert.False(handler.UseCookies);
    }
}
