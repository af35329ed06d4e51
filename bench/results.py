"""The results of runs: what was measured, on what, and every single turn."""
import json
import os
import statistics

from growth import PARTS
from participants import ALL, HERE

SAME_PROGRAM = ("commit", "kind", "versions")
SAME = (*SAME_PROGRAM, "ids", "seconds", "rate")


class Different(Exception):
    """Runs that cannot be put together."""


def new_file(started, word=None):
    """Where the results of a run stay."""
    os.makedirs(directory := os.path.join(HERE, "results"), exist_ok=True)
    return os.path.join(directory, "-".join(filter(None, [started.strftime("%Y%m%dT%H%M%SZ"), word])) + ".json")


def compare(mine, theirs, names, file):
    for name in names:
        # Each may have only some of the participants; where both have one, it is the same version.
        one, other = mine[name], theirs[name]
        if isinstance(one, dict) and isinstance(other, dict):
            one, other = ({key: side[key] for key in sorted(one.keys() & other.keys())} for side in (one, other))
        if one != other and one is not None and other is not None:
            raise Different(f"{file}: another {name}: {other}, and not {one}")


class Results:
    """One run, or several of the same commit on the same machine. `facts` says what was run and where; each turn is a dictionary. `parts`
    are those of bench/scale by name, as they were kept."""

    def __init__(self, facts, turns=()):
        self.runs, self.turns, self.parts = [facts], list(turns), {}

    @property
    def facts(self):
        return self.runs[0]

    def add(self, part, round_number, participant, result, connections=None):
        self.turns.append({"part": part, "connections": connections, "round": round_number, "participant": participant, **result})

    def save(self, file):
        with open(file, "w") as out:
            turns = ",\n  ".join(json.dumps(turn) for turn in self.turns)
            out.write(f'{{"facts": {json.dumps(self.facts, indent=1)},\n "turns": [\n  {turns}\n]}}\n')

    @staticmethod
    def load(files):
        together, parts = None, []
        for file in files:
            with open(file) as text:
                stored = json.load(text)
            if "part" in stored:
                parts.append((file, stored))
            else:
                results = Results(stored["facts"], stored["turns"])
                together = together.and_also(results, file) if together else results
        if together is None:
            raise Different("None of them is of bench/run")
        for file, part in parts:
            compare(together.facts, part["facts"], SAME_PROGRAM, file)
            if part["part"] in together.parts:
                raise Different(f"{file}: the part {part['part']} is there already")
            together.parts[part["part"]] = part
        together.parts = {name: together.parts[name] for name in PARTS if name in together.parts}
        return together

    def and_also(self, other, name):
        compare(self.facts, other.facts, SAME, name)
        # A round has one turn of each: those of the second run are rounds of their own.
        after = max(turn["round"] for turn in self.turns)
        self.turns += [turn | {"round": turn["round"] + after} for turn in other.turns]
        self.runs += other.runs
        return self

    def versions(self):
        together = {}
        for run in self.runs:
            together |= run["versions"]
        return {name: together[name] for name in ALL if name in together}

    def connections(self):
        return sorted({turn["connections"] for turn in self.turns if turn["part"] == "closed"})

    def members(self, part, connections=None):
        """The names of those that had a turn, in the usual order."""
        there = {turn["participant"] for turn in self.of(part, connections)}
        return [name for name in ALL if name in there]

    def of(self, part, connections=None, participant=None):
        there = (turn for turn in self.turns if turn["part"] == part and turn["connections"] == connections)
        return [turn for turn in there if participant in (None, turn["participant"])]

    def handled(self, participant, connections):
        return Spread([turn["handled"] for turn in self.of("closed", connections, participant)])

    def ratio(self, participant, connections):
        """Of what bare Kestrel handled in the same round."""
        bare = {turn["round"]: turn["handled"] for turn in self.of("closed", connections, "bare")}
        mine = self.of("closed", connections, participant)
        return Spread([turn["handled"] / bare[turn["round"]] for turn in mine if turn["round"] in bare])

    def latency(self, part, participant, percentile, connections=None):
        return Spread([turn["ms"][percentile] for turn in self.of(part, connections, participant)])


class Spread:
    """Rounds of one figure."""

    def __init__(self, values):
        self.median, self.lowest, self.highest = statistics.median(values), min(values), max(values)
