"""The results as plots: SVG, the same bytes for the same results, on white, in colours that all can tell apart (Okabe and Ito)."""
import os

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as pyplot  # noqa: E402 (the kind of output has to be known before)
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter, NullLocator  # noqa: E402

from participants import ALL  # noqa: E402
from tables import connections as counted, stores, title  # noqa: E402
from turns import PERCENTILES  # noqa: E402

COLOURS = dict(zip(ALL, ("#000000", "#D55E00", "#009E73", "#0072B2", "#56B4E9", "#E69F00", "#8B0000", "#CC79A7", "#7A7A7A", "#8B6D00"), strict=True))
MARKERS = dict(zip(ALL, "soDv^Ph<>X", strict=True))

matplotlib.rcParams.update({
    "svg.hashsalt": "bench", "svg.fonttype": "path", "font.size": 10, "figure.facecolor": "white", "axes.facecolor": "white",
    "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.color": "#dddddd", "axes.axisbelow": True,
    "lines.linewidth": 1.6, "lines.markersize": 6, "legend.frameon": False,
})


def throughput(results, directory):
    """Events handled a second by connections, with the lowest and the highest round."""
    figure, axes = pyplot.subplots(figsize=(8, 4.8), layout="constrained")
    connections = results.connections()
    for name in COLOURS:
        there = [number for number in connections if name in results.members("closed", number)]
        if there:
            spreads = [results.handled(name, number) for number in there]
            axes.errorbar([connections.index(number) for number in there], [spread.median for spread in spreads],
                          yerr=_whiskers(spreads), capsize=3, **_style(name))
    axes.set_xticks(range(len(connections)), [str(number) for number in connections])
    axes.set_xlim(-0.3, len(connections) - 0.7)
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("connections, each with one request under way")
    axes.set_ylabel("events handled a second")
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1), title="dashed: stores nothing")
    return _save(figure, directory, "throughput.svg")


def ratios(results, directory):
    """Of what bare Kestrel handles, one panel for each number of connections."""
    connections = results.connections()
    took_part = {name for number in connections for name in results.members("closed", number)}
    names = [name for name in reversed(COLOURS) if name != "bare" and name in took_part]
    size = (max(5, 1.2 + 2.2 * len(connections)), 1.3 + 0.32 * len(names))
    figure, panels = pyplot.subplots(1, len(connections), figsize=size, sharey=True, sharex=True, squeeze=False, layout="constrained")
    for axes, number in zip(panels[0], connections, strict=True):
        there = [name for name in names if name in results.members("closed", number)]
        for name in there:
            spread = results.ratio(name, number)
            axes.errorbar([spread.median], [names.index(name)], xerr=_whiskers([spread]), capsize=3, **_style(name) | {"linestyle": "none"})
        axes.axvline(1, color="#000000", linewidth=1)
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(FixedLocator([0.001, 0.01, 0.1, 1]))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.set_title(counted(number), fontsize=10)
    panels[0][0].set_yticks(range(len(names)), [title(name) for name in names])
    panels[0][0].set_ylim(-0.6, len(names) - 0.4)
    figure.supxlabel("events handled a second, as a share of bare Kestrel's in the same round", fontsize=10)
    return _save(figure, directory, "ratios.svg")


def latency(results, directory):
    """Percentiles of the open loop, each a step of as many times fewer answers that are slower."""
    figure, axes = pyplot.subplots(figsize=(8, 4.2), layout="constrained")
    slower = [100 / (100 - float(percentile)) for percentile in PERCENTILES[:-1]]
    for name in results.members("open"):
        spreads = [results.latency("open", name, percentile) for percentile in PERCENTILES[:-1]]
        axes.plot(slower, [spread.median for spread in spreads], **_style(name) | {"linestyle": "-"})
        axes.fill_between(slower, [spread.lowest for spread in spreads], [spread.highest for spread in spreads],
                          color=COLOURS[name], alpha=0.15, linewidth=0)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.xaxis.set_major_locator(FixedLocator([2, 10, 100, 1000, 10000]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 - 100 / value:g} %"))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("of the answers came within")
    axes.set_ylabel("ms from when the request was due")
    axes.legend(loc="upper left")
    return _save(figure, directory, "latency.svg")


def stored(points, directory):
    """Of what bare Kestrel handles, by how many events the inbox holds already."""
    figure, axes = pyplot.subplots(figsize=(6, 3.2), layout="constrained")
    events, median, lowest, highest = zip(*points, strict=True)
    axes.errorbar(range(len(points)), median, yerr=[[one - least for one, least in zip(median, lowest)], [most - one for one, most in zip(median, highest)]],
                  capsize=3, **_style("receiver"))
    axes.set_xticks(range(len(points)), [f"{number:,}" for number in events])
    axes.set_xlim(-0.3, len(points) - 0.7)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("events in the inbox before the load")
    axes.set_ylabel("share of bare Kestrel")
    return _save(figure, directory, "stored.svg")


def memory(samples, directory):
    """Resident memory over the time of the load."""
    figure, axes = pyplot.subplots(figsize=(8, 3.2), layout="constrained")
    axes.plot([seconds / 60 for seconds, _ in samples], [mib for _, mib in samples], color=COLOURS["receiver"])
    axes.set_ylim(bottom=0)
    axes.set_xlabel("minutes of full load")
    axes.set_ylabel("MiB resident")
    return _save(figure, directory, "memory.svg")


def _style(name):
    return {"color": COLOURS[name], "marker": MARKERS[name], "linestyle": "--" if stores(name) == "nothing" else "-", "label": title(name)}


def _whiskers(spreads):
    return [[spread.median - spread.lowest for spread in spreads], [spread.highest - spread.median for spread in spreads]]


def _save(figure, directory, name):
    figure.savefig(os.path.join(directory, name), format="svg", metadata={"Date": None, "Creator": None})
    pyplot.close(figure)
    return name
