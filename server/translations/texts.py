"""The texts that participants and organisers write for others to read, each with its language."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from server.models import Delegate, Event, Hall, Need, PlenaryItem, Registration, Side, TextField
from server.models.base import LINE, NAME, TEXT
from server.models.needs import MAX_PART
from server.models.registrations import MAX_NOTE
from server.needs.disclosure import ShownNeed
from server.profiles import written_in
from server.visible import for_organisers

NEED_FIELDS = (TextField.TITLE, TextField.TEXT, TextField.TRIED, TextField.ACCEPTANCE)
# What an expert writes in the language of the profile.
PROFILE_FIELDS = (TextField.HEADLINE, TextField.OFFER, TextField.RESULTS, TextField.PATENTS)
EXPERT_FIELDS = (*PROFILE_FIELDS, TextField.NOTE, TextField.AFFILIATION, TextField.POSITION, TextField.DEGREE)
ENTERPRISE_FIELDS = (TextField.DESCRIPTION, TextField.NOTE)


class EventField(StrEnum):
    """A text of the event itself: its name, place and description, the name of a hall or of a programme item.

    These stand in one column for all languages, {locale: text}.
    """

    NAME = "event_name"
    PLACE = "event_place"
    ABOUT = "event_description"
    HALL = "hall"
    ITEM = "programme"


class TextKey(NamedTuple):
    """Identity of a text: the field names the table and column, row_id the row."""

    field: TextField | EventField
    row_id: int


class TextLimit(NamedTuple):
    """How long a text may be in any language, in characters. is_line: it has one line."""

    most: int
    is_line: bool


_LINE, _NAME, _LONG = TextLimit(LINE, True), TextLimit(NAME, True), TextLimit(TEXT, False)
_MIDDLE = TextLimit(MAX_PART, False)
LIMITS: Mapping[TextField | EventField, TextLimit] = {
    **dict.fromkeys((TextField.TITLE, TextField.HEADLINE, EventField.PLACE), _LINE),
    **dict.fromkeys((TextField.TEXT, TextField.OFFER, TextField.DESCRIPTION, EventField.ABOUT), _LONG),
    **dict.fromkeys((TextField.TRIED, TextField.ACCEPTANCE, TextField.RESULTS, TextField.PATENTS), _MIDDLE),
    TextField.NOTE: TextLimit(MAX_NOTE, False),
    **dict.fromkeys((TextField.AFFILIATION, TextField.POSITION, TextField.DEGREE, TextField.DELEGATE), _NAME),
    **dict.fromkeys((EventField.NAME, EventField.HALL, EventField.ITEM), _NAME),
}
# The column of {locale: text} that has an event's text.
EVENT_COLUMNS: Mapping[EventField, str] = {
    EventField.PLACE: "place",
    EventField.ABOUT: "description",
    **dict.fromkeys((EventField.NAME, EventField.HALL, EventField.ITEM), "name"),
}


def field_of(name: str) -> TextField | EventField | None:
    """Return the field with this name, as in paths and files, or None."""
    kinds: tuple[type[TextField], type[EventField]] = (TextField, EventField)
    return next((each for kind in kinds for each in kind if each == name), None)


@dataclass(frozen=True, slots=True)
class SourceText:
    """A text as its author wrote it. locale: an interface locale or a BCP 47 tag, "" if the language is unknown."""

    key: TextKey
    text: str
    locale: str


def hash_of(text: str) -> str:
    """Return a hash of the text, to notice later that the text has changed."""
    return hashlib.sha256(text.strip().encode("utf-8", "surrogatepass")).hexdigest()


def of_need(need: Need | ShownNeed, field: TextField) -> SourceText:
    """Return a text of a need, as far as it is shown: "" if it is hidden."""
    locale = need.locale if isinstance(need, ShownNeed) else need.text_locale
    return SourceText(TextKey(field, need.id), getattr(need, field), locale)


def of_party(party: Registration, field: TextField) -> SourceText:
    """Return a text of a party. description: of an enterprise with its organisation."""
    if field is TextField.DESCRIPTION:
        about = party.organisation
        return SourceText(TextKey(field, party.id), about.description, about.description_locale)
    text = getattr(party, field)
    # A note, and affiliation, position and degree are often entered in another language than the profile.
    is_long = field in PROFILE_FIELDS
    locale = party.text_locale if is_long else written_in(text, party.text_locale)
    return SourceText(TextKey(field, party.id), text, locale)


def of_delegate(delegate: Delegate, locale: str = "") -> SourceText:
    """Return the position of a delegate. locale: the language that short words most likely have."""
    return SourceText(
        TextKey(TextField.DELEGATE, delegate.id), delegate.position, written_in(delegate.position, locale)
    )


def texts_of_party(party: Registration) -> Iterator[SourceText]:
    """Yield the texts of a party that others read and are not empty, without those of its needs and delegates."""
    fields = EXPERT_FIELDS if party.side == Side.EXPERT else ENTERPRISE_FIELDS
    shown = for_organisers(party)
    yield from (text for field in fields if (text := of_party(shown, field)).text.strip())


def texts_of_need(need: Need) -> Iterator[SourceText]:
    """Yield the texts of a need that are not empty."""
    yield from (text for field in NEED_FIELDS if (text := of_need(need, field)).text.strip())


def of_event(row: Event | Hall | PlenaryItem, field: EventField, locales: list[str]) -> SourceText:
    """Return a text of the event as it is translated from: in the first of its languages that has it.

    row: has the text. locales: of the event, in its order.
    """
    many: Mapping[str, str] = getattr(row, EVENT_COLUMNS[field])
    first = next((code for code in (*locales, *sorted(many)) if many.get(code)), "")
    return SourceText(TextKey(field, row.id), many.get(first, ""), first)
