"""The median of some rounds, and how sure the rounds are of it."""
import math
import statistics


def median_interval(values, error=0.01):
    """→ (lowest, median, highest): the true median lies outside with a probability of `error` at most.

    The interval of the sign test: each round lies below the true median or above it like a coin that is thrown, whatever the noise looks
    like, so the k-th lowest and the k-th highest round enclose it, k chosen by the binomial distribution. A round that went wrong
    altogether moves neither end. Where there are too few rounds for such an interval, the ends are infinite: nothing can be said.
    """
    ordered, count = sorted(values), len(values)
    median = statistics.median(ordered)
    outside, k = 0.0, 0
    while 2 * (outside + math.comb(count, k) / 2**count) <= error:
        outside += math.comb(count, k) / 2**count
        k += 1
    if k == 0:
        return -math.inf, median, math.inf
    return ordered[k - 1], median, ordered[count - k]
