"""What becomes of a backlog: how fast it is worked off, what new events get meanwhile, and what it costs in memory."""
import time

from growth.scale import middle
from growth.watch import Sampler, first_answers, resident
from participants import Void


def measure(scale):
    options = scale.options
    bare = scale.bare()
    alone = scale.receiver("alone", "nothing else to do")
    loaded = scale.receiver("loaded", "new events as fast as they are answered")
    scale.install()
    for member in (alone, loaded):
        scale.fill(member, options.backlog, "pending", len(scale.event.body))

    scale.row("backlog", "participant", "seconds", "open", "MiB")
    seconds_alone, most_alone = work_off(scale, alone)
    alone.stop()

    scale.warm(bare)
    turns = scale.interleave([bare], "before", count=2)["bare"]
    bare.stop()

    first_answers(loaded, scale.event)
    before, sent, answered, connections = sum(loaded.counts()), 0, [], 0
    began = time.monotonic()
    with Sampler(loaded, 1) as memory:
        # In pieces, to see between them what is left; new events must not keep old ones waiting for ever, yet the run has an end.
        while loaded.counts()[1] > options.backlog / 100 and time.monotonic() - began < options.backlog_seconds:
            answers, seconds, latencies = scale.turns.load(loaded, 64, options.seconds)
            sent, connections = sent + answers, connections + 64
            answered.append({"answered": answers / seconds, "ms": latencies})
            scale.row("meanwhile", len(answered), loaded.name, answered[-1])
            scale.row("backlog", loaded.name, time.monotonic() - began, loaded.counts()[1], resident(loaded))
        seconds_loaded = time.monotonic() - began
        left = loaded.counts()[1]
        after = loaded.until_handled(before + sent, options.drain)
    if not 0 <= sum(after) - before - sent <= connections:
        raise Void(f"{sent} new events were answered, and {sum(after) - before} are in its account")
    without = scale.interleave([loaded], "after", count=2)[loaded.name]

    scale.title = f"A backlog of {options.backlog:,} events"
    scale.table("meanwhile", "seconds", "worked off/s", "still open", "new events/s", "of bare Kestrel", "without a backlog", "p99 ms", "most MiB")
    scale.line("nothing", seconds_alone, options.backlog / seconds_alone, "0", "", "", "", "", most_alone)
    new, bare_new, alone_new = (middle(kind, "answered") for kind in (answered, turns, without))
    scale.line("64 connections", seconds_loaded, (options.backlog + sent - left) / seconds_loaded, f"{left:,}", new, f"{new / bare_new:.3f}",
               f"{new / alone_new:.3f}", f"{middle(answered, '99'):.1f}", memory.highest)
    scale.write("All events are of 1,024 bytes and were pending when the process started; the time counts from its first answer. *Worked off* includes "
                "the new events. The last one is as answered/s of bare Kestrel, and of the same receiver when its backlog was gone.")


def work_off(scale, member):
    """→ the seconds until nothing was open, and the most memory"""
    first_answers(member, scale.event)
    began = time.monotonic()
    with Sampler(member, 1) as memory:
        while (still_open := member.counts()[1]) > 0:
            asked = time.monotonic() - began
            scale.row("backlog", member.name, asked, still_open, resident(member))
            if asked > scale.options.drain:
                raise Void(f"{still_open} events are still open after {asked:.0f} s")
            time.sleep(0.5)
        seconds = time.monotonic() - began
    scale.row("backlog", member.name, seconds, 0, resident(member))
    return seconds, memory.highest
