"""What the parts share: the participants of one part, their turns, and the rows and the page that come of it."""
import os
import sys

import participants
from turns import Turns, median, number, plain_event, start


class Scale:
    """One part of the run, with a directory of its own that is deleted at the end."""

    def __init__(self, options, bench):
        self.options, self.bench = options, bench
        self.event = plain_event(bench.work, bench.secret)
        self.turns = Turns(options, {"plain": self.event})
        self.members, self.rows, self.page = [], [], []

    def bare(self):
        return self.add(participants.create(self.bench, "bare"))

    def receiver(self, name, title):
        """A receiver with an inbox of its own."""
        member = self.add(participants.Receiver(self.bench, name, title, "SQLite"))
        member.directory = os.path.join(self.bench.work, name)
        os.makedirs(member.directory)
        return member

    def add(self, member):
        self.members.append(member)
        return member

    def install(self):
        """Builds what takes part; once it is known who does."""
        if self.options.no_build:
            return
        for project in {member.project: member for member in self.members}.values():
            project.install()

    def fill(self, member, events, state="succeeded", body_bytes=256):
        """Gives it an inbox that holds so many events already. → the seconds that filling took, 0 where it was kept from another run."""
        kept = self.options.keep or self.bench.work
        os.makedirs(kept, exist_ok=True)
        program = os.path.join(participants.HERE, "InboxFiller/bin/Release/net10.0/InboxFiller.dll")
        output = participants.run("dotnet", program, kept, str(events), state, str(body_bytes), timeout=300 + events / 5000)
        path, stored, seconds = output.split()
        if self.options.keep:
            participants.run("cp", "--reflink=auto", path, member.inbox)
        else:
            os.rename(path, member.inbox)
        if int(stored):
            self.say("filled", events, state, f"{float(seconds):.1f} s", f"{events / float(seconds):,.0f} events/s")
        return float(seconds)

    def start(self, *members):
        """Starts them, proves that they verify, and warms them up with a turn that does not count."""
        for member in members:
            start(member, self.event)
            member.until_handled(1, self.options.drain)
            self.turns.closed(member, 64, self.options.warm_up)

    def interleave(self, members, word, rounds=None, seconds=None, connections=64, event=None, targets=None):
        """→ for each member's name its turns: answered/s, handled/s, what is still open, p50 and p99 in ms"""
        results = {member.name: [] for member in members}
        for round_number in range(1, (rounds or self.options.rounds) + 1):
            for member in members:
                turn = self.turns.closed(member, connections, seconds or self.options.seconds, event, (targets or {}).get(member.name))
                results[member.name].append(turn)
                self.row(word, round_number, member.name, *turn)
        return results

    def row(self, *values):
        """One line of the table of raw figures."""
        self.rows.append("\t".join(f"{value:.3f}" if isinstance(value, float) else str(value) for value in values))
        print(self.rows[-1], file=sys.stderr, flush=True)

    @staticmethod
    def say(*values):
        print("\t".join(map(str, values)), file=sys.stderr, flush=True)

    def table(self, *columns):
        self.page += ["| " + " | ".join(columns) + " |", "|---" + "|---:" * (len(columns) - 1) + "|"]

    def line(self, *cells):
        self.page.append("| " + " | ".join(cell if isinstance(cell, str) else number(cell) for cell in cells) + " |")

    def write(self, *paragraphs):
        for paragraph in paragraphs:
            self.page += ["", paragraph, ""]

    def stop(self):
        for member in self.members:
            member.stop()


def ratio(mine, others, column=1):
    """The ratio of the medians, and the lowest and highest of a round."""
    rounds = [one[column] / other[column] for one, other in zip(mine, others)]
    return f"{median(mine, column) / median(others, column):.3f} ({min(rounds):.3f}-{max(rounds):.3f})"
