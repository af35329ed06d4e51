"""What larger bodies cost."""
import shutil

from growth.scale import ratio
from turns import median, plain_event

SIZES = (1024, 16 * 1024, 128 * 1024, 1024 * 1024)

# 32 MiB of bodies may wait for the writer; more is answered 503, which would be a different load.
MOST_WAITING = 16 * 1024 * 1024


def measure(scale):
    options = scale.options
    bare = scale.bare()
    scale.page += ["## Larger bodies", ""]
    scale.table("body", "connections", "bare events/s", "events/s", "MB/s", "of bare Kestrel", "bare p99 ms", "p99 ms")
    scale.row("bytes", "round", "participant", "answered/s", "handled/s", "open", "p50 ms", "p99 ms")
    for size in SIZES:
        member = scale.receiver(f"bodies-{size}", f"{size:,} bytes")
        member.settings["WebhookReceiver__Sources__default__MaxBodyBytes"] = str(2 * SIZES[-1])
        scale.install()
        if bare.process is None:
            scale.start(bare)
        scale.start(member)
        event = plain_event(scale.bench.work, scale.bench.secret, size)
        connections = min(64, MOST_WAITING // size)
        turns = scale.interleave([bare, member], size, connections=connections, event=event)
        mine, theirs = turns[member.name], turns["bare"]
        scale.line(f"{size // 1024:,} KiB", str(connections), median(theirs, 1), median(mine, 1), f"{median(mine, 1) * size / 1e6:.0f}", ratio(mine, theirs),
                   f"{median(theirs, 4):.1f}", f"{median(mine, 4):.1f}")
        member.stop()
        shutil.rmtree(member.directory)  # gigabytes
    scale.write(f"{options.rounds} rounds of {options.seconds} s in turns, random ids; medians of what was handled, and the ratio's lowest and highest round. "
                "Bare Kestrel reads, verifies and parses the same body; here it is stored and handled as well.")
