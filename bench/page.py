"""docs/performance.md: the prose of the template around the figures of the results."""
import re

import tables

# Of bench/scale: what the plot of a part shows, and what a page without the part has to say of it.
PLOTS = {
    "stored": "Events handled a second as a share of what bare Kestrel handles, by how many events the inbox holds already",
    "memory": "Resident memory by minutes of full load",
}
MISSING = {"bodies": "larger bodies", "stored": "an inbox that has been filled for weeks", "memory": "memory"}


def fill(template, values, parts):
    """`{{name}}` is a value; what stands between `{{#name}}` and `{{/name}}` stays only if that part was measured."""
    def keep(text):
        return re.sub(r"\{\{#(\w+)\}\}\n(.*?)\{\{/\1\}\}\n", lambda part: keep(part[2]) if parts[part[1]] else "", text, flags=re.DOTALL)

    text = keep(template)
    return re.sub(r"\{\{(\w+)\}\}", lambda value: values[value[1]], text)


def grown(part):
    """One part of bench/scale."""
    plot = f"![{PLOTS[part['part']]}; the figures are in the table below](performance/{part['part']}.svg)\n\n" if part["plot"] else ""
    return f"### {part['title']}\n{plot}{part['text']}"


def page(results, template):
    facts, closed, opened = results.facts, bool(results.connections()), bool(results.members("open"))
    runs = [*results.runs, *(part["facts"] for part in results.parts.values())]
    values = {
        "date": ", ".join(dict.fromkeys(run["date"] for run in runs)),
        "commit": facts["commit"],
        "commands": "\n".join(dict.fromkeys(run["command"] for run in runs)),
        "missing": "".join(f", {what}" for part, what in MISSING.items() if part not in results.parts),
        "growth": "\n\n".join(grown(part) for part in results.parts.values()),
        "machine": "\n".join(f"| {name} | {text} |" for name, text in facts["machine"].items()),
        "versions": "\n".join(f"| {tables.title(name)} | {version} |" for name, version in results.versions().items()),
        "ids": facts["ids"],
    }
    if closed:
        values |= {
            "seconds": str(next(run["seconds"] for run in results.runs if run["seconds"])),
            "closed": "\n".join(
                f"### {tables.connections(number)}\n{tables.rounds(results, 'closed', number).capitalize()}.\n\n"
                + "\n".join(tables.closed(results, number)) + "\n" for number in results.connections()).rstrip(),
        }
    if opened:
        rate = next(run["rate"] for run in results.runs if run["rate"])
        values |= {"rate": f"{rate['a second']:,}", "rate_seconds": str(rate["seconds"]), "rate_connections": str(rate["connections"]),
                   "rate_rounds": tables.rounds(results, "open"), "open": "\n".join(tables.opened(results)), "p99": tables.p99(results)}
    took_part = {name for number in results.connections() for name in results.members("closed", number)}
    return fill(template, values, {"closed": closed, "open": opened, "growth": bool(results.parts), "durable": any(tables.stores(name) == "PostgreSQL" for name in took_part)})
