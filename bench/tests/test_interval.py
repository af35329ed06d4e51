import math
import random
import unittest

from interval import median_interval


class MedianInterval(unittest.TestCase):
    def test_of_24_rounds_lies_between_the_sixth_from_either_end(self):
        self.assertEqual(median_interval(range(1, 25)), (6, 12.5, 19))

    def test_does_not_depend_on_the_order_of_the_rounds(self):
        values = list(range(24))
        random.Random(1).shuffle(values)
        self.assertEqual(median_interval(values), median_interval(range(24)))

    def test_is_not_moved_by_rounds_that_went_wrong_altogether(self):
        self.assertEqual(median_interval([*range(1, 23), 1e9, 1e9])[2], 19)

    def test_of_too_few_rounds_says_nothing(self):
        self.assertEqual(median_interval([0.4] * 7), (-math.inf, 0.4, math.inf))
        self.assertEqual(median_interval([0.4] * 8), (0.4, 0.4, 0.4))

    def test_misses_the_true_median_as_seldom_as_it_says(self):
        noise = random.Random(2)
        missed = 0
        for _ in range(4000):
            lowest, _, highest = median_interval([noise.expovariate(1) for _ in range(24)])
            missed += not lowest <= math.log(2) <= highest
        self.assertLess(missed / 4000, 0.01)


if __name__ == "__main__":
    unittest.main()
