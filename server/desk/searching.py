"""Everything that organisers can search in an event, gathered once until somebody changes, and looked up by queries."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from tortoise.queryset import QuerySet

from i18n.names import PersonName
from matching.affinity import Scheme
from server.memory import Counts, remembered
from server.models import Need, NeedState, Part, Registration, Side
from server.names import NAMES
from server.search import finding
from server.search.finding import Found
from server.search.gathering import Gathered, Item
from server.search.query import Query
from server.translations.reading import Translations, translations_of
from server.translations.texts import ENTERPRISE_FIELDS, EXPERT_FIELDS, NEED_FIELDS
from server.visible import kept_from_organisers

AT_A_TIME = 500  # rows read at a time, so that other requests get their turn
_OF_PERSON = tuple(f"person__{name}" for name in NAMES)
_OF_PARTY = (*EXPERT_FIELDS, "person__email")
_OF_FIRM = ("organisation__name", "organisation__latin_name")
_OF_NEED = ("id", "registration_id", *NEED_FIELDS, "topics", "must_topics", "state")
Line = Mapping[str, Any]
K = TypeVar("K", bound=str)


@dataclass(frozen=True)
class Searchable:
    """Parties or needs of an event, gathered. ids: of their rows, in the order of lists. at: index by id.

    kinds: indices of the parties of a side, or of the published needs of participants.
    """

    ids: Sequence[int]
    at: Mapping[int, int]
    kinds: Mapping[str, frozenset[int]]
    gathered: Gathered

    async def find(
        self, asked: Query, scheme: Scheme, *, kind: str = "", among: Sequence[int] | None = None
    ) -> list[tuple[int, Found]]:
        """Return the ids that a query finds, surest first, with the ways found. Works in a thread.

        kind: one of kinds, "" for all. among: ids that may be found, None for all.
        """
        kept = self.kinds.get(kind) if among is None else frozenset(self.at[id] for id in among if id in self.at)
        found = await asyncio.to_thread(finding.look_up, self.gathered, asked, scheme, kept)
        return [(self.ids[each.at], each) for each in found]

    async def find_kinds(self, asked: Query, scheme: Scheme, kinds: Sequence[K]) -> dict[K, list[tuple[int, Found]]]:
        """Return what `find` returns for each of several kinds."""
        several = [self.kinds[kind] for kind in kinds]
        found = await asyncio.to_thread(finding.look_up_among, self.gathered, asked, scheme, several)
        return {kind: [(self.ids[one.at], one) for one in each] for kind, each in zip(kinds, found, strict=True)}


async def parties_of(event_id: int, counts: Counts) -> Searchable:
    """Return the parties of an event. No query if nobody has changed, else two for each AT_A_TIME rows."""
    return await remembered(
        event_id,
        "searchable parties",
        [Part.PEOPLE, Part.TEXTS],
        lambda: _read_parties(event_id, counts),
        counts=counts,
        weigh=lambda found: 2 * len(found.ids),
    )


async def needs_of(event_id: int, counts: Counts) -> Searchable:
    """Return the needs of an event that are not withdrawn, of parties that have not left. Queries as for parties."""
    return await remembered(
        event_id,
        "searchable needs",
        [Part.PEOPLE, Part.TEXTS],
        lambda: _read_needs(event_id, counts),
        counts=counts,
        weigh=lambda found: len(found.ids),
    )


async def _read_parties(event_id: int, counts: Counts) -> Searchable:
    organisation = ("organisation_id", *_OF_FIRM, "organisation__description")
    columns = ("id", "side", "proposed", "topics", "readers", *_OF_PERSON, *_OF_PARTY, *organisation)
    rows = await in_parts(Registration.filter(event_id=event_id), *columns)
    published = Need.filter(registration__event_id=event_id, state=NeedState.PUBLISHED)
    needs: dict[int, list[Line]] = {}
    for need in await in_parts(published, *_OF_NEED):
        needs.setdefault(need["registration_id"], []).append(need)
    translations = await translations_of(event_id, counts)
    return await asyncio.to_thread(
        _gathered,
        rows,
        lambda row: _item_of(row, needs.get(row["id"], ()), translations),
        {side: partial(_is_of, side) for side in Side},
    )


def _is_of(side: Side, row: Line) -> bool:
    return bool(row["side"] == side)


async def _read_needs(event_id: int, counts: Counts) -> Searchable:
    of_party = tuple(f"registration__{name}" for name in ("registered_at", *_OF_FIRM))
    there = Need.filter(registration__event_id=event_id, registration__withdrawn_at=None)
    rows = await in_parts(there.exclude(state=NeedState.WITHDRAWN), *_OF_NEED, *of_party)
    rows.sort(key=lambda row: (row["registration_id"], row["id"]))

    def is_published(row: Line) -> bool:
        return row["state"] == NeedState.PUBLISHED and row["registration__registered_at"] is not None

    item = partial(_item_of_need, translations=await translations_of(event_id, counts))
    return await asyncio.to_thread(_gathered, rows, item, {NeedState.PUBLISHED: is_published})


async def in_parts(rows: QuerySet[Any], *columns: str) -> list[dict[str, Any]]:
    """Return these columns, "id" among them, of the rows by id, read in parts."""
    found: list[dict[str, Any]] = []
    while True:
        last = found[-1]["id"] if found else 0
        part = await rows.filter(id__gt=last).order_by("id").limit(AT_A_TIME).values(*columns)
        found += part
        if len(part) < AT_A_TIME:
            return found


def _gathered(
    rows: Sequence[Line], item: Callable[[Line], Item], kinds: Mapping[str, Callable[[Line], bool]]
) -> Searchable:
    return Searchable(
        ids=[row["id"] for row in rows],
        at={row["id"]: at for at, row in enumerate(rows)},
        kinds={kind: frozenset(at for at, row in enumerate(rows) if is_it(row)) for kind, is_it in kinds.items()},
        gathered=Gathered([item(row) for row in rows], letters=True),
    )


def _item_of(row: Line, needs: Sequence[Line], translations: Translations) -> Item:
    """Return everything searchable in a party's registration and published needs. For organisers only."""
    if row["organisation_id"] is not None:
        names = finding.organisation_names(row["organisation__name"], row["organisation__latin_name"])
        written = [
            row["organisation__description"],
            row["note"],
            *translations.all_of(row["id"], *ENTERPRISE_FIELDS),
            *(line for need in needs for line in _written_in(need, translations)),
        ]
        topics = frozenset(topic for need in needs for topic in (*need["topics"], *need["must_topics"]))
        return Item(names, finding.folded("\n".join(written)), topics)
    proposed = row["proposed"]
    called = [row[f"person__{name}"] if proposed is None else proposed.get(name, "") for name in NAMES]
    kept = kept_from_organisers(row["readers"])
    columns = [column for column in _OF_PARTY if column not in kept]
    fields = [field for field in EXPERT_FIELDS if field not in kept]
    written = [*(row[column] for column in columns), *translations.all_of(row["id"], *fields)]
    return Item(finding.person_names(PersonName(*called)), finding.folded("\n".join(written)), frozenset(row["topics"]))


def _written_in(need: Line, translations: Translations) -> list[str]:
    """Return the texts of a need in every language."""
    return [*(need[name] for name in NEED_FIELDS), *translations.all_of(need["id"], *NEED_FIELDS)]


def _item_of_need(row: Line, translations: Translations) -> Item:
    """Return everything searchable in a need. For organisers only."""
    return Item(
        finding.organisation_names(
            row["registration__organisation__name"], row["registration__organisation__latin_name"]
        ),
        finding.folded("\n".join(_written_in(row, translations))),
        frozenset((*row["topics"], *row["must_topics"])),
    )
