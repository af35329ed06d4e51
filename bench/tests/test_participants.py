import os
import select
import subprocess
import sys
import unittest

from participants import HERE

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


if __name__ == "__main__":
    unittest.main()
