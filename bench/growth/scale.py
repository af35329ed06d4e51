"""What the parts share: the participants of one part, their turns, and the figures and the text that come of it."""
import json
import os
import sys

import participants
from harness import Harness
from results import Spread
from tables import number
from turns import rounds


class Scale(Harness):
    """One part of the run, in a directory of its own that is deleted at the end."""

    def __init__(self, options):
        super().__init__(options.ids, options.drain, options.threads)
        self.options, self.event = options, self.events["plain"]
        self.title, self.text, self.rows, self.plot = "", [], [], None

    def bare(self):
        return self.add(participants.create(self.shared, "bare"))

    def receiver(self, name, title):
        """A receiver with an inbox of its own."""
        return self.add(participants.Receiver(self.shared, name, title, "SQLite"))

    def replica(self, name, database):
        """One of those that share a database."""
        member = self.add(participants.ReceiverOnPostgreSql(self.shared, f"replica-{name}", f"replica {name}", "PostgreSQL"))
        member.database = database
        return member

    def add(self, member):
        member.directory = os.path.join(self.shared.work, member.name)
        os.makedirs(member.directory)
        return super().add(member)

    def fill(self, member, events, state="succeeded", body_bytes=256):
        """Gives it an inbox that holds so many events already."""
        participants.build("InboxFiller")
        kept = self.options.keep or self.shared.work
        os.makedirs(kept, exist_ok=True)
        program = os.path.join(participants.built("InboxFiller"), "InboxFiller.dll")
        output = participants.run(*participants.BOUND, "dotnet", program, kept, str(events), state, str(body_bytes), timeout=300 + events / 5000)
        path, stored, seconds = output.split()
        if self.options.keep:
            participants.run("cp", "--reflink=auto", path, member.inbox)
        else:
            os.rename(path, member.inbox)
        if int(stored):
            print("filled", events, state, f"{float(seconds):.1f} s", file=sys.stderr, flush=True)

    def warm(self, *members):
        self.start(members, 64, self.options.warm_up)

    def interleave(self, members, word, count=None, connections=64, event=None, targets=None):
        """→ for each member's name its turns, in the order of the rounds"""
        results = {member.name: [] for member in members}
        for round_number, order in rounds(count or self.options.rounds, members):
            for member in order:
                turn = self.turns.closed(member, connections, self.options.seconds, event, (targets or {}).get(member.name))
                results[member.name].append(turn)
                self.row(word, round_number, member.name, turn)
        return results

    def row(self, *values):
        """One line of the raw figures."""
        self.rows.append([round(value, 3) if isinstance(value, float) else value for value in values])
        print(*self.rows[-1], file=sys.stderr, flush=True)

    def table(self, *columns):
        self.text += ["| " + " | ".join(columns) + " |", "|---" + "|---:" * (len(columns) - 1) + "|"]

    def line(self, *cells):
        self.text.append("| " + " | ".join(cell if isinstance(cell, str) else number(cell) for cell in cells) + " |")

    def write(self, paragraph):
        self.text += ["", paragraph, ""]

    def save(self, part, facts, file):
        """What `bench/document` reads; `plot` is what its plot is drawn from, for a part that has one."""
        with open(file, "w") as out:
            rows = ",\n  ".join(json.dumps(row) for row in self.rows)
            head = {"part": part, "facts": facts, "title": self.title, "text": "\n".join(self.text).strip(), "plot": self.plot}
            out.write(json.dumps(head, indent=1, ensure_ascii=False).removesuffix("\n}") + f',\n "rows": [\n  {rows}\n]}}\n')


def middle(turns, figure):
    """The median of the rounds: of answered or handled, or of a percentile in ms."""
    return Spread([turn["ms"][figure] if figure in turn["ms"] else turn[figure] for turn in turns]).median


def ratio(mine, others):
    """Of what the others handled in the same rounds."""
    return Spread([one["handled"] / other["handled"] for one, other in zip(mine, others, strict=True)])


def shown(spread):
    return f"{spread.median:.3f} ({spread.lowest:.3f}-{spread.highest:.3f})"
