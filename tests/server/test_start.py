"""What a server loads before anybody asks for a page."""

import subprocess
import sys

# Each takes 10 to 80 MB and up to 0.4 s; the functions that need them import them.
HEAVY = {"authlib", "joserfc", "networkx", "ortools", "pandas", "pypinyin", "scipy", "segno", "xlsxwriter"}
LOADED = f"import sys, server.cli, server.app, server.worker; print(*sorted({HEAVY} & set(sys.modules)))"


def test_a_server_and_a_worker_start_without_heavy_libraries() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
