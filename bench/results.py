"""The results of runs: what was measured, on what, and every single turn."""
import json
import statistics

from participants import ALL

SAME = ("commit", "kind", "versions", "ids", "seconds", "rate")


class Different(Exception):
    """Runs that cannot be put together."""


class Results:
    """One run, or several of the same commit on the same machine. `facts` says what was run and where; each turn is a dictionary."""

    def __init__(self, facts, turns=()):
        self.runs, self.turns = [facts], list(turns)

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
        together = None
        for file in files:
            with open(file) as text:
                stored = json.load(text)
            results = Results(stored["facts"], stored["turns"])
            together = together.and_also(results, file) if together else results
        return together

    def and_also(self, other, name):
        for fact in SAME:
            # Each may have only some of the participants; where both have one, it is the same version.
            mine, theirs = self.facts[fact], other.facts[fact]
            if isinstance(mine, dict) and isinstance(theirs, dict):
                mine, theirs = ({key: side[key] for key in sorted(mine.keys() & theirs.keys())} for side in (mine, theirs))
            if mine != theirs and mine is not None and theirs is not None:
                raise Different(f"{name}: another {fact}: {theirs}, and not {mine}")
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
