"""docs/performance.md: the prose of the template around the figures of the results."""
import re

import tables


def fill(template, values, parts):
    """`{{name}}` is a value; what stands between `{{#name}}` and `{{/name}}` stays only if that part was measured."""
    def keep(text):
        return re.sub(r"\{\{#(\w+)\}\}\n(.*?)\{\{/\1\}\}\n", lambda part: keep(part[2]) if parts[part[1]] else "", text, flags=re.DOTALL)

    text = keep(template)
    return re.sub(r"\{\{(\w+)\}\}", lambda value: values[value[1]], text)


def page(results, template):
    facts, closed, opened = results.facts, bool(results.connections()), bool(results.members("open"))
    values = {
        "date": ", ".join(dict.fromkeys(run["date"] for run in results.runs)),
        "commit": facts["commit"],
        "commands": "\n".join(run["command"] for run in results.runs),
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
    return fill(template, values, {"closed": closed, "open": opened, "durable": any(tables.stores(name) == "PostgreSQL" for name in took_part)})
