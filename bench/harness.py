"""What every measurement needs around its turns: a directory, the participants started and warmed up, and all of it gone at the end."""
import os
import secrets
import shutil
import signal
import sys
import tempfile

import participants
from participants import Void
from turns import Turns, github_event, plain_event, start

# Seconds of load in which the .NET and Node programs are compiled for what they have to do; not counted.
WARM_UP = 6


class Harness:
    def __init__(self, ids="ascending", drain=60, threads=2):
        self.drain, self.members = drain, []
        work = tempfile.mkdtemp(prefix="webhook-receiver-bench.", dir=os.environ.get("BENCH_DIRECTORY", "/var/tmp"))
        os.chmod(work, 0o711)  # PostgreSQL, another user, has its directory below
        self.shared = participants.Bench(work, "bench-" + secrets.token_hex(16), secrets.token_hex(32))
        self.events = {"plain": plain_event(work, self.shared.secret), "github": github_event(work, self.shared.secret)}
        self.turns = Turns(ids, self.events, drain, threads)

    def __enter__(self):
        return self

    def add(self, member):
        """One that takes part, and is stopped at the end."""
        self.members.append(member)
        return member

    def install(self):
        participants.debian("wrk", "wrk")
        for member in self.members:
            member.install()

    def start(self, members, connections, warm_up=WARM_UP):
        """Starts them, proves that they verify, and warms them up."""
        for member in members:
            start(member, self.events[member.headers])
            member.until_handled(1, self.drain)
            self.turns.closed(member, connections, warm_up)

    def keep(self, members):
        """Ends the others. That they stand still is not enough where the slowest percent counts; see README.md."""
        for member in self.members:
            if member not in members:
                member.stop()
        if not any(member.stores == "PostgreSQL" for member in members):
            self.shared.postgres.stop()

    def __exit__(self, *_):
        self.keep([])
        shutil.rmtree(self.shared.work, ignore_errors=True)


def command(main):
    """Runs it as the whole program. However it ends, it goes through the end of the harness: nothing that was started stays."""
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, lambda *_: sys.exit(1))
    try:
        sys.exit(main())
    except Void as void:
        sys.exit(f"VOID: {void}")
