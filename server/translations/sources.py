"""Which texts of an event are to be translated, those that are needed first in front."""

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property

from matching.affinity.languages import primary
from server.memory import remembered
from server.models import Confidentiality, Delegate, Event, Hall, Part, PlenaryItem, Registration, Side, WishKind
from server.rows import EventRows, load_rows
from server.translations import texts
from server.translations.texts import EVENT_COLUMNS, EventField, SourceText, TextKey

CLOSED = frozenset({Confidentiality.FIELD_ONLY, Confidentiality.AGREEMENT})  # to translators
READ = (Part.PEOPLE, Part.GRID, Part.WISHES, Part.PUBLISHED)  # what the texts and their order depend on
WEIGHTS: Mapping[WishKind, int] = {WishKind.MUST: 2, WishKind.LIKE: 1}
LATE = datetime.max.replace(tzinfo=UTC)
_ENDS = re.compile(r"(?<=[.!?;؟])\s+|(?<=[。！？；])\s*|\n+")


class TextKind(StrEnum):
    """What a text belongs to; filter of the list."""

    EVENT = "event"
    NEED = "need"
    PROFILE = "profile"
    ORGANISATION = "organisation"
    DELEGATE = "delegate"


@dataclass(frozen=True, slots=True)
class Piece:
    """A text to be translated.

    party_id: whose text it is, None for the event's own. needed_at: start of the first meeting for which it is needed,
    None if no meeting is planned. hash: of the text. written: {locale: text} of a text that the event has in one
    column, None for others. is_open: translators may read it; else only organisers and its authors.
    """

    source: SourceText
    kind: TextKind
    party_id: int | None
    needed_at: datetime | None
    hash: str
    written: Mapping[str, str] | None = None
    is_open: bool = True

    @property
    def key(self) -> TextKey:
        return self.source.key

    def targets(self, locales: Sequence[str]) -> list[str]:
        """Return those of the languages into which the text can be translated: all but its own."""
        own = primary(self.source.locale)
        return [code for code in locales if primary(code) != own]


def sentences(text: str) -> list[str]:
    """Return the sentences and lines of a text, without spaces around them."""
    return [each for part in _ENDS.split(text) if (each := part.strip())]


@dataclass(frozen=True)
class Sources:
    """The texts of an event in the order in which they are needed; shared by all readers.

    moment: of the rows from which they were read. languages: in which each side writes, as primary tags.
    """

    pieces: Sequence[Piece]
    moment: Hashable = None
    languages: Mapping[Side, frozenset[str]] = field(default_factory=dict)

    def readers(self, piece: Piece) -> frozenset[str]:
        """Return the languages of those for whom a text is written: the other side, or everybody."""
        if piece.kind is TextKind.EVENT:
            return frozenset[str]().union(*self.languages.values())
        return self.languages.get(Side.ENTERPRISE if piece.kind is TextKind.PROFILE else Side.EXPERT, frozenset())

    @cached_property
    def place_of(self) -> Mapping[TextKey, int]:
        """The place of each text in the order, by its key."""
        return {piece.key: place for place, piece in enumerate(self.pieces)}

    def of(self, key: TextKey) -> Piece | None:
        place = self.place_of.get(key)
        return None if place is None else self.pieces[place]

    @cached_property
    def by_sentence(self) -> Mapping[tuple[str, str], Sequence[tuple[Piece, int]]]:
        """By language and folded sentence: each text that has it, and which of its sentences it is."""
        found: dict[tuple[str, str], list[tuple[Piece, int]]] = {}
        for piece in self.pieces:
            for place, each in enumerate(sentences(piece.source.text)):
                found.setdefault((primary(piece.source.locale), each.casefold()), []).append((piece, place))
        return found


async def sources_of(event: Event) -> Sources:
    """Return the texts of an event. One query if nothing in it has changed."""
    rows = await load_rows(event)

    async def read() -> Sources:
        return await _read(rows)

    name = "texts to translate", rows.moment
    return await remembered(event.id, name, READ, read, counts=rows.counts, weigh=lambda found: len(found.pieces))


