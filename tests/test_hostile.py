"""No text blocks the server: reading any text ends within a time limit that quadratic work would exceed."""

import subprocess
import sys

SECONDS = 60  # seconds of CPU time; about fifteen are used


def test_reading_hostile_texts_takes_limited_time() -> None:
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_CPU, ({SECONDS}, {SECONDS})); "
    run = "import runpy; runpy.run_module('tests.hostile', run_name='__main__')"
    found = subprocess.run([sys.executable, "-c", limit + run], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout.split()[-1], found.stderr) == (0, "done", "")
