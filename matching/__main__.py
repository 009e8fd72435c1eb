"""Command line of the engine: plan a problem, check a plan, explain one pair, or score an affinity request.

Heavy libraries are imported in the functions that use them, so that a check starts quickly.
"""

import argparse
import gc
import math
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, TYPE_CHECKING, NoReturn, TextIO

from matching.checking import faults
from matching.errors import DocumentError, NoPlan, NotYet, one_line
from matching.formats.documents import MAX_BYTES, dump, parse
from matching.formats.reading import quote
from matching.formats.schedule import load_plan, load_problem, write_plan
from matching.plan import Plan, Status, violations
from matching.problem import PRESETS, Problem
from matching.progress import Printer
from matching.stopping import Stop

if TYPE_CHECKING:
    from matching.embedders import CachedEmbedder

PLANNED, FAULTY, MALFORMED, INFEASIBLE, NOTHING_FOUND = range(5)
INTERRUPTED = 130  # exit code that shells use for SIGINT; used where no search can be ended early
STANDARD = "-"
SECONDS = 10.0
EMBEDDING_S = 600.0  # seconds; generous, because no web page waits for the command line
TICK_S = 0.2  # seconds between two updates of the progress bar


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code (see `--help` and formats/schedule.md)."""
    options = _options(arguments)
    try:
        if options.check:
            return _check(options)
        if options.affinity:
            return _affinity(options)
        if options.why is not None:
            return _why(options)
        return _plan(options)
    except DocumentError as error:
        print(error, file=sys.stderr)
        return MALFORMED
    except NotYet as error:
        print(f"not yet: {error}", file=sys.stderr)
        return MALFORMED
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return MALFORMED
    except NoPlan as error:
        print(f"no plan: {error}", file=sys.stderr)
        return NOTHING_FOUND
    except KeyboardInterrupt:
        return INTERRUPTED


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m matching",
        description="Plan who meets whom, when, where and with which interpreter. "
        "Exit codes: 0 planned, or no fault found; 1 faults found; 2 malformed; 3 infeasible; 4 no plan in time.",
    )
    parser.add_argument("documents", nargs="+", metavar="DOCUMENT", help="the problem; - is standard input")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="judge a plan: PROBLEM PLAN")
    mode.add_argument("--affinity", action="store_true", help="score needs against experts: REQUEST")
    mode.add_argument(
        "--why",
        metavar="PAIR",
        help="explain as JSON why the pair is not held, the value lost by holding it, and which pairs would change; "
        "for a held pair, what it displaces: PROBLEM [PLAN]; without PLAN the problem is planned first",
    )
    parser.add_argument("--out", default=STANDARD, metavar="FILE", help="file for the result; - is standard output")
    end = parser.add_mutually_exclusive_group()
    end.add_argument("--seconds", type=_seconds, default=SECONDS, help="how long to search (default: %(default)g)")
    end.add_argument("--iterations", type=_whole(0), help="number of search steps, repeatable, instead of a time")
    parser.add_argument("--seed", type=_whole(0), default=0, help="seed of random choices (default: %(default)s)")
    parser.add_argument(
        "--preset", choices=tuple(PRESETS), default="fresh", help="preset of tiers (default: %(default)s)"
    )
    parser.add_argument("--plot", metavar="FILE", help="draw the plan, or with --check the plan judged, as SVG")
    parser.add_argument("--graphml", metavar="FILE", help="write the graph of pairs and meetings as GraphML")
    parser.add_argument("--fairness", metavar="FILE", help="write how evenly the plan or judged plan serves")
    parser.add_argument("--top", type=_whole(1), help="with --affinity: number of best experts for each need")
    options = parser.parse_args(arguments)
    wanted = 2 if options.check or (options.why is not None and len(options.documents) > 1) else 1
    if len(options.documents) != wanted:
        parser.error(f"takes {wanted} document{'s' * (wanted > 1)}, not {len(options.documents)}")
    if options.documents == [STANDARD, STANDARD]:
        parser.error("standard input can be one document only")
    beside = [path for path in _side_files(options) if path is not None]
    if beside and (options.affinity or options.why is not None):
        parser.error("--plot, --graphml and --fairness need a plan")
    if beside.count(STANDARD) > (not options.check and options.out != STANDARD):
        parser.error("standard output can be one result only")
    return options


def _side_files(options: argparse.Namespace) -> tuple[str | None, ...]:
    """Return the paths of the three files written next to a plan; None for a file that was not requested."""
    return options.plot, options.graphml, options.fairness


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 <= value < math.inf:
        raise ValueError(text)
    return value


_seconds.__name__ = "number of seconds"  # argparse shows this name in its error message


def _whole(least: int) -> Callable[[str], int]:
    """Return an argparse type that accepts whole numbers from `least` to 2**31 - 1, the largest seed of a solver."""

    def read(text: str) -> int:
        value = int(text)
        if not least <= value < 2**31:
            raise ValueError(text)
        return value

    read.__name__ = "whole number"
    return read


def _check(options: argparse.Namespace) -> int:
    """Print every fault of the plan; return FAULTY if there is one, else PLANNED."""
    problem = _load(options.documents[0])
    plan = load_plan(_read(options.documents[1]), problem)
    found = faults(problem, plan)
    for fault in found:
        print(one_line(fault))
    if not found:
        _tell_beside(options, problem, plan)
    return FAULTY if found else PLANNED


def _tell_beside(options: argparse.Namespace, problem: Problem, plan: Plan) -> None:
    """Write the picture, the graph and the fairness report of a feasible plan, each where it was requested."""
    if plan.status is Status.INFEASIBLE or not any(_side_files(options)):
        return
    from matching.fairness import fairness  # imported here because these modules load networkx
    from matching.graph import exported, graphml
    from matching.pictures.plotting import picture, words_of

    if options.plot is not None:
        _write(options.plot, picture(problem, plan.meetings).encode())
    if options.graphml is not None:
        _write(options.graphml, graphml(exported(problem, plan.meetings, words_of(problem, plan.meetings))))
    if options.fairness is not None:
        _write(options.fairness, dump({"sides": [asdict(side) for side in fairness(problem, plan.meetings)]}))


def _affinity(options: argparse.Namespace) -> int:
    """Score an affinity request and write the result; return the exit code."""
    # imported here: loading the topic scheme takes longer than a whole check
    from matching.affinity.answering import Answer
    from matching.affinity.building import without_collecting
    from matching.affinity.writing import write

    try:
        embedder = _embedder(os.environ)
    except ValueError as error:
        print(error, file=sys.stderr)
        return MALFORMED
    request, text_faults = parse(_read(options.documents[0]))
    if text_faults:
        raise DocumentError(text_faults)
    with without_collecting():
        answer = Answer(request, options.top, embedder)
        with _opened(options.out) as file:
            write(answer, file)
    if embedder is not None and embedder.fault:
        print(f"scored without embeddings: {embedder.fault}", file=sys.stderr)
    return PLANNED


def _embedder(environment: Mapping[str, str]) -> "CachedEmbedder | None":
    """Return the embedder that MATCH_EMBED configures, by default the bundled one, or None if it is off.

    The server reads the same variables. Raises ValueError if MATCH_EMBED has an unknown form.
    """
    from matching import embedders

    setting, cache = environment.get("MATCH_EMBED") or embedders.BUNDLED, environment.get("MATCH_EMBED_CACHE")
    # Without a word about it, nothing is left behind in the folder where somebody happens to be.
    otherwise = None if setting == embedders.BUNDLED else embedders.CACHE
    return embedders.embedder(
        setting,
        model=environment.get("MATCH_EMBED_MODEL") or embedders.MODEL,
        key=environment.get("MATCH_EMBED_KEY", ""),
        cache=Path(cache) if cache else otherwise,
        seconds=EMBEDDING_S,
    )


def _why(options: argparse.Namespace) -> int:
    """Explain one pair as JSON and return the exit code.

    Without a given plan, half of the time limit goes to planning and half to the explanation.
    """
    problem = _load(options.documents[0])
    if options.why not in problem.pair:
        raise DocumentError([("/pairs", f"no pair {quote(options.why)}")])
    given = load_plan(_read(options.documents[1]), problem) if len(options.documents) > 1 else None
    if given is not None and (found := violations(problem, given.meetings)):
        print(*(one_line(str(each)) for each in found), sep="\n")
        return FAULTY
    from matching.explaining.asking import ask, write_answer  # the solvers take seconds to load
    from matching.solving import solve

    def stop(share: float) -> Stop:
        return Stop(None if options.iterations is not None else share * options.seconds, options.iterations)

    with _silenced():
        plan = given or solve(problem, stop=stop(0.5), seed=options.seed, preset=options.preset)
    if plan.status is Status.INFEASIBLE:
        _tell_conflict(plan, sys.stderr)
        return INFEASIBLE
    left = stop(0.5 if given is None else 1.0)
    with _silenced():
        answer = ask(problem, plan, options.why, left, seed=options.seed, preset=options.preset)
    _write(options.out, dump(write_answer(answer)))
    return PLANNED


def _plan(options: argparse.Namespace) -> int:
    """Plan a problem and write the plan; return the exit code. SIGINT and SIGTERM end the search early."""
    interrupt, searching = threading.Event(), threading.Event()
    seconds = None if options.iterations is not None else options.seconds
    # the time limit starts here, so it includes the reading of the document
    stop = Stop(seconds, options.iterations, interrupt)

    def hear(*_: object) -> None:
        if not searching.is_set():
            raise NoPlan("interrupted before the search began")
        interrupt.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, hear)
    problem = _load(options.documents[0])
    for path in filter(None, (options.out, *_side_files(options))):
        _refuse_unwritable(path)
    searching.set()
    plan = _search(problem, stop, options)
    document = write_plan(plan)
    assert problem.document is not None
    if "x" in problem.document:
        document["x"] = problem.document["x"]
    _write(options.out, dump(document))
    _tell_beside(options, problem, plan)
    if plan.status is not Status.INFEASIBLE:
        return PLANNED
    _tell_conflict(plan, sys.stderr if options.out == STANDARD else sys.stdout)
    return INFEASIBLE


def _tell_conflict(plan: Plan, stream: TextIO) -> None:
    for conflict in plan.conflict:
        print(one_line(f"{', '.join(conflict.at)}: {conflict.rule}: {conflict.relax}"), file=stream)


def _search(problem: Problem, stop: Stop, options: argparse.Namespace) -> Plan:
    """Run `solve` in a thread of its own.

    Python delivers signals to the main thread only, and the main thread would be busy in native code.
    """
    from matching.solving import solve  # the solvers take seconds to load

    printer = Printer(sys.stderr, stop.seconds, tick_s=TICK_S)
    try:
        with _silenced(), ThreadPoolExecutor(max_workers=1) as executor:
            search = executor.submit(
                solve, problem, stop=stop, seed=options.seed, preset=options.preset, progress=printer
            )
            return search.result()
    finally:
        printer.close()


@contextmanager
def _silenced() -> Iterator[None]:
    """Discard everything that solvers print on standard output; HiGHS sometimes prints a line of its own."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def _load(path: str) -> Problem:
    """Read the problem with garbage collection off, and exclude its objects from later collections.

    Collections during the reading would take longer than the reading itself.
    """
    gc.disable()
    try:
        problem = load_problem(_read(path))
        gc.freeze()
    finally:
        gc.enable()
    return problem


def _read(path: str) -> bytes:
    """Return the bytes of a document, at most one byte more than `parse` accepts."""
    if path == STANDARD:
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    with Path(path).open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _refuse_unwritable(path: str) -> None:
    """Raise NotADirectoryError before the search if the output path cannot be written."""
    if path != STANDARD and (Path(path).is_dir() or not Path(path).absolute().parent.is_dir()):
        raise NotADirectoryError(0, "cannot be written", path)


def _write(path: str, data: bytes) -> None:
    with _opened(path) as file:
        file.write(data)


@contextmanager
def _opened(path: str) -> Iterator[IO[bytes]]:
    if path == STANDARD:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    else:
        with Path(path).open("wb") as file:
            yield file


def _exit(code: int) -> NoReturn:
    """End the process with an exit code.

    If an interrupted solver thread still runs, end at once: a normal exit would crash in that thread.
    """
    if threading.active_count() > 1:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def _keep_standard_output() -> None:
    """Reserve standard output for answers: HiGHS writes to file descriptor 1 even when its log is off."""
    answers = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    sys.stdout = os.fdopen(answers, "w", encoding="utf-8")


if __name__ == "__main__":
    _keep_standard_output()
    _exit(main())
