import unittest
from unittest import mock

import turns
from participants import Void
from turns import Turns


class Clock:
    now = 100.0

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


class Server:
    """Handles for two seconds after the load, then is counted for a hundred."""

    title, stores, handles, handled_at = "a server", "SQLite", True, None

    def __init__(self, clock, counts):
        self.clock, self.accounts = clock, list(counts)

    def resume(self):
        pass

    pause = until_ready = resume

    def counts(self):
        return self.accounts.pop(0)

    def until_handled(self, expected, limit):
        self.clock.now += 2
        self.handled_at = self.clock.now
        self.clock.now += 100
        return self.counts()


class Turn(unittest.TestCase):
    def turn(self, counts, uncounted=0):
        clock = Clock()
        with mock.patch.object(turns, "time", clock):
            return Turns("ascending", {}).turn(Server(clock, counts), lambda: (1000, 8.0, {}), uncounted)

    def test_takes_until_the_last_event_is_handled_and_not_until_it_is_counted(self):
        result = self.turn([(50, 0), (1050, 0)])
        self.assertEqual((result["answered"], result["handled"]), (125, 100))

    def test_counts_only_what_was_handled(self):
        result = self.turn([(50, 0), (550, 500)])
        self.assertEqual((result["handled"], result["open"]), (50, 500))

    def test_with_an_event_lost_is_void(self):
        with self.assertRaises(Void):
            self.turn([(50, 0), (1049, 0)], uncounted=64)

    def test_with_one_event_more_for_each_connection_is_what_happens_when_the_load_hangs_up(self):
        self.assertEqual(self.turn([(50, 0), (1114, 0)], uncounted=64)["handled"], 100)
        with self.assertRaises(Void):
            self.turn([(50, 0), (1115, 0)], uncounted=64)


class Rounds(unittest.TestCase):
    def test_go_forwards_and_backwards(self):
        self.assertEqual(list(turns.rounds(3, ["a", "b"])), [(1, ["a", "b"]), (2, ["b", "a"]), (3, ["a", "b"])])


if __name__ == "__main__":
    unittest.main()
