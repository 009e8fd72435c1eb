"""Options of the suite of pages."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tests.bench.pages.crowds import ACTS
from tests.bench.pages.drawing import SIZES
from tests.bench.pages.measuring import FULL, SHORT, Effort, chosen
from tests.bench.pages.places import NAMES

DATABASES = ("sqlite", "postgres")
PROCESSES = (1, 2)
# What others wait for in any of the processes; the rest happens in one.
OF_ALL_PROCESSES = frozenset({"publish a plan", "import 900 rows", "1,000 clients"})


@dataclass(frozen=True)
class PagesOptions:
    """What is measured. pages, acts: beginnings of names, none for all; if only one of both is given, only these.

    is_short: one run of the smallest and the largest size, one process on SQLite.
    """

    sizes: Sequence[str] = tuple(SIZES)
    pages: Sequence[str] = ()
    databases: Sequence[str] = DATABASES
    processes: Sequence[int] = PROCESSES
    acts: Sequence[str] = ()
    is_short: bool = False

    @property
    def names(self) -> list[str]:
        """Names of the pages."""
        return chosen(self.pages, NAMES) if self.pages or not self.acts else []

    def acts_of(self, size: str, processes: int) -> list[str]:
        """Return the names of the acts. Unless they are asked for, each is measured where it can differ."""
        if self.acts:
            return chosen(self.acts, tuple(ACTS))
        is_one = processes == PROCESSES[0]
        wanted = {name: is_one or name in OF_ALL_PROCESSES for name in ACTS}
        wanted["letters"] = is_one and size == self.sizes[0]
        return [name for name in ACTS if wanted[name] and not self.pages]

    @property
    def effort(self) -> Effort:
        return SHORT if self.is_short else FULL


def short(options: PagesOptions) -> PagesOptions:
    """Return the options of the short form, where others are not asked for."""
    usual = PagesOptions()
    return replace(
        options,
        sizes=(usual.sizes[0], usual.sizes[-1]) if options.sizes == usual.sizes else options.sizes,
        databases=DATABASES[:1] if options.databases == usual.databases else options.databases,
        processes=PROCESSES[:1] if options.processes == usual.processes else options.processes,
        is_short=True,
    )


def add_pages_options(parser: argparse.ArgumentParser) -> None:
    """Add the options to those of the benchmark."""
    several = parser.add_argument_group("pages", "several values with commas between them")
    several.add_argument("--short", action="store_true", help="one run of the smallest and the largest event")
    several.add_argument("--sizes", type=_among(tuple(SIZES)), help=f"of {', '.join(SIZES)}")
    several.add_argument("--pages", type=_beginnings(NAMES), help=f"beginnings of {', '.join(NAMES)}")
    several.add_argument("--acts", type=_beginnings(tuple(ACTS)), help=f"beginnings of {', '.join(ACTS)}")
    several.add_argument("--database", type=_among(DATABASES), help=f"of {', '.join(DATABASES)}")
    several.add_argument("--processes", type=_among(tuple(map(str, PROCESSES))), help="numbers of web processes: 1, 2")


def pages_options(given: argparse.Namespace) -> PagesOptions:
    """Return the options that were given, and the usual ones instead of others."""
    usual = PagesOptions()
    return PagesOptions(
        sizes=given.sizes or usual.sizes,
        pages=given.pages or (),
        databases=given.database or usual.databases,
        processes=tuple(int(number) for number in given.processes or usual.processes),
        acts=given.acts or (),
        is_short=given.short,
    )


def _among(known: Sequence[str]) -> Callable[[str], Sequence[str]]:
    def read(text: str) -> Sequence[str]:
        found = [each.strip() for each in text.split(",")]
        if unknown := [each for each in found if each not in known]:
            raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}")
        return tuple(found)

    return read


def _beginnings(known: Sequence[str]) -> Callable[[str], Sequence[str]]:
    def read(text: str) -> Sequence[str]:
        found = [each.strip() for each in text.split(",")]
        if unknown := [each for each in found if not chosen([each], known)]:
            raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}")
        return tuple(found)

    return read
