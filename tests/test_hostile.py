"""No text holds the server: whatever reads one comes to its end within a limit that only the square of it exceeds."""

import subprocess
import sys

SECONDS = 60  # of the processor; some fifteen are taken


def test_whatever_reads_texts_comes_to_its_end() -> None:
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_CPU, ({SECONDS}, {SECONDS})); "
    run = "import runpy; runpy.run_module('tests.hostile', run_name='__main__')"
    found = subprocess.run([sys.executable, "-c", limit + run], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout.split()[-1], found.stderr) == (0, "done", "")
