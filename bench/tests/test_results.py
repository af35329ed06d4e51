import json
import os
import tempfile
import unittest

from results import Different, Results


def facts(**changed):
    return {"command": "bench/run", "date": "2026-01-01", "commit": "c1", "kind": "a processor", "machine": {}, "versions": {"bare": "1", "receiver": "1"},
            "ids": "ascending", "seconds": 4, "rate": None} | changed


def run(directory, name, turns, **changed):
    results = Results(facts(**changed))
    for round_number, participant, handled in turns:
        results.add("closed", round_number, participant, {"answered": handled, "handled": handled, "open": 0, "ms": {"50": 1, "99": 2}}, 64)
    results.save(file := os.path.join(directory, name))
    return file


def part(directory, name, **changed):
    with open(file := os.path.join(directory, name + ".json"), "w") as out:
        json.dump({"part": name, "facts": facts(command="bench/scale", ids="random", **changed), "rows": []}, out)
    return file


class PutTogether(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = directory.name

    def test_rounds_of_two_runs_add_up_and_ratios_stay_within_a_round(self):
        first = run(self.directory, "1", [(1, "bare", 100), (1, "receiver", 50)])
        second = run(self.directory, "2", [(1, "bare", 200), (1, "receiver", 80)])
        ratio = Results.load([first, second]).ratio("receiver", 64)
        self.assertEqual((ratio.lowest, ratio.highest), (0.4, 0.5))

    def test_runs_with_other_participants_add_them(self):
        first = run(self.directory, "1", [(1, "bare", 100), (1, "receiver", 50)])
        second = run(self.directory, "2", [(1, "bare", 100), (1, "express", 20)], versions={"bare": "1", "express": "5"})
        together = Results.load([first, second])
        self.assertEqual(together.members("closed", 64), ["bare", "receiver", "express"])
        self.assertEqual(together.ratio("express", 64).median, 0.2)
        self.assertEqual(list(together.versions()), ["bare", "receiver", "express"])

    def test_runs_of_another_commit_machine_or_version_are_refused(self):
        first = run(self.directory, "1", [(1, "bare", 100)])
        for changed in ({"commit": "c2"}, {"kind": "another"}, {"versions": {"bare": "2"}}, {"ids": "random"}, {"seconds": 8}):
            with self.subTest(changed), self.assertRaises(Different):
                Results.load([first, run(self.directory, "2", [(1, "bare", 100)], **changed)])

    def test_a_run_without_an_open_loop_goes_with_one_that_has_it(self):
        first = run(self.directory, "1", [(1, "bare", 100)])
        second = run(self.directory, "2", [(1, "bare", 100)], rate={"a second": 5000, "seconds": 40, "connections": 64}, seconds=None)
        self.assertEqual(len(Results.load([first, second]).runs), 2)

    def test_parts_of_bench_scale_come_in_their_order(self):
        files = [part(self.directory, "start"), run(self.directory, "1", [(1, "bare", 100)]), part(self.directory, "stored")]
        self.assertEqual(list(Results.load(files).parts), ["stored", "start"])

    def test_a_part_of_another_commit_or_a_second_time_or_alone_is_refused(self):
        first, start = run(self.directory, "1", [(1, "bare", 100)]), part(self.directory, "start")
        for files in ([first, start, start], [start], [first, part(self.directory, "stored", commit="c2")]):
            with self.subTest(files), self.assertRaises(Different):
                Results.load(files)


if __name__ == "__main__":
    unittest.main()
