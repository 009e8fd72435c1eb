"""Mutation test of the engine: remove every rule of judge and search in turn, and show which test fails.


    python -m tests.mutations [--only TEXT] [--sample N]

Nothing is edited in place: the tree is copied, one module at a time is changed in the copy, and the engine's
tests run there. The exit code is 1 if a rule can be removed without a failing test. Mutants are generated from
the syntax tree; those of the presolve name a line of code, and a missing line is an error.
"""

import argparse
import ast
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
TREES = ("matching", "tests")
FILES = ("pyproject.toml",)
LIMIT_S = 300.0  # seconds for the tests of one mutant; a mutant that hangs counts as noticed
HUNDRED = "tests/matching/test_solving.py::test_a_hundred_small_problems_are_planned_and_proved_as_well_as_can_be"
CHANGED = (
    "tests/matching/test_solving.py::test_changed_problems_and_other_orders_of_tiers_are_planned_as_well_as_can_be"
)
JUDGED = ("tests/matching/test_plan_rules.py", "tests/matching/test_plan.py")
SEARCHED = (
    "tests/matching/test_presolve.py",
    "tests/matching/staffing/test_staffing.py",
    *(f"{HUNDRED}[{first}]" for first in (0, 100, 200, 300)),
    *(f"{CHANGED}[{preset}]" for preset in ("repair", "fill", "fresh")),
    *(f"{HUNDRED}[{first}]" for first in range(400, 2000, 100)),
)

CONFLICTING = ("tests/matching/explaining/test_conflicts.py",)
EXPLAINED = ("tests/matching/explaining/test_explaining.py",)
# Tests of the aggregated program, which gives bounds.
AIMED = (
    "tests/matching/choosing/test_aiming.py",
    "tests/matching/choosing/test_patching.py",
    "tests/matching/timetabling/test_timetabling.py",
)
# Tests of the programs that halve the day: without their rows plans are worse, never wrong. The row that spreads the
# meetings of busy parties only adds a cost, so no test is expected to notice its removal.
LAID = ("tests/matching/timetabling/test_timetabling.py", "tests/matching/choosing/test_aiming.py")
HOMED = ("tests/matching/staffing/test_homing.py", "tests/matching/choosing/test_aiming.py")


@dataclass(frozen=True)
class Mutant:
    """Module without one rule. file: path from the root. source: whole module. tests: where it should be noticed."""

    name: str
    file: str
    source: str
    tests: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """Result for one mutant. red: first failing test, or another sign; None if nothing was noticed."""

    mutant: Mutant
    red: str | None
    seconds: float


def mutants() -> list[Mutant]:
    """Return all mutants: rules and tiers of the judge, rows of the search, presolve, reasons, facts of conflicts."""
    return [
        *(*_breaches(), *_rules(), *_tiers()),
        *_rows("matching/choosing/rows.py", SEARCHED),
        *_rows("matching/choosing/program.py", SEARCHED),
        *_rows("matching/choosing/aggregate.py", AIMED),
        *(each for each in _rows("matching/timetabling/sides.py", LAID) if "_shares" not in each.name),
        *_rows("matching/staffing/homing.py", HOMED),
        *_lines(),
        *_reasons(),
        *_facts(),
    ]


def run(chosen: Sequence[Mutant], tell: Callable[[Verdict], None] = lambda _: None) -> list[Verdict]:
    """Test the mutants in turn in a copy of the tree. Raises AssertionError if the copy itself does not pass."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = Path(folder)
        for tree in TREES:
            shutil.copytree(ROOT / tree, copy / tree, ignore=shutil.ignore_patterns("__pycache__"))
        for file in FILES:
            shutil.copy(ROOT / file, copy / file)
        _write_conftest(copy)
        assert _tried(copy, "tests/matching/test_stopping.py") is None, "the copy does not pass its own tests"
        broken = Mutant("control", "matching/stopping.py", "raise AssertionError", ("tests/matching/test_stopping.py",))
        assert _verdict(copy, broken).red is not None, "the tests do not run on the copy"
        verdicts = []
        for mutant in chosen:
            verdicts.append(_verdict(copy, mutant))
            tell(verdicts[-1])
        return verdicts


def _write_conftest(copy: Path) -> None:
    """Write an empty conftest: the engine's tests need nothing of the server and start faster without it."""
    (copy / "tests" / "conftest.py").write_text('"""Of the engine\'s tests alone."""\n', encoding="utf-8")


