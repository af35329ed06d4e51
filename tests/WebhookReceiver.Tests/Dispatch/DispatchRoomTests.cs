using WebhookReceiver.Dispatch;

namespace WebhookReceiver.Tests.Dispatch;

public sealed class DispatchRoomTests
{
    [Fact]
    public void TryTake_BatchOfMoreAttemptsThanThereIsRoom_WaitsInTheStore()
    {
        var room = new DispatchRoom();

        Assert.False(room.TryTake(DispatchRoom.MaxItems + 1, 1));
        Assert.True(room.TryTake(DispatchRoom.MaxItems, 1));
        Assert.Equal(DispatchRoom.MaxItems, room.Items);
    }

    [Fact]
    public void TryTake_EventLargerThanTheRoom_IsTakenAlone()
    {
        var room = new DispatchRoom();

        Assert.True(room.TryTake(1, DispatchRoom.MaxBytes + 1));
        Assert.False(room.TryTake(1, 1));
    }
}
