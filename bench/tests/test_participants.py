import os
import select
import signal
import subprocess
import sys
import time
import unittest
from unittest import mock

import harness
import participants
from participants import BOUND, HERE, Void

BENCH = """
import subprocess, sys
from participants import BOUND
server = subprocess.Popen([*BOUND, "sh", "-c", "echo started; exec sleep 600"])
server.wait()
"""


class Bound(unittest.TestCase):
    def test_server_of_a_bench_that_is_killed_ends(self):
        with subprocess.Popen([sys.executable, "-c", BENCH], env=os.environ | {"PYTHONPATH": HERE}, stdout=subprocess.PIPE) as bench:
            self.assertEqual(bench.stdout.readline(), b"started\n")
            bench.kill()
            # The server has the other end of this pipe: it is closed when the server has ended.
            self.assertTrue(select.select([bench.stdout], [], [], 10)[0], "the server lives on")


class Server(unittest.TestCase):
    """The database that several participants store in."""

    def test_stands_still_with_all_its_processes_until_it_is_resumed(self):
        bench = participants.Bench("/nowhere", "secret", "token")
        postgres = bench.postgres
        participant = participants.NodeJob(bench, "pg-boss", "Fastify + pg-boss", "PostgreSQL")
        with subprocess.Popen([*BOUND, "sh", "-c", "sleep 600 & sleep 601 & echo started; wait"], stdout=subprocess.PIPE) as postgres.process, \
                subprocess.Popen([*BOUND, "sleep", "602"]) as participant.process:
            postgres.process.stdout.readline()
            own = [*postgres.processes(), participant.process.pid]
            try:
                self.assertEqual(len(own), 4)

                participant.pause()
                self.assertEqual(self.states(own), {"T"})

                participant.resume()
                self.assertNotIn("T", self.states(own))
            finally:
                for process in own:
                    os.kill(process, signal.SIGKILL)

    def test_ends_with_the_last_participant_that_stores_in_it(self):
        with harness.Harness() as bench:
            staying = bench.add(participants.BareKestrel(bench.shared, "bare", "bare Kestrel"))
            going = bench.add(participants.NodeJob(bench.shared, "pg-boss", "Fastify + pg-boss", "PostgreSQL"))
            postgres = bench.shared.postgres
            for each in (staying, going):
                each.process = subprocess.Popen([*BOUND, "sleep", "603"])
            postgres.process = subprocess.Popen([*BOUND, "env", "--default-signal=INT", "sh", "-c", 'sleep 604 & trap "kill $!; exit" INT; echo started; wait'], stdout=subprocess.PIPE)
            all_processes = [each.process for each in (staying, going, postgres)]
            with postgres.process.stdout as output:
                output.readline()
            going.pause()

            bench.keep([staying])

            self.assertEqual([process.poll() is None for process in all_processes], [True, False, False])
            bench.keep([staying])
        self.assertIsNotNone(all_processes[0].poll())

    @staticmethod
    def states(processes):
        """T: stopped. A signal takes a moment."""
        time.sleep(0.2)
        found = set()
        for process in processes:
            with open(f"/proc/{process}/stat") as stat:
                found.add(stat.read().rpartition(") ")[2][0])
        return found


class Account(unittest.TestCase):
    """Of this receiver: the inbox held a thousand events when it started, and the load brought a hundred more."""

    def until_handled(self, accounts, limit=60):
        receiver = participants.Receiver(participants.Bench("/nowhere", "secret", "token"), "receiver", "this receiver", "SQLite")
        states = [dict.fromkeys(("pending", "running", "scheduled"), 0) | {"succeeded": handled, "running": still_open} for handled, still_open in accounts]
        with mock.patch.object(receiver, "ask", side_effect=[{"states": state, "unaccounted": 0} for state in states]), \
                mock.patch.object(participants.time, "sleep"):
            return receiver.until_handled(1100, limit)

    def test_is_taken_when_what_was_expected_is_handled_and_nothing_more_comes(self):
        self.assertEqual(self.until_handled([(1000, 50), (1100, 3), (1103, 0), (1104, 0), (1104, 0), (9999, 0)]), (1104, 0))

    def test_with_events_that_are_missing_or_open_when_the_time_has_passed_is_void(self):
        for account in ((1099, 0), (1100, 1)):
            with self.subTest(account), self.assertRaises(Void):
                self.until_handled([account], limit=-1)


if __name__ == "__main__":
    unittest.main()