def _verdict(copy: Path, mutant: Mutant) -> Verdict:
    started = time.monotonic()
    path = copy / mutant.file
    whole = path.read_text(encoding="utf-8")
    path.write_text(mutant.source, encoding="utf-8")
    try:
        red = _tried(copy, *mutant.tests)
    finally:
        path.write_text(whole, encoding="utf-8")
    return Verdict(mutant, red, time.monotonic() - started)


def _tried(copy: Path, *tests: str) -> str | None:
    """Return the first of the tests that fails in the copy, or None."""
    options = ["-q", "-x", "--no-header", "--tb=no", "-p", "no:cacheprovider", "--override-ini=testpaths="]
    command = [sys.executable, "-B", "-m", "pytest", *options, *tests]
    try:
        done = subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=LIMIT_S)
    except subprocess.TimeoutExpired:
        return f"no end within {LIMIT_S:g} s"
    if done.returncode == 0:
        return None
    red = [line.split(" - ")[0] for line in done.stdout.splitlines() if line.startswith(("FAILED ", "ERROR "))]
    return red[0].partition(" ")[2] if red else f"pytest ended with {done.returncode}: {done.stderr[-300:]}"


# -- The judge -----------------------------------------------------------------------------------------------------


def source_of(file: str) -> str:
    return (ROOT / file).read_text(encoding="utf-8")


def _breaches() -> Iterator[Mutant]:
    """Yield the judge without one breach: the statement that reports it is removed."""
    file = "matching/rules.py"
    tree = ast.parse(source_of(file))
    for statement in ast.walk(tree):
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Yield):
            named = [n.attr for n in ast.walk(statement) if isinstance(n, ast.Attribute) and n.attr.isupper()]
            for breach in named[:1]:
                yield Mutant(f"judge: {breach.lower()}", file, _without(tree, statement), JUDGED)


def _rules() -> Iterator[Mutant]:
    """Yield the judge without one of its ten rules."""
    file = "matching/rules.py"
    tree = ast.parse(source_of(file))
    table = next(
        node.value
        for node in tree.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "RULES"
    )
    assert isinstance(table, ast.Dict)
    for at, key in enumerate(table.keys):
        assert key is not None
        nothing = ast.parse("lambda board: iter(())", mode="eval").body
        yield Mutant(f"judge: {ast.unparse(key)} as a whole", file, _replaced(tree, table.values[at], nothing), JUDGED)


def _tiers() -> Iterator[Mutant]:
    """Yield the judge that always counts 0 in one tier."""
    file = "matching/plan.py"
    tree = ast.parse(source_of(file))
    counted = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "tiers")
    table = next(node for node in ast.walk(counted) if isinstance(node, ast.Dict))
    for key, value in zip(table.keys, table.values, strict=True):
        assert isinstance(key, ast.Constant) and isinstance(key.value, str)
        yield Mutant(f"judge: tier {key.value}", file, _replaced(tree, value, ast.Constant(0)), JUDGED)


# -- The search ----------------------------------------------------------------------------------------------------


LOOSE = {  # method that adds a row -> call that adds a row without effect
    "add": "rows.add({}, upper=np.inf)",
    "weighted": "rows.weighted(np.zeros(0, dtype=np.int64), np.zeros(0), upper=np.inf)",
}


