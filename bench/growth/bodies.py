"""What larger bodies cost."""
import shutil

from growth.scale import middle, ratio, shown
from turns import plain_event

SIZES = (1024, 16 * 1024, 128 * 1024, 1024 * 1024)

# 32 MiB of bodies may wait for the writer; more is answered 503, which would be a different load.
MOST_WAITING = 16 * 1024 * 1024


def measure(scale):
    options = scale.options
    bare = scale.bare()
    scale.title = "Larger bodies"
    scale.table("body", "connections", "bare events/s", "events/s", "MB/s", "of bare Kestrel", "bare p99 ms", "p99 ms")
    for size in SIZES:
        member = scale.receiver(f"bodies-{size}", f"{size:,} bytes")
        member.settings["WebhookReceiver__Sources__default__MaxBodyBytes"] = str(2 * SIZES[-1])
        scale.install()
        if bare.process is None:
            scale.warm(bare)
        scale.warm(member)
        event = plain_event(scale.shared.work, scale.shared.secret, size)
        connections = min(64, MOST_WAITING // size)
        turns = scale.interleave([bare, member], size, connections=connections, event=event)
        mine, theirs = turns[member.name], turns["bare"]
        scale.line(f"{size // 1024:,} KiB", str(connections), middle(theirs, "handled"), middle(mine, "handled"), f"{middle(mine, 'handled') * size / 1e6:.0f}", shown(ratio(mine, theirs)),
                   f"{middle(theirs, '99'):.1f}", f"{middle(mine, '99'):.1f}")
        member.stop()
        shutil.rmtree(member.directory)  # gigabytes
    scale.write(f"{options.rounds} rounds of {options.seconds} s in turns, random ids; medians of what was handled, and the ratio's lowest and highest round. "
                "Bare Kestrel reads, verifies and parses the same body; here it is stored and handled as well.")
