"""Documents `problem/1` and `plan/1`: readers that collect every fault, and writers whose output reads back equal."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from matching.formats.documents import dump
from matching.formats.plan_reader import load_plan, read_plan
from matching.formats.problem_reader import load_problem, read_problem
from matching.plan import Plan, Tier, sha256
from matching.problem import Problem

__all__ = [
    "document_of",
    "dump",
    "fingerprint",
    "load_plan",
    "load_problem",
    "read_plan",
    "read_problem",
    "write_plan",
    "write_problem",
]

_OPTIONAL_ARRAYS = ("interpreters", "pins", "walk")


def document_of(problem: Problem) -> Mapping[str, Any]:
    """Return the JSON document of a problem: the one it was read from, else a new one."""
    return write_problem(problem) if problem.document is None else problem.document


def fingerprint(problem: Problem) -> str:
    """Return the hash that the problem's plans carry as `problem_sha256`."""
    return sha256(document_of(problem))


def write_problem(problem: Problem) -> dict[str, Any]:
    """Return the document of a problem without default values and without `x`; reading it gives an equal problem."""
    rank = {slot.id: place for place, slot in enumerate(problem.slots)}
    slots = [
        {"id": slot.id, "start": _instant(slot.start), "end": _instant(slot.end), "day": slot.day}
        for slot in problem.slots
    ]
    document: dict[str, Any] = {"format": "problem/1", "slots": slots}
    for name in ("tables", "parties", "interpreters", "pairs", "pins", "previous", "walk", "objective"):
        items = getattr(problem, name)
        if items or (items is not None and name not in _OPTIONAL_ARRAYS):
            document[name] = [_item(item, rank) for item in items]
    return document


def write_plan(plan: Plan) -> dict[str, Any]:
    """Return the document of a plan: meetings in their order, unheld pairs and the difference sorted by id."""
    document: dict[str, Any] = {
        "format": "plan/1",
        "problem_sha256": plan.problem_sha256,
        "engine": plan.engine,
        "seed": plan.seed,
        "seconds": plan.seconds,
        "status": plan.status.value,
        "meetings": [_item(meeting, {}) for meeting in plan.meetings],
        "tiers": [_tier(tier) for tier in plan.tiers],
        "unheld": [
            {"pair": unheld.pair, "reason": unheld.reason.value, "facts": dict(unheld.facts)}
            for unheld in sorted(plan.unheld, key=lambda u: u.pair)
        ],
    }
    if plan.conflict:
        document["conflict"] = [{"rule": c.rule, "at": list(c.at), "relax": c.relax} for c in plan.conflict]
    if plan.diff is not None:
        document["diff"] = {field.name: sorted(getattr(plan.diff, field.name)) for field in fields(plan.diff)}
    if plan.timings is not None:
        document["timings"] = dict(plan.timings)
    if plan.x is not None:
        document["x"] = plan.x
    return document


def _tier(tier: Tier) -> dict[str, Any]:
    """Return a tier as JSON; `value` is a float, every other tier a whole number."""
    number = float if tier.tier == "value" else int
    bound = None if tier.bound is None else number(tier.bound)
    return {"tier": tier.tier, "achieved": number(tier.achieved), "bound": bound, "gap": tier.gap}


def _instant(moment: datetime) -> str:
    """Return an RFC 3339 time; in UTC if the offset has seconds, as local mean times do."""
    offset = moment.utcoffset() or timedelta()
    return (moment.astimezone(UTC) if offset % timedelta(minutes=1) else moment).isoformat()


@cache
def _members(kind: Any) -> tuple[tuple[str, Any], ...]:
    return tuple((field.name, field.default) for field in fields(kind))


def _item(thing: Any, rank: Mapping[str, int]) -> dict[str, Any]:
    """Return a dataclass as a JSON object without default values.

    rank: position of each slot, to sort sets of slots.
    """
    item = {}
    for name, default in _members(thing.__class__):
        value = getattr(thing, name)
        if default is MISSING or value != default:
            if isinstance(value, frozenset):
                value = sorted(value, key=rank.__getitem__)
            item[name] = list(value) if isinstance(value, tuple) else value
    return item
