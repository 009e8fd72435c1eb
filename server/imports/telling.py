"""Group the faults of a file: rows with the same fault are reported together."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from i18n import Message
from server.imports.lines import ImportFault

EXAMPLES = 3
STRETCHES = 40


@dataclass(frozen=True)
class FaultGroup:
    """Rows of a sheet with the same fault.

    rows: their numbers as text with ranges (2–5), shortened if there are many. number: how many rows. typed: some of
    the different entries. is_all: whether typed has all of them.
    """

    rows: str
    number: int
    column: str
    typed: tuple[str, ...]
    is_all: bool
    why: str


def grouped_faults(
    faults: Iterable[ImportFault], translate: Callable[[Message], str]
) -> list[tuple[str, list[FaultGroup]]]:
    """Return by sheet the groups of faults, in the order of their first rows."""
    found: dict[tuple[str, str, str], list[ImportFault]] = {}
    for fault in sorted(faults, key=lambda fault: (fault.place.sheet, fault.place.row)):
        column = translate(fault.column) if isinstance(fault.column, Message) else fault.column
        found.setdefault((fault.place.sheet, column, translate(fault.message)), []).append(fault)
    lines = [(sheet, _line(column, why, each)) for (sheet, column, why), each in found.items()]
    return [(sheet, [line for _sheet, line in group]) for sheet, group in groupby(lines, key=lambda line: line[0])]


def _line(column: str, why: str, faults: Sequence[ImportFault]) -> FaultGroup:
    typed = tuple(dict.fromkeys(fault.typed for fault in faults))
    rows = list(dict.fromkeys(fault.place.row for fault in faults))
    return FaultGroup(stretches(rows), len(rows), column, typed[:EXAMPLES], len(typed) <= EXAMPLES, why)


def stretches(rows: Sequence[int]) -> str:
    """Return ascending row numbers as text, with ranges: 2–5, 9."""
    found: list[list[int]] = []
    for row in rows:
        if found and row == found[-1][-1] + 1:
            found[-1].append(row)
        else:
            found.append([row])
    shown = [str(each[0]) if len(each) == 1 else f"{each[0]}–{each[-1]}" for each in found]
    return ", ".join(shown[:STRETCHES]) + (", …" if len(shown) > STRETCHES else "")