def _rows(file: str, tests: tuple[str, ...]) -> Iterator[Mutant]:
    """Yield the program without one kind of row: each call that adds rows adds some without effect."""
    tree, place = ast.parse(source_of(file)), Path(file).stem
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        for number, call in enumerate(_adding(function), start=1):
            assert isinstance(call.func, ast.Attribute)
            name = f"search: {place}, {function.name}, {number}"
            if call.func.attr in LOOSE:
                yield Mutant(name, file, _replaced(tree, call, _expression(LOOSE[call.func.attr])), tests)
                continue
            loose = deepcopy(call)
            loose.args[2] = _expression(f"np.full(len({ast.unparse(call.args[2])}), np.inf)")
            yield Mutant(f"{name}, most", file, _replaced(tree, call, loose), tests)
            if call.func.attr == "family" and len(call.args) > 3:
                loose = deepcopy(call)
                loose.args = loose.args[:3]
                yield Mutant(f"{name}, least", file, _replaced(tree, call, loose), tests)


def _adding(function: ast.FunctionDef) -> list[ast.Call]:
    """Return the calls that add rows, from top to bottom."""
    calls = [
        node
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("family", "capped", *LOOSE)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "rows"
    ]
    return sorted(calls, key=lambda call: call.lineno)


PRESOLVE = (
    ("presence", "fits = self.present[one] & self.present[two]", "fits = self.present[one]"),
    ("allowed", "fits = fits & np.array([s.id in pair.allowed", "_ = np.array([s.id in pair.allowed"),
    ("presence of long pairs", "if span and all(fits[u] for u in span)", "if span"),
    ("hours of tables", "[t.available is None or s.id in t.available for", "[True for"),
    ("own tables", "[owned[table]] if among == owners[table] else []", "list(owned.values())"),
    ("tables of two owners", "if among == owners[table] else []", ""),
    ("others' tables", "if t.id not in owned}", "}"),
    ("who can serve", "if _serves(i, mine, theirs))", ")"),
    ("shared languages", "    if mine & theirs:\n", "    if not mine | theirs:\n"),
    ("hours of interpreters", "np.array([s.id in one.available for", "np.array([True for"),
    ("slots of pins", "starts = starts[starts == self.slot_index[self.pins[pair.id].slot]]", "pass"),
    ("tables of pins", "bound[pair.id] = [pinned[pin.table]]", "pass"),
    (
        "tables taken by pins",
        "free[list(self.calendar.span(self.slot_index[pin.slot], pair.length)), k] = False",
        "pass",
    ),
    ("interpreters of pins", "i for i in capable if i == self.interpreter_index[pinned]", "capable"),
    ("needless interpreters of pins", "return ()  # a pin names", "return None  # a pin names"),
    ("pins are required", "[pair.required or pair.id in self.pins for", "[pair.required for"),
    ("required pairs", "[pair.required or pair.id in self.pins for", "[pair.id in self.pins for"),
    ("crews alike in hours", "alike = (frozenset(serves[k]), i.available, ", "alike = (frozenset(serves[k]), "),
    ("crews alike in languages", "alike = (frozenset(serves[k]), ", "alike = ("),
    (
        "crews alike in limits",
        "i.max_meetings, i.max_consecutive)\n            groups",
        "i.max_consecutive)\n            groups",
    ),
    (
        "crews alike in rest",
        "i.max_meetings, i.max_consecutive)\n            groups",
        "i.max_meetings)\n            groups",
    ),
)


SLOTS = (("adjacency", "if pause.total_seconds() <= ADJACENT_MIN * 60:", "if pause.total_seconds() >= 0:"),)


ROWS = (
    (
        "walks of parties",
        "keep_apart(rows, apart, who, np.tile(cell, 2), np.tile(columns, 2), instance.parallel)",
        "pass",
    ),
    (
        "walks of interpreters",
        "keep_apart(rows, apart, crew, cell, variable, np.ones(len(instance.crews), dtype=np.int64))",
        "pass",
    ),
)


