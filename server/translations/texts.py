"""The texts that participants write for others to read, each with its language."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from server.models import Delegate, Need, Registration, Side, TextField
from server.needs.disclosure import ShownNeed
from server.profiles import written_in

NEED_FIELDS = (TextField.TITLE, TextField.TEXT)
EXPERT_FIELDS = (TextField.HEADLINE, TextField.OFFER, TextField.AFFILIATION, TextField.POSITION, TextField.DEGREE)


class TextKey(NamedTuple):
    """Which text: of which row, in which of its columns. The field tells the table."""

    field: TextField
    row_id: int


@dataclass(frozen=True, slots=True)
class SourceText:
    """A text as its author wrote it. locale: an interface locale or a BCP 47 tag, "" if the language is unknown."""

    key: TextKey
    text: str
    locale: str


def hash_of(text: str) -> str:
    """Return the hash by which a changed text is noticed."""
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
    # Affiliation, position and degree are often entered in another language than the profile.
    is_long = field in (TextField.HEADLINE, TextField.OFFER)
    locale = party.text_locale if is_long else written_in(text, party.text_locale)
    return SourceText(TextKey(field, party.id), text, locale)


def of_delegate(delegate: Delegate, locale: str = "") -> SourceText:
    """Return the position of a delegate. locale: the language that short words most likely have."""
    return SourceText(
        TextKey(TextField.DELEGATE, delegate.id), delegate.position, written_in(delegate.position, locale)
    )


def texts_of_party(party: Registration) -> Iterator[SourceText]:
    """Yield the texts of a party that are not empty, without those of its needs and delegates."""
    fields = EXPERT_FIELDS if party.side == Side.EXPERT else (TextField.DESCRIPTION,)
    yield from (text for field in fields if (text := of_party(party, field)).text.strip())


def texts_of_need(need: Need) -> Iterator[SourceText]:
    """Yield the texts of a need that are not empty."""
    yield from (text for field in NEED_FIELDS if (text := of_need(need, field)).text.strip())