async def _read(rows: EventRows) -> Sources:
    delegates = Delegate.filter(registration__event_id=rows.event.id).exclude(position="").order_by("id")
    halls = Hall.filter(event_id=rows.event.id).order_by("position", "id")
    items = PlenaryItem.filter(event_id=rows.event.id).order_by("start_at", "id")
    of_event = _of_event(rows.event, await halls, await items)
    pieces = [*of_event, *_ordered(rows, _of_parties(rows, await delegates))]
    languages = {
        side: frozenset(primary(each.text_locale) for each in rows.of(side) if each.text_locale) for side in Side
    }
    return Sources(pieces, rows.moment, languages)


def _of_event(event: Event, halls: Sequence[Hall], items: Sequence[PlenaryItem]) -> Iterator[Piece]:
    """Yield the event's own texts, which everybody reads."""
    rows: list[tuple[EventField, Event | Hall | PlenaryItem]] = [
        (EventField.NAME, event),
        (EventField.PLACE, event),
        (EventField.ABOUT, event),
        *((EventField.HALL, hall) for hall in halls),
        *((EventField.ITEM, item) for item in items),
    ]
    for name, row in rows:
        source = texts.of_event(row, name, event.locales)
        if source.text.strip():
            many = getattr(row, EVENT_COLUMNS[name])
            yield Piece(source, TextKind.EVENT, None, None, texts.hash_of(source.text), many)


def _of_parties(rows: EventRows, delegates: Sequence[Delegate]) -> Iterator[Piece]:
    starts = _first_meetings(rows)

    def piece(source: SourceText, kind: TextKind, party: Registration, at: datetime | None, is_open: bool) -> Piece:
        return Piece(source, kind, party.id, at, texts.hash_of(source.text), is_open=is_open and party.is_shown)

    for party in rows.parties:
        kind = TextKind.ORGANISATION if party.organisation_id else TextKind.PROFILE
        at = starts.get(("party", party.id))
        for source in texts.texts_of_party(party):
            yield piece(source, kind, party, at, True)
        for need in rows.needs_by_party.get(party.id, ()):
            is_open = need.confidentiality not in CLOSED
            for source in texts.texts_of_need(need):
                yield piece(source, TextKind.NEED, party, starts.get(("need", need.id)), is_open)
    for delegate in delegates:
        sent_by = rows.party_by_id.get(delegate.registration_id)
        if sent_by is not None:
            source = texts.of_delegate(delegate, sent_by.text_locale)
            yield piece(source, TextKind.DELEGATE, sent_by, starts.get(("party", sent_by.id)), True)


def _first_meetings(rows: EventRows) -> Mapping[tuple[str, int | None], datetime]:
    """Return when the first meeting to come of each party and need starts."""
    starts = {slot.id: slot.start_at for slot in rows.slots}
    found: dict[tuple[str, int | None], datetime] = {}
    for meeting in rows.movable:
        at = starts.get(meeting.slot_id, LATE)
        concerned = (("party", meeting.expert_id), ("party", meeting.enterprise_id), ("need", meeting.need_id))
        for each in concerned:
            found[each] = min(at, found.get(each, LATE))
    return found


def _ordered(rows: EventRows, pieces: Iterator[Piece]) -> list[Piece]:
    """Return texts in a known language by the first meeting, then by wishes about their party, then by id."""
    wished: dict[int | None, int] = {}
    for wish in rows.wishes:
        wished[wish.about_id] = wished.get(wish.about_id, 0) + WEIGHTS.get(wish.kind, 0)
    known = [piece for piece in pieces if piece.source.locale and _has_letters(piece.source.text)]
    return sorted(
        known, key=lambda each: (each.needed_at or LATE, -wished.get(each.party_id, 0), each.party_id, each.kind)
    )


def _has_letters(text: str) -> bool:
    return any(char.isalpha() for char in text)