def _lines() -> Iterator[Mutant]:
    """Yield presolve, slots and rows with one line changed."""
    named = (("matching/presolve.py", PRESOLVE), ("matching/slots.py", SLOTS), ("matching/choosing/rows.py", ROWS))
    for file, lines in named:
        source = source_of(file)
        for name, old, new in lines:
            assert source.count(old) == 1, f"{file} has this no longer, or more than once: {old}"
            yield Mutant(f"search: {name}", file, source.replace(old, new), SEARCHED)


def _reasons() -> Iterator[Mutant]:
    """Yield the explanation without one reason."""
    file = "matching/explaining/reasons.py"
    tree = ast.parse(source_of(file))
    for statement in ast.walk(tree):
        if isinstance(statement, ast.Return) and isinstance(statement.value, ast.Tuple):
            first = ast.unparse(statement.value.elts[0])
            if first.startswith("UnheldReason."):
                name = f"reason: {first.removeprefix('UnheldReason.').lower()}"
                yield Mutant(name, file, _replaced(tree, statement, ast.Pass()), EXPLAINED)


def _facts() -> Iterator[Mutant]:
    """Yield the conflict without one kind of fact."""
    file = "matching/explaining/facts.py"
    tree = ast.parse(source_of(file))
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if isinstance(call.func, ast.Name) and call.func.id == "Fact":
            relax = ast.unparse(call.args[2]).removeprefix("Relax.").lower()
            statement = next(
                (s for s in ast.walk(tree) if isinstance(s, ast.Expr) and getattr(s.value, "value", None) is call), None
            )
            nothing = ast.Starred(ast.List([], ast.Load()), ast.Load())
            source = _replaced(tree, call, nothing) if statement is None else _without(tree, statement)
            yield Mutant(f"conflict: {relax}", file, source, CONFLICTING)


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


class _Swap(ast.NodeTransformer):
    """Replaces a node by another; the old node is identified by its position and kind."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.key, self.new = _key(old), new

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if _key(node) == self.key else self.generic_visit(node)


def _key(node: ast.AST) -> tuple[object, ...]:
    places = ("lineno", "col_offset", "end_lineno", "end_col_offset")
    return (type(node), *(getattr(node, place, None) for place in places))


def _replaced(tree: ast.Module, old: ast.AST, new: ast.AST) -> str:
    return ast.unparse(ast.fix_missing_locations(_Swap(old, new).visit(deepcopy(tree))))


def _without(tree: ast.Module, statement: ast.stmt) -> str:
    """The module in which a statement that yields does nothing; a function of nothing else is a generator still."""
    return _replaced(tree, statement, ast.parse("if False:\n    yield").body[0])


# -- The command ---------------------------------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutations", description=__doc__)
    parser.add_argument("--only", default="", metavar="TEXT", help="those whose name has it")
    parser.add_argument("--sample", type=int, metavar="N", help="so many of them, spread evenly")
    options = parser.parse_args(arguments)
    chosen = [mutant for mutant in mutants() if options.only in mutant.name]
    if options.sample is not None and options.sample < len(chosen):
        chosen = [chosen[at * len(chosen) // options.sample] for at in range(options.sample)]
    print(f"{len(chosen)} mutants")
    verdicts = run(chosen, lambda each: print(_line(each), flush=True))
    survivors = [each.mutant.name for each in verdicts if each.red is None]
    print(f"{len(verdicts) - len(survivors)} noticed, {len(survivors)} not: {', '.join(survivors) or '—'}")
    return 1 if survivors else 0


def _line(verdict: Verdict) -> str:
    red = "NOT NOTICED" if verdict.red is None else verdict.red.removeprefix("tests/matching/")
    return f"{verdict.mutant.name:<44} {verdict.seconds:5.1f} s  {red}"


if __name__ == "__main__":
    sys.exit(main())
