"""What organisers pinned and blocked by hand, in the document of a problem (`problem/1`).

A run "around my pins" solves a problem that has them. They are marked there by `x`, which the engine ignores, so that a
draft made of its result can lift them again.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from matching.problem import Meeting, Pin, Problem, Table

MARK = "x"


@dataclass(frozen=True)
class Marked:
    """A problem without marks, and what was marked in it: pairs, and cells such as "s1.t2"."""

    problem: dict[str, Any]
    pins: list[str]
    blocks: list[str]


def lifted(document: Mapping[str, Any]) -> Marked:
    """Return the problem as it was before anything was pinned or blocked by hand."""
    pins = document.get("pins", [])
    tables = document["tables"]
    return Marked(
        problem={
            **document,
            **({"pins": [pin for pin in pins if MARK not in pin]} if pins else {}),
            "tables": [_opened(table) for table in tables],
        },
        pins=[pin["pair"] for pin in pins if MARK in pin],
        blocks=[f"{slot}.{table['id']}" for table in tables if MARK in table for slot in table[MARK]["blocked"]],
    )


def _opened(table: Mapping[str, Any]) -> dict[str, Any]:
    if MARK not in table:
        return dict(table)
    before = table[MARK]["available"]
    return {"id": table["id"], **{key: table[key] for key in ("hall",) if key in table}} | (
        {} if before is None else {"available": before}
    )


def marked(document: Mapping[str, Any], meetings: Iterable[Meeting], blocks: Collection[str]) -> dict[str, Any]:
    """Return the problem with these meetings pinned and these cells blocked. document: without marks."""
    slots = [slot["id"] for slot in document["slots"]]
    closed = [tuple(cell.split(".")) for cell in blocks]

    def table(given: Mapping[str, Any]) -> dict[str, Any]:
        blocked = [slot for slot in slots if (slot, given["id"]) in closed]
        if not blocked:
            return dict(given)
        before = given.get("available")
        there = [slot for slot in (slots if before is None else before) if slot not in blocked]
        return {**given, "available": there, MARK: {"blocked": blocked, "available": before}}

    pins = [{"pair": m.pair, "slot": m.slot, "table": m.table, MARK: {"by": "hand"}} for m in meetings]
    known = {pin["pair"] for pin in document.get("pins", ())}
    return {
        **document,
        "tables": [table(each) for each in document["tables"]],
        "pins": [*document.get("pins", ()), *(pin for pin in pins if pin["pair"] not in known)],
    }


def effective(
    problem: Problem, meetings: Collection[Meeting], pins: Collection[str], blocks: Collection[str], begun: set[str]
) -> Problem:
    """Return the problem that a draft has to keep now.

    Meetings of slots that have begun are pinned, and nothing is put there any more. begun: ids of slots.
    """
    known = {pin.pair for pin in problem.pins}
    more = [m for m in meetings if (m.pair in pins or m.slot in begun) and m.pair not in known]
    taken = {(m.slot, m.table) for m in meetings if m.slot in begun}
    closed = {tuple(cell.split(".")) for cell in blocks}
    closed |= {(slot, table.id) for slot in begun for table in problem.tables if (slot, table.id) not in taken}
    return replace(
        problem,
        pins=(*problem.pins, *(Pin(m.pair, m.slot, m.table) for m in more)),
        tables=tuple(
            _without(table, {slot for slot, id in closed if id == table.id}, problem) for table in problem.tables
        ),
        document=None,
    )


def _without(table: Table, closed: set[str], problem: Problem) -> Table:
    if not closed:
        return table
    before = frozenset(problem.slot) if table.available is None else table.available
    return replace(table, available=before - closed)
