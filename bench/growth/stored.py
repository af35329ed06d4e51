"""What an inbox that holds many events already costs: throughput, start, memory, and what operators ask."""
import os
import statistics

from growth.scale import middle, ratio, shown
from growth.watch import first_answers, forget, resident, timed
from tables import number

COLD, WARM = "cold", "warm"


def measure(scale):
    options = scale.options
    bare = scale.bare()
    inboxes = {scale.receiver(f"stored-{events}", f"{events:,}"): events for events in options.events}
    scale.install()
    for member, events in inboxes.items():
        if events:
            scale.fill(member, events)
    sizes = {member: os.path.getsize(member.inbox) if events else 0 for member, events in inboxes.items()}

    scale.row("start", "round", "events", "first 200 s", "ready s")
    starts = {member: {COLD: [], WARM: []} for member in inboxes}
    for round_number in range(options.starts):
        for member in inboxes:
            for kind in (COLD, WARM):
                if kind == COLD and os.path.exists(member.inbox):
                    forget(member.inbox)
                starts[member][kind].append(first_answers(member, scale.event))
                scale.row("start " + kind, round_number + 1, member.title, *starts[member][kind][-1])
                member.stop()

    after_start, asked = {}, {}
    for member in inboxes:
        first_answers(member, scale.event)
        after_start[member] = resident(member)
        asked[member] = {path: [timed(lambda: member.ask(path)) for _ in range(5)] for path in ("/api/v1/stats", "/api/v1/events")}
        for path, times in asked[member].items():
            scale.row(path, "ms", member.title, *times)
        member.stop()

    scale.warm(bare, *inboxes)
    turns = scale.interleave([bare, *inboxes], "stored")
    empty = turns[next(iter(inboxes)).name]

    scale.title = "Events that are stored already"
    scale.table("events", "file GB", "answered/s", "handled/s", "of bare Kestrel", f"of {options.events[0]:,} events", "p99 ms", "MiB after the load")
    scale.line("bare Kestrel", "", middle(turns["bare"], "answered"), middle(turns["bare"], "handled"), "1", "", f"{middle(turns['bare'], '99'):.1f}", resident(bare))
    for member in inboxes:
        mine = turns[member.name]
        scale.line(member.title, f"{sizes[member] / 1e9:.2f}", middle(mine, "answered"), middle(mine, "handled"), shown(ratio(mine, turns["bare"])), shown(ratio(mine, empty)),
                   f"{middle(mine, '99'):.1f}", resident(member))
    against = [ratio(turns[member.name], turns["bare"]) for member in inboxes]
    scale.plot = [[events, spread.median, spread.lowest, spread.highest] for events, spread in zip(inboxes.values(), against, strict=True)]
    scale.write(f"{options.rounds} rounds of {options.seconds} s in turns at 64 connections under random ids, events of 1,024 bytes; those that were "
                "stored before have 256. Medians, and the ratio's lowest and highest round.")
    scale.table("events", "first 200 s", "/readyz s", "first 200 s, cold", "/readyz s, cold", "MiB after the start", "stats ms, first",
                "stats ms", "events ms, first", "events ms")
    for member in inboxes:
        times = [[one[column] for one in starts[member][kind]] for kind in (WARM, COLD) for column in (0, 1)]
        calls = [f"{value:.1f}" for path in asked[member].values() for value in (path[0], statistics.median(path[1:]))]
        scale.line(member.title, *(f"{statistics.median(time):.2f}" for time in times), number(after_start[member]), *calls)
    scale.write(f"Medians of {options.starts} starts from the start of the process. Cold: the inbox's file was not in the page cache (the program was). "
                "Stats and the first page of events: the first call after a start, and the median of those that follow.")
