import os
import select
import subprocess
import sys
import unittest
from unittest import mock

import participants
from participants import HERE, Void

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
