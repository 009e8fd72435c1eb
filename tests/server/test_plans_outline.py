"""What pages show of a plan, from plain data: in parts, and the same after it was stored."""

from datetime import UTC, datetime, timedelta
from typing import Any

from matching import problem as engine
from server.models import DocumentKind
from server.plans import documents, outline
from server.plans.outline import MUTUAL, PAIRS_PART, UNHELD_PART, Tab

NINE = datetime(2027, 5, 20, 9, tzinfo=UTC)
SIDE = 25  # of each side, so that there are 625 pairs


def problem() -> engine.Problem:
    """Return a problem in which everybody can meet everybody; pairs of later enterprises are worth less."""
    there = frozenset({"s1"})
    experts, firms = [f"e{n}" for n in range(1, SIDE + 1)], [f"f{n}" for n in range(101, 101 + SIDE)]
    return engine.Problem(
        slots=(engine.Slot("s1", NINE, NINE + timedelta(minutes=30), "2027-05-20"),),
        tables=(engine.Table("t1"),),
        parties=(
            *(engine.Party(id, "expert", ("en",), there) for id in experts),
            *(engine.Party(id, "enterprise", ("en",), there) for id in firms),
        ),
        pairs=tuple(
            engine.Pair(f"{expert}-{firm}", (expert, firm), 1 - at / 100)
            for expert in experts
            for at, firm in enumerate(firms)
        ),
    )


def contents() -> dict[DocumentKind, Any]:
    """Return the documents of a plan without meetings, in which e1 and f101 wish each other."""
    unheld = [{"pair": pair.id, "reason": "tables_full", "facts": {}} for pair in problem().pairs]
    result: dict[str, Any] = {"tiers": [], "meetings": [], "unheld": unheld}
    scores: dict[str, Any] = {"e1-f101": {"wishes": ["like", "must"]}, "e1-f102": {"wishes": ["like", None]}}
    found = outline.found(problem(), result, scores, [])
    return {
        kind: documents.parsed(given) if isinstance(given, bytes) else [documents.parsed(part) for part in given]
        for kind, given in found.items()
    }


def test_an_outline_is_read_as_it_was_found() -> None:
    read = outline.read(contents()[DocumentKind.OUTLINE])

    assert (read.held, read.pairs, read.unheld) == (0, SIDE**2, SIDE**2)
    assert list(read.slots) == list(problem().slots)
    assert read.parties[0] == ("e1", "expert")
    assert [share.party for share in read.worst[read.parties[0][1]]] == ["e1", "e2", "e3", "e4", "e5"]
    assert [(each.side, each.parties, each.idle) for each in read.fair] == [
        ("expert", SIDE, SIDE),
        ("enterprise", SIDE, SIDE),
    ]


def test_pairs_without_a_meeting_are_listed_by_reason_with_the_best_first() -> None:
    found = contents()
    tabs = outline.read(found[DocumentKind.OUTLINE]).tabs
    parts = found[DocumentKind.UNHELD]

    assert tabs == [Tab(MUTUAL, 1, 0), Tab("tables_full", SIDE**2, 1)]
    assert [[line[0] for line in part] for part in parts[:1]] == [["e1-f101"]]
    assert [len(part) for part in parts[1:]] == [UNHELD_PART] * 6 + [25]
    values = [line[1] for part in parts[1:] for line in part]
    assert values == sorted(values, reverse=True)
    assert parts[1][:2] == [["e1-f101", 1.0, "tables_full", {}], ["e2-f101", 1.0, "tables_full", {}]]


def test_each_pair_is_in_the_part_in_which_it_is_looked_for() -> None:
    found = contents()
    read, parts = outline.read(found[DocumentKind.OUTLINE]), found[DocumentKind.PAIRS]

    assert [len(part) for part in parts] == [PAIRS_PART, SIDE**2 - PAIRS_PART]
    assert all(pair.id in parts[read.part_of(pair.id)] for pair in problem().pairs)
    assert parts[0]["e1-f102"]["score"] == {"wishes": ["like", None]}
    assert read.part_of("e1-f1") == 0
