"""`make bench`: run all benchmarks, with baselines in the same run, in at most half an hour on two cores.


    make bench ARGS="--suite b2b --data FOLDER"        one suite; --suite may be given several times
    make bench ARGS="--suite engine --family tour --runs 3 --seconds 5"
    make bench ARGS="--suite pages"                    the pages: medians of five beside their limits, in two hours
    make bench ARGS="--suite pages --short"            the pages in some minutes, one run of two sizes
    make bench ARGS="--suite pages --sizes 17x40 --database sqlite --processes 1"   a part of it, five runs of each
    make bench ARGS="--suite pages --sizes 17x40,1000x3000 --pages matches,desk --database postgres --processes 2"
    make bench ARGS="--suite pages --acts letters,import"

Suites: engine (five events of each family), variants, hard, compare (four methods on the same events), expo,
b2b (brokerage events, with a textbook model), repair, reasons, timetable, affinity, server, pages (generated events).
Without --suite all suites are run, the longest ones with fewer runs. Each run is a process of its own. The least, the
median and the largest figures are printed; all figures go to figures.json, a chart to chart.svg. The brokerage events
and the real abstracts are not part of this repository; they are read from `b2b/` and `text/` in the folder of --data
or DUIJIE_BENCH_DATA. Databases of generated events are kept in the system's folder for temporary files.
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.bench.families import FAMILIES
from tests.bench.pages.options import add_pages_options, pages_options
from tests.bench.report import BenchReport, machine
from tests.bench.suites import SUITES, BenchOptions


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--suite", action="append", choices=tuple(SUITES), help="only this one")
    parser.add_argument("--family", choices=tuple(FAMILIES), help="only this family of events")
    parser.add_argument("--runs", type=int, default=5, help="events of each family (default: %(default)s)")
    parser.add_argument("--seconds", type=float, help="for each event, instead of what its family has")
    parser.add_argument("--data", type=Path, default=os.environ.get("DUIJIE_BENCH_DATA"), help="folder of real cases")
    add_pages_options(parser)
    parser.add_argument(
        "--out", type=Path, default=Path("var/bench"), help="folder of the figures (default: %(default)s)"
    )
    given = parser.parse_args(arguments)
    options = BenchOptions(
        runs=given.runs,
        brief=given.suite is None,
        seconds=given.seconds,
        family=given.family,
        data=None if given.data is None else Path(given.data),
        pages=pages_options(given),
    )
    report, started = BenchReport(given.out), time.monotonic()
    print("  ".join(f"{name}: {fact}" for name, fact in machine().items()))
    print("figures: least, median, most", flush=True)
    for name in given.suite or SUITES:
        print(f"\n== {name}: {SUITES[name].__doc__}", flush=True)
        try:
            SUITES[name](report, options)
        except Exception as fault:  # the other suites are still run
            report.fail(name, fault)
        report.write()
        print(f"figures: {given.out / 'figures.json'}, chart: {given.out / 'chart.svg'}")
    print(f"{time.monotonic() - started:.0f} s in all")
    return 1 if report.has_failed else 0


if __name__ == "__main__":
    sys.exit(main())
