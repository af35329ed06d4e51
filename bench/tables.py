"""The results as Markdown."""
from participants import ALL
from turns import PERCENTILES


def title(name):
    return ALL[name][1]


def stores(name):
    return ALL[name][2] if len(ALL[name]) > 2 else "nothing"


def closed(results, at):
    """Throughput at one number of connections."""
    members = results.members("closed", at)
    still_open = {name: max(turn["open"] for turn in results.of("closed", at, name)) for name in members}
    more = any(still_open.values())
    lines = [
        "| | stores in | handled/s | lowest - highest | of bare Kestrel | lowest - highest | p50 ms | p99 ms |" + (" still open |" if more else ""),
        "|---|---|---:|---:|---:|---:|---:|---:|" + ("---:|" if more else "")]
    for name in members:
        handled, ratio = results.handled(name, at), results.ratio(name, at)
        p50, p99 = (results.latency("closed", name, percentile, at).median for percentile in ("50", "99"))
        lines.append(
            f"| {title(name)} | {stores(name)} | {number(handled.median)} | {number(handled.lowest)} - {number(handled.highest)} "
            f"| {ratio.median:.3f} | {ratio.lowest:.3f} - {ratio.highest:.3f} | {p50:.2f} | {p99:.2f} |"
            + (f" {still_open[name]:,} |" if more else ""))
    return lines


def opened(results):
    """Latency at a fixed rate."""
    shown = [percentile for percentile in PERCENTILES if percentile in ("50", "90", "99", "99.9", "99.99", "100")]
    lines = [
        "| | answered/s | " + " | ".join("slowest" if percentile == "100" else "p" + percentile for percentile in shown) + " | p99, lowest - highest |",
        "|---|---:|" + "---:|" * len(shown) + "---:|"]
    for name in results.members("open"):
        answered = sorted(turn["answered"] for turn in results.of("open", None, name))
        p99 = results.latency("open", name, "99")
        lines.append(
            f"| {title(name)} | {number(answered[len(answered) // 2])} | "
            + " | ".join(f"{results.latency('open', name, percentile).median:.2f}" for percentile in shown)
            + f" | {p99.lowest:.2f} - {p99.highest:.2f} |")
    return lines


def report(results):
    """What a person who runs the bench reads at its end."""
    facts, lines = results.facts, []
    for number in results.connections():
        ours = results.ratio("receiver", number)
        lines += [
            f"## {connections(number)}, closed loop", "",
            f"Ids {facts['ids']}, turns of {facts['seconds']} s, {rounds(results, 'closed', number)}; medians.", "",
            *closed(results, number), "",
            f"This receiver: {ours.median:.2f} of bare Kestrel "
            f"(lowest round {ours.lowest:.2f}, highest {ours.highest:.2f}; target at 64 connections: 0.60).", ""]
    if results.members("open"):
        rate = facts["rate"]
        lines += [
            f"## {rate['a second']:,} requests a second, open loop", "",
            f"Turns of {rate['seconds']} s, {rounds(results, 'open')}; ms from when a request was due, medians.", "",
            *opened(results), "", p99(results), ""]
    return "\n".join(lines)


def p99(results):
    ratio = results.latency("open", "receiver", "99").median / results.latency("open", "bare", "99").median
    return f"p99 of this receiver: {ratio:.2f} × that of bare Kestrel (target: at most 3)."


def rounds(results, part, number=None):
    return _count(len({turn["round"] for turn in results.of(part, number)}), "round")


def connections(number):
    return _count(number, "connection")


def _count(number, word):
    return f"{number} {word}{'s' if number > 1 else ''}"


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:,.1f}"
