using System.Globalization;
using CsCheck;
using Microsoft.AspNetCore.Http.HttpResults;
using WebhookReceiver.Inbox;
using WebhookReceiver.Management;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Management;

/// <summary>What is asked of the store is what the parameters say, or they are refused.</summary>
public sealed class ManagementParameterProperties
{
    [Fact]
    public void Parameters_OfAnyText_AreWhatTheyMeanOrAreRefused()
    {
        var reader = new AskedReader();
        var store = new FakeInboxStore { OnRead = () => reader };
        var texts = Gen.OneOf(
            Gen.Int[-2, 300].Select(static number => number.ToString(CultureInfo.InvariantCulture)).SelectMany(PropertyRuns.Changed),
            Gen.OneOf(WorkStates.Names).SelectMany(PropertyRuns.Changed), Gen.OneOf([.. WorkStates.Names, PublicId.Format(7, 7), "50"]));
        Gen.Select(texts, texts, texts).Holds((state, limit, after) =>
        {
            reader.Asked = null;
            var answer = ManagementEndpoints.ListEventsAsync(store, TimeProvider.System, "a", "b", state, limit, after, CancellationToken.None).GetAwaiter().GetResult();

            // The framework's reader takes a NUL behind a number for its end.
            var digits = limit.TrimEnd('\0');
            var isRight = WorkStates.Names.Contains(state) && digits.Length is > 0 and < 10 && digits.All(char.IsAsciiDigit)
                && int.Parse(digits, CultureInfo.InvariantCulture) is >= 1 and <= 200 && after == PublicId.Format(7, 7);
            Assert.Equal(isRight, answer.Result is Ok<EventPage>);
            Assert.Equal(isRight ? new EventFilter("a", "b", (WorkState)Array.IndexOf(WorkStates.Names, state), int.Parse(digits, CultureInfo.InvariantCulture) + 1, 7, 3) : null, reader.Asked);
        });
    }

    private sealed class AskedReader : IInboxReader
    {
        public EventFilter? Asked { get; set; }

        public Task<IReadOnlyList<EventRow>> ListAsync(EventFilter filter, CancellationToken cancellationToken)
        {
            Asked = filter;
            return Task.FromResult<IReadOnlyList<EventRow>>([]);
        }

        public Task<EventBounds?> FindBoundsAsync(CancellationToken cancellationToken) => Task.FromResult<EventBounds?>(new(3, 9));

        public Task<EventDetail?> FindAsync(long seq, long token, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<InboxTrouble> LookAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<InboxCounts> CountAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
