"""Whether rounds say that this receiver has become slower than its baseline."""
from interval import median_interval

# What the ratio may lie below the baseline without being a change of the program: the same kind of machine is busier at one hour than at
# another, and another processor or disk shifts the share that storing has.
MARGIN_SAME_MACHINE, MARGIN_OTHER_MACHINE = 0.10, 0.30


def verdict(ratios, baseline, machine):
    """→ (it holds, what to tell)"""
    lowest, median, highest = median_interval(ratios)
    margin = MARGIN_SAME_MACHINE if machine == baseline["machine"] else MARGIN_OTHER_MACHINE
    least = baseline["ratio"] * (1 - margin)
    text = (f"{median:.3f} of bare Kestrel at 64 connections, 99 % interval {lowest:.3f} - {highest:.3f} of {len(ratios)} rounds; "
            f"baseline {baseline['ratio']:.3f}, at least {least:.3f} ({margin:.0%} less, as it was measured on "
            f"{'this kind of machine' if machine == baseline['machine'] else baseline['machine']}).")
    if highest >= least:
        return True, text
    return False, (
        f"{text}\nThis receiver has become slower: the whole interval lies below. See what costs it with bench/micro and bench/run --rivals none. "
        "If it is worth its price, commit a new baseline with the change: bench/guard --update 'why'")
