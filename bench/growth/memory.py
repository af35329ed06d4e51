"""Whether memory stays what it is under full load."""
import shutil
import time

from growth.watch import Sampler, resident
from participants import Void

TARGET = 200  # MiB
BYTES_A_SECOND = 60_000_000  # of the inbox at most, as it grows under full load


def measure(scale):
    options = scale.options
    free, needed = shutil.disk_usage(scale.shared.work).free, options.memory_seconds * BYTES_A_SECOND
    if free < needed:
        raise Void(f"{options.memory_seconds} s of full load need up to {needed / 1e9:.0f} GB below {scale.shared.work}; {free / 1e9:.0f} are free")

    member = scale.receiver("memory", "this receiver")
    scale.install()
    scale.warm(member)
    interval = 5 if options.memory_seconds >= 120 else 1
    with Sampler(member, interval) as memory:
        turn = scale.turns.closed(member, 64, options.memory_seconds)
    scale.row("memory", turn)
    scale.plot = [[round(seconds, 1), round(mib, 1)] for seconds, mib in memory.samples]
    member.resume()
    time.sleep(min(30, options.memory_seconds / 4))
    afterwards = resident(member)

    minutes = options.memory_seconds / 60
    slope, half = memory.slope(), memory.samples[len(memory.samples) // 2][1]
    per_million = slope / (turn["answered"] * 60 / 1e6)
    scale.title = "Memory under full load"
    scale.table("minutes", "events/s", "events", "MiB after a tenth", "at half", "at the end", "highest", "MiB a minute", "MiB a million events", "afterwards")
    scale.line(f"{minutes:.1f}", turn["handled"], f"{turn['answered'] * options.memory_seconds:,.0f}", memory.samples[len(memory.samples) // 10][1], half,
               memory.samples[-1][1], memory.highest, f"{slope:+.2f}", f"{per_million:+.2f}", afterwards)
    scale.write(f"Resident memory every {interval} s at 64 connections, random ids, p99 {turn['ms']['99']:.1f} ms. The slope is that of the second half; the filters of "
                f"known ids alone are 2.1 MiB a million events, for 30 days. Target: at most {TARGET} MiB: {'met' if memory.highest <= TARGET else 'NOT met'}.")
