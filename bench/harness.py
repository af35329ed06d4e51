"""What every measurement needs around its turns: a directory, the participants started and warmed up, and all of it gone at the end."""
import os
import secrets
import shutil
import tempfile

import participants
from turns import Turns, events, start

# Seconds of load in which the .NET and Node programs are compiled for what they have to do; not counted.
WARM_UP = 6


class Harness:
    def __init__(self, ids="ascending", drain=60, threads=2):
        self.ids, self.drain, self.threads, self.members = ids, drain, threads, []
        work = tempfile.mkdtemp(prefix="webhook-receiver-bench.", dir=os.environ.get("BENCH_DIRECTORY", "/var/tmp"))
        os.chmod(work, 0o711)  # PostgreSQL, another user, has its directory below
        self.shared = participants.Bench(work, "bench-" + secrets.token_hex(16), secrets.token_hex(32))

    def __enter__(self):
        return self

    def install(self, members):
        participants.debian("wrk", "wrk")
        for member in members:
            member.install()

    def start(self, members, connections):
        """→ the turns that these members can have"""
        self.members = members
        all_events = events(self.shared.work, self.shared.secret)
        turns = Turns(self.ids, all_events, self.drain, self.threads)
        for member in members:
            start(member, all_events[member.headers])
            member.until_handled(1, self.drain)
            turns.closed(member, connections, WARM_UP)
        return turns

    def __exit__(self, *_):
        for member in self.members:
            member.stop()
        self.shared.postgres.stop()
        shutil.rmtree(self.shared.work, ignore_errors=True)
