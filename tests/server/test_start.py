"""What a server loads before anybody asks for a page, and what it never loads."""

import subprocess
import sys

# Each takes 10 to 80 MB and up to 0.4 s; the functions that need them import them.
HEAVY = {"authlib", "joserfc", "networkx", "ortools", "pandas", "pypinyin", "scipy", "segno", "xlsxwriter"}
LOADED = f"import sys, server.cli, server.app, server.worker; print(*sorted({HEAVY} & set(sys.modules)))"
# What the pages of a plan changed by hand ask the engine for: places, reasons, and the plan's document.
BY_HAND = f"""
import sys, server.cli, server.app, server.worker
from matching.explaining.reasons import reasons
from matching.placing import places, position, staff
from server.plans import handmade
from tests.matching.examples import meet, tiny

problem, held = tiny(), meet("ab s1 t1")
places.places(staff.Staff(position.Position(problem, held)), "ac")
reasons(problem, held)
handmade.result(problem, [], held, 0)
print(*sorted({HEAVY} & set(sys.modules)))
"""


def test_a_server_and_a_worker_start_without_heavy_libraries() -> None:
    assert printed(LOADED) == []


def test_changing_a_plan_by_hand_does_not_load_the_solvers_libraries() -> None:
    assert printed(BY_HAND) == []


def printed(program: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.split()
