"""How one, two and four replicas share one PostgreSQL, and what an event costs the server and each of them."""
import concurrent.futures
import statistics
import time

import participants
from growth.scale import shown
from growth.watch import cpu_seconds
from participants import Void
from results import Spread
from turns import rounds

NUMBERS = (1, 2, 4)
CONNECTIONS = 64


def measure(scale):
    options = scale.options
    bare = scale.bare()
    groups = {count: [scale.replica(f"{count}-{place}", database=f"replicas_{count}") for place in range(count)] for count in NUMBERS}
    scale.install()
    scale.warm(bare)
    for count, group in groups.items():
        scale.warm(*group)
    results = {count: [] for count in NUMBERS}
    measure_of = []
    for round_number, order in rounds(options.rounds, [bare, *NUMBERS]):
        for member in order:
            if member is bare:
                measure_of.append(scale.turns.closed(bare, CONNECTIONS, options.seconds)["handled"])
                scale.row("replicas", round_number, "bare", measure_of[-1])
            else:
                results[member].append(turn(scale, groups[member]))
                scale.row("replicas", round_number, member, results[member][-1])
    scale.title = "Replicas on one PostgreSQL"
    scale.table("replicas", "handled/s", "of bare Kestrel", "of one replica", "p99 ms", "µs of the server an event", "µs of the replicas an event", "events a transaction")
    for count in NUMBERS:
        mine = results[count]

        def median(figure, turns=mine):
            return statistics.median(one[figure] for one in turns)

        scale.line(str(count), median("handled"), shown(Spread([one["handled"] / other for one, other in zip(mine, measure_of, strict=True)])),
                   shown(Spread([one["handled"] / other["handled"] for one, other in zip(mine, results[NUMBERS[0]], strict=True)])),
                   f"{median('p99'):.1f}", f"{median('server'):.0f}", f"{median('replicas'):.0f}", f"{median('batch'):.1f}")
    scale.write(f"{options.rounds} rounds of {options.seconds} s, {CONNECTIONS} connections for each replica; all of them share the two cores with the server and the load generator: "
                "what this shows is not how fast four machines are, but what an event costs where. The server's time is that of all its processes.")


def turn(scale, group):
    """All replicas of one database under load at once."""
    postgres = scale.shared.postgres
    for member in group:
        member.resume()
    time.sleep(6)  # a lease that ran out meanwhile is renewed, and nobody takes over from anybody
    before = group[0].counts()
    began = {"server": postgres.cpu_seconds(), "replicas": sum(map(cpu_seconds, group)), "transactions": postgres.transactions()}
    with concurrent.futures.ThreadPoolExecutor(len(group)) as pool:
        started = time.monotonic()
        loads = list(pool.map(lambda member: scale.turns.load(member, CONNECTIONS, scale.options.seconds), group))
    answers = sum(load[0] for load in loads)
    group[0].until_handled(before[0] + answers, scale.options.drain)
    events = group[0].counts()[0] - before[0]
    ended = {"server": postgres.cpu_seconds(), "replicas": sum(map(cpu_seconds, group)), "transactions": postgres.transactions()}
    if not 0 <= events - answers <= CONNECTIONS * len(group):
        raise Void(f"{len(group)} replicas: {answers} answers, and {events} events in their account")
    result = {"handled": events / (group[0].handled_at - started), "p99": max(load[2]["99"] for load in loads),
              "server": 1e6 * (ended["server"] - began["server"]) / events, "replicas": 1e6 * (ended["replicas"] - began["replicas"]) / events,
              "batch": events / (ended["transactions"] - began["transactions"])}
    postgres.sql("checkpoint")
    for member in group:
        member.pause()
    return result
