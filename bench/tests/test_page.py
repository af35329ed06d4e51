import os
import unittest

from page import page
from participants import HERE
from results import Results
from turns import PERCENTILES

with open(os.path.join(HERE, "performance.template.md")) as file:
    TEMPLATE = file.read()


def results(closed=(), opened=False):
    together = Results({
        "command": "bench/run", "date": "2026-01-01", "commit": "c1", "kind": "a processor", "machine": {"CPU": "a processor"}, "versions": {"bare": "1"},
        "ids": "ascending", "seconds": 4, "rate": {"a second": 5000, "seconds": 40, "connections": 64} if opened else None})
    for name, handled, still_open in closed:
        together.add("closed", 1, name, {"answered": handled, "handled": handled, "open": still_open, "ms": {"50": 1, "99": 2}}, 64)
    for name in ("bare", "receiver") if opened else ():
        together.add("open", 1, name, {"answered": 5000, "handled": 5000, "open": 0, "ms": dict.fromkeys(PERCENTILES, 3 if name == "receiver" else 2)})
    return together


class Page(unittest.TestCase):
    def test_without_an_open_loop_says_nothing_of_latency_at_a_fixed_rate(self):
        text = page(results(closed=[("bare", 1000, 0), ("receiver", 400, 0)]), TEMPLATE)
        self.assertNotIn("Latency at a fixed rate", text)
        self.assertNotIn("latency.svg", text)
        self.assertIn("| this receiver | SQLite | 400 | 400 - 400 | 0.400 |", text)

    def test_without_a_closed_loop_says_nothing_of_throughput(self):
        text = page(results(opened=True), TEMPLATE)
        self.assertNotIn("throughput.svg", text)
        self.assertIn("p99 of this receiver: 1.50 ×", text)

    def test_speaks_of_job_queues_only_when_one_took_part(self):
        without = [("bare", 1000, 0), ("receiver", 400, 0)]
        self.assertNotIn("job queues", page(results(closed=without), TEMPLATE))
        text = page(results(closed=[*without, ("pg-boss", 50, 7)]), TEMPLATE)
        self.assertIn("job queues", text)
        self.assertIn("still open |", text)

    def test_without_parts_of_bench_scale_says_what_is_not_measured(self):
        text = page(results(opened=True), TEMPLATE)
        self.assertNotIn("How the cost grows", text)
        self.assertIn("machines, larger bodies, an inbox that has been filled for weeks, memory.", text)

    def test_with_parts_of_bench_scale_shows_each_with_its_plot_and_command(self):
        together = results(opened=True)
        together.parts = {
            name: {"part": name, "facts": together.facts | {"command": "bench/scale"}, "title": "Title of " + name, "text": "| " + name, "plot": plot}
            for name, plot in (("bodies", None), ("memory", [[1, 100]]))}
        text = page(together, TEMPLATE)
        self.assertIn("### Title of bodies\n| bodies\n\n### Title of memory\n![Resident memory", text)
        self.assertIn("bench/run\nbench/scale\n", text)
        self.assertIn("machines, an inbox that has been filled for weeks.", text)
        self.assertNotIn("bodies.svg", text)
        self.assertNotIn("{{", text)

    def test_leaves_no_placeholder(self):
        self.assertNotIn("{{", page(results(closed=[("bare", 1000, 0), ("receiver", 400, 0)], opened=True), TEMPLATE))


if __name__ == "__main__":
    unittest.main()
