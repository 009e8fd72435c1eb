"""What pages show of a solved plan, found once when the plan is kept: no page reads the whole problem or result.

Three documents: the outline itself; the pairs without a meeting in the order in which pages list them, UNHELD_PART in
each part; all pairs by expert and enterprise, PAIRS_PART in each part.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from matching.fairness import Fairness, Served, fairness
from matching.plan import UnheldReason
from matching.problem import Meeting as PlannedMeeting
from matching.problem import Problem, Slot
from server.models import DocumentKind, Meeting, Side
from server.plans import ledger
from server.plans.documents import packed
from server.plans.ledger import Share
from server.rows import numbers

UNHELD_PART = 100
PAIRS_PART = 500
WORST = 5  # parties of each side with the worst results
MUTUAL = "mutual"


@dataclass(frozen=True)
class Tab:
    """Pairs without a meeting for a reason, or with mutual wishes. first: the part of `unheld` in which they begin."""

    code: str
    number: int
    first: int


@dataclass(frozen=True)
class Outline:
    """A solved plan without its pairs.

    held: number of meetings. pairs: number of all pairs. pinned: ids of pairs. tiers: of `plan/1`. unheld: number of
    pairs without a meeting. firsts: (expert, enterprise) with which each part of `pairs` begins. unserved: ids of
    parties without a meeting. worst: by side, the worst first.
    """

    held: int
    pairs: int
    slots: Sequence[Slot]
    tables: Sequence[str]
    parties: Sequence[tuple[str, Side]]
    interpreters: Sequence[str]
    pinned: frozenset[str]
    tiers: Sequence[Mapping[str, Any]]
    unheld: int
    tabs: Sequence[Tab]
    firsts: Sequence[tuple[int, int]]
    unserved: Sequence[str]
    worst: Mapping[Side, Sequence[Share]]
    fair: Sequence[Fairness]

    @cached_property
    def ordered(self) -> Sequence[Slot]:
        """The slots by start."""
        return sorted(self.slots, key=lambda slot: (slot.start, slot.id))

    @cached_property
    def slot(self) -> Mapping[str, Slot]:
        """The slots by id."""
        return {slot.id: slot for slot in self.slots}

    def part_of(self, pair: str) -> int:
        """Return the part of `pairs` in which a pair is, if it is in the problem."""
        return max(0, bisect_right(self.firsts, numbers(pair)) - 1)


# -- Finding -------------------------------------------------------------------------------------------------------


def found(
    problem: Problem,
    result: Mapping[str, Any],
    scores: Mapping[str, Mapping[str, Any]],
    meetings: Sequence[Meeting],
) -> dict[DocumentKind, bytes | Sequence[bytes]]:
    """Return the documents. Takes long. result: `plan/1`. meetings: of the plan, as rows."""
    tabs, unheld = _unheld(problem, result, scores)
    pairs = list(_pairs(problem, result, scores))
    parts = [pairs[first : first + PAIRS_PART] for first in range(0, len(pairs), PAIRS_PART)]
    shares = ledger.shares(problem, scores, meetings)
    held = [PlannedMeeting(m["pair"], m["slot"], m["table"], m.get("interpreter")) for m in result["meetings"]]
    outline = Outline(
        held=len(meetings),
        pairs=len(pairs),
        slots=problem.slots,
        tables=[table.id for table in problem.tables],
        parties=[(party.id, Side(party.side)) for party in problem.parties],
        interpreters=[interpreter.id for interpreter in problem.interpreters],
        pinned=frozenset(pin.pair for pin in problem.pins),
        tiers=result["tiers"],
        unheld=len(result["unheld"]),
        tabs=tabs,
        firsts=[numbers(part[0][0]) for part in parts],
        unserved=[share.party for share in shares if not share.meetings],
        worst={side: ledger.worst_served(shares, side, WORST) for side in Side},
        fair=fairness(problem, held),
    )
    return {
        DocumentKind.OUTLINE: packed(_written(outline)),
        DocumentKind.UNHELD: [packed(part) for part in unheld],
        DocumentKind.PAIRS: [packed(dict(part)) for part in parts],
    }


def _unheld(
    problem: Problem, result: Mapping[str, Any], scores: Mapping[str, Mapping[str, Any]]
) -> tuple[list[Tab], list[list[Any]]]:
    """Return the tabs, and the parts of their lists: [pair, value, reason, facts], highest value first."""
    value = {pair.id: pair.value for pair in problem.pairs}
    listed: dict[str, list[Any]] = {MUTUAL: [], **{reason.value: [] for reason in UnheldReason}}
    for each in result["unheld"]:
        line = [each["pair"], value[each["pair"]], each["reason"], each["facts"]]
        listed[each["reason"]].append(line)
        if _is_mutual(scores, each["pair"]):
            listed[MUTUAL].append(line)
    tabs: list[Tab] = []
    parts: list[list[Any]] = []
    for code, lines in listed.items():
        if lines:
            tabs.append(Tab(code, len(lines), len(parts)))
            lines.sort(key=lambda line: (-line[1], numbers(line[0])))
            parts += [lines[first : first + UNHELD_PART] for first in range(0, len(lines), UNHELD_PART)]
    return tabs, parts


def _is_mutual(scores: Mapping[str, Mapping[str, Any]], pair: str) -> bool:
    wishes = scores.get(pair, {}).get("wishes", ())
    return bool(wishes) and all(wishes)


def _pairs(
    problem: Problem, result: Mapping[str, Any], scores: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each pair with its value, the explanation of it, and why it has no meeting if it has none."""
    unheld = {each["pair"]: each for each in result["unheld"]}
    for pair in sorted(problem.pairs, key=lambda pair: numbers(pair.id)):
        yield pair.id, {"value": pair.value, "score": scores.get(pair.id, {}), "unheld": unheld.get(pair.id)}


# -- Writing and reading -------------------------------------------------------------------------------------------


def _written(outline: Outline) -> dict[str, Any]:
    slots = [[slot.id, slot.start.isoformat(), slot.end.isoformat(), slot.day] for slot in outline.slots]
    return {**asdict(outline), "slots": slots, "pinned": sorted(outline.pinned)}


def read(document: Mapping[str, Any]) -> Outline:
    """Return an outline from its document."""
    given = dict(document)
    slots = [
        Slot(id, datetime.fromisoformat(start), datetime.fromisoformat(end), day)
        for id, start, end, day in given.pop("slots")
    ]
    return Outline(
        slots=slots,
        parties=[(id, Side(side)) for id, side in given.pop("parties")],
        pinned=frozenset(given.pop("pinned")),
        tabs=[Tab(**tab) for tab in given.pop("tabs")],
        firsts=[(expert, enterprise) for expert, enterprise in given.pop("firsts")],
        worst={Side(side): _shares(shares) for side, shares in given.pop("worst").items()},
        fair=[Fairness(**{**each, "worst": Served(**each["worst"])}) for each in given.pop("fair")],
        **given,
    )


def _shares(written: Iterable[Mapping[str, Any]]) -> list[Share]:
    return [Share(**{**each, "side": Side(each["side"])}) for each in written]
