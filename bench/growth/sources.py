"""What many sources cost: start, memory, throughput, and the look at their files every few seconds."""
import json
import os
import secrets
import statistics
import time

from growth.scale import middle, ratio, shown
from growth.watch import cpu_seconds, first_answers, resident
from turns import sign

NUMBERS = (1, 100, 1000)
IDLE_SECONDS = 11  # at least two looks at the files


def measure(scale):
    options = scale.options
    bare = scale.bare()
    members = {scale.receiver(f"sources-{count}", f"{count:,}"): count for count in NUMBERS}
    scale.install()
    targets = {member.name: configure(scale, member, count) for member, count in members.items()}

    scale.row("start", "round", "sources", "first 200 s", "ready s")
    starts = {member: [] for member in members}
    for round_number in range(options.starts + 1):
        for member in members:
            first, ready = first_answers(member, scale.event)
            if round_number > 0:  # the first one makes the inbox
                starts[member].append(first)
                scale.row("start", round_number, member.title, first, ready)
            member.stop()

    scale.warm(bare)
    idle_memory, idle_time = {}, {}
    for member in members:
        first_answers(member, scale.event)
    time.sleep(3)  # what a start leaves to be done is not idleness
    for member in members:
        idle_memory[member] = resident(member)
        idle_time[member] = -cpu_seconds(member)
    time.sleep(IDLE_SECONDS)
    for member in members:
        idle_time[member] += cpu_seconds(member)
        scale.row("idle", member.title, "MiB and CPU s", idle_memory[member], idle_time[member])
        member.stop()

    scale.warm(*members)
    turns = scale.interleave([bare, *members], "sources", targets=targets)
    scale.title = "Many sources"
    scale.table("sources", "first 200 s", "MiB after the start", "CPU idle", "answered/s", "handled/s", "of bare Kestrel", "of one source", "p99 ms", "MiB after the load")
    one = turns[next(iter(members)).name]
    for member in members:
        mine = turns[member.name]
        scale.line(member.title, f"{statistics.median(starts[member]):.2f}", idle_memory[member], f"{idle_time[member] / IDLE_SECONDS:.1%}",
                   middle(mine, "answered"), middle(mine, "handled"), shown(ratio(mine, turns["bare"])), shown(ratio(mine, one)), f"{middle(mine, '99'):.1f}", resident(member))
    scale.write(f"A secret each, in appsettings.json; the load goes over all of them in turn. {options.rounds} rounds of {options.seconds} s at 64 connections, "
                f"random ids; medians, the start's of {options.starts}. *CPU idle*: of one core over {IDLE_SECONDS} s without a request, in which the files are "
                "read again every 5 s.")


def configure(scale, member, count):
    """Writes its settings, and the paths with their signatures for the load."""
    lines, sources = [f"/webhook {scale.event.signature}"], {}
    for index in range(1, count):
        secret = secrets.token_hex(32)
        sources[f"source-{index:04d}"] = {"Sender": "hmac-sha256", "Secrets": [secret]}
        lines.append(f"/webhook/source-{index:04d} {sign(secret, scale.event.body)}")
    with open(os.path.join(member.directory, "appsettings.json"), "w") as file:
        json.dump({"WebhookReceiver": {"Sources": sources}}, file, indent=2)
    path = os.path.join(member.directory, "targets")
    with open(path, "w") as file:
        file.write("\n".join(lines) + "\n")
    return path
