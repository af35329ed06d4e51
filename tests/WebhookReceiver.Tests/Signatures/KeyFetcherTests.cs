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
        Assert.Equal(KeyFetch.Here, await _fetcher.FetchAsync(Keys));
        Assert.NotNull(_fetcher.Find(Keys));

        _clock.Advance(KeyFetcher.Lifetime - TimeSpan.FromSeconds(1));
        Assert.NotNull(_fetcher.Find(Keys));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(_fetcher.Find(Keys));
        Assert.Equal(KeyFetch.Here, await _fetcher.FetchAsync(Keys));
        Assert.Equal(2, _sender.Requests);
    }

    [Fact]
    public async Task Document_AskedForByManyAtOnce_IsFetchedOnce()
    {
        _sender.Holds = new TaskCompletionSource();
        Task<KeyFetch>[] waiting = [.. Enumerable.Range(0, 20).Select(_ => _fetcher.FetchAsync(Keys))];
        _sender.Holds.SetResult();

        Assert.All(await Task.WhenAll(waiting), static fetch => Assert.Equal(KeyFetch.Here, fetch));
        Assert.Equal(1, _sender.Requests);
    }

    [Theory]
    [Trait("Attack", "A95")]
    [InlineData(HttpStatusCode.Found, false)]
    [InlineData(HttpStatusCode.InternalServerError, false)]
    [InlineData(HttpStatusCode.Forbidden, true)]
    [InlineData(HttpStatusCode.NotFound, true)]
    [InlineData(HttpStatusCode.Gone, true)]
    public async Task Answer_OtherThan200_IsNoKeyAndNotAskedAgainForAWhile(HttpStatusCode status, bool isDenied)
    {
        _sender.Status = status;
        var expected = isDenied ? KeyFetch.Denied : KeyFetch.Unavailable;

        Assert.Equal(expected, await _fetcher.FetchAsync(Keys));
        Assert.Equal(expected, await _fetcher.FetchAsync(Keys));
        Assert.Null(_fetcher.Find(Keys));
        Assert.Equal(1, _sender.Requests);

        _sender.Status = HttpStatusCode.OK;
        _clock.Advance(KeyFetcher.Pause);
        Assert.Equal(KeyFetch.Here, await _fetcher.FetchAsync(Keys));
    }

    [Fact]
    [Trait("Attack", "A95")]
    public async Task Answer_LongerThanItMayBe_IsNoKey()
    {
        _sender.Document = new string(' ', KeyFetcher.MaxBytes) + FakeKeyHost.Set;

        Assert.Equal(KeyFetch.Unavailable, await _fetcher.FetchAsync(Keys));
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("{\"keys\":[]}")]
    [InlineData("{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}")]
    [InlineData("{\"keys\":[{\"kty\":\"RSA\",\"n\":\"!\",\"e\":\"AQAB\"}]}")]
    [InlineData("{\"keys\":7}")]
    [InlineData("[]")]
    [InlineData("{\"keys\":[7]}")]
    [InlineData("{\"keys\":[{}]}")]
    [InlineData("{\"keys\":[{\"kty\":\"RSA\"}]}")]
    [InlineData("{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}]}")]
    public async Task Answer_ThatIsNoSetOfKeys_IsNoKey(string document)
    {
        _sender.Document = document;

        Assert.Equal(KeyFetch.Unavailable, await _fetcher.FetchAsync(Keys));
    }

    [Fact]
    public async Task Set_WithKeysThatCannotBeRead_HasTheOthers()
    {
        _sender.Document = FakeKeyHost.Set.Replace("[{", "[7,{\"kty\":\"RSA\",\"kid\":\"b\"},{\"kty\":\"OKP\",\"kid\":\"c\"},{", StringComparison.Ordinal);

        Assert.Equal(KeyFetch.Here, await _fetcher.FetchAsync(Keys));
        Assert.NotNull(_fetcher.Find(Keys));
    }

    [Fact]
    public async Task Sender_ThatDoesNotAnswer_IsLeftAfterTheLimit()
    {
        _sender.Holds = new TaskCompletionSource();
        Task<KeyFetch> fetch = _fetcher.FetchAsync(Keys);
        await _sender.Asked.Task;
        _clock.Advance(KeyFetcher.Timeout);

        Assert.Equal(KeyFetch.Unavailable, await fetch);
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

    [Fact]
    [Trait("Attack", "A95")]
    public async Task Document_OfASender_IsKeptAndFetchedAgainWhateverStrangersName()
    {
        Assert.Equal(KeyFetch.Here, await _fetcher.FetchAsync(Keys));
        _sender.Status = HttpStatusCode.NotFound;
        for (var i = 0; i < 200; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await _fetcher.FetchAsync(new KeyReference(KeyDocument.Jwks, new Uri($"https://sender.example.com/{i}")));
        }

        Assert.NotNull(_fetcher.Find(Keys));

        for (var i = 200; i < 220; i++)
        {
            await _fetcher.FetchAsync(new KeyReference(KeyDocument.Jwks, new Uri($"https://sender.example.com/{i}")));
        }

        _sender.Status = HttpStatusCode.OK;
        Assert.Equal(KeyFetch.Here, await _fetcher.FetchAsync(Keys));
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
