import random
import unittest

from verdict import verdict

BASELINE = {"ratio": 0.40, "machine": "a processor, 2 cores"}


def rounds(around, spread=0.06, count=24):
    """As noisy as they come: each off by some sixth, and two that were disturbed altogether."""
    noise = random.Random(7)
    return [around + noise.uniform(-spread, spread) for _ in range(count - 2)] + [around * 0.2, around * 0.3]


class Verdict(unittest.TestCase):
    def test_of_rounds_like_the_baseline_holds(self):
        self.assertTrue(verdict(rounds(0.40), BASELINE, BASELINE["machine"])[0])

    def test_of_a_receiver_that_lost_a_third_fails_and_says_how_to_update(self):
        holds, text = verdict(rounds(0.27), BASELINE, BASELINE["machine"])
        self.assertFalse(holds)
        self.assertIn("bench/guard --update", text)

    def test_of_an_interval_that_reaches_what_is_allowed_holds(self):
        self.assertTrue(verdict(rounds(0.36, 0.08), BASELINE, BASELINE["machine"])[0])

    def test_of_a_faster_receiver_holds(self):
        self.assertTrue(verdict(rounds(0.60), BASELINE, BASELINE["machine"])[0])

    def test_on_another_machine_allows_more(self):
        self.assertFalse(verdict(rounds(0.30, 0.01), BASELINE, BASELINE["machine"])[0])
        self.assertTrue(verdict(rounds(0.30, 0.01), BASELINE, "another processor, 8 cores")[0])

    def test_on_another_machine_still_fails_when_half_is_lost(self):
        self.assertFalse(verdict(rounds(0.20), BASELINE, "another processor, 8 cores")[0])

    def test_of_too_few_rounds_does_not_fail(self):
        self.assertTrue(verdict([0.01] * 7, BASELINE, BASELINE["machine"])[0])


if __name__ == "__main__":
    unittest.main()
