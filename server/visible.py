"""What others may read of an expert's profile: the one gate for pages, feeds, files, reasons and searches.

Everything that shows an expert to the other side or to interpreters takes the party from `as_seen`; everything that
shows one to organisers and translators takes it from `for_organisers`, to the leader of a delegation from `for_leader`.
"""

from collections.abc import Collection, Mapping
from copy import copy
from typing import Any

from server.models import FieldReaders, Person, Registration, Side

COUNTRY = "country"
# What an expert can choose readers for: columns of the registration, and the country of the person. Name, summary,
# offer, topics, languages, modes and readiness are what a match is made of. Photo and files have readers each, contacts
# too. Times of presence and journeys are never shown to the other side.
FIELDS = ("affiliation", "position", "degree", COUNTRY, "results", "patents")


def readers_of(party: Registration) -> Mapping[str, FieldReaders]:
    """Return the readers of each field that can be chosen."""
    chosen = party.readers or {}
    return {name: FieldReaders(chosen.get(name, FieldReaders.OTHER_SIDE)) for name in FIELDS}


def as_seen(party: Registration, *, is_agreed: bool) -> Registration:
    """Return the party as the other side sees it. What the reader may not read is empty.

    is_agreed: both sides want to meet, or their meeting is published. If anything is hidden, the result is a copy to
    show. Never save it.
    """
    open_to = {FieldReaders.OTHER_SIDE, FieldReaders.AGREED} if is_agreed else {FieldReaders.OTHER_SIDE}
    return _seen_by(party, open_to)


def for_organisers(party: Registration) -> Registration:
    """Return the party as organisers and their helpers see it: without what the expert keeps. A copy, as `as_seen`."""
    return _seen_by(party, set(FieldReaders) - {FieldReaders.NOBODY})


def for_leader(party: Registration) -> Registration:
    """Return the party as the leader of its delegation sees it: like an enterprise that it meets."""
    return as_seen(party, is_agreed=True)


def kept_from_organisers(readers: Mapping[str, str] | None) -> frozenset[str]:
    """Return the fields that organisers do not see. readers: the column of a registration."""
    return frozenset(name for name, each in (readers or {}).items() if each == FieldReaders.NOBODY)


def without_kept(party: Registration, columns: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns that an organiser's list may write: what the expert keeps stays, so that no count tells it.

    columns: of a registration, `proposed` among them.
    """
    kept = kept_from_organisers(party.readers)
    left = {name: value for name, value in columns.items() if name not in kept}
    if COUNTRY in kept:
        said = {name: value for name, value in columns["proposed"].items() if name != COUNTRY}
        own = (party.proposed or {}).get(COUNTRY)
        left["proposed"] = {**said, COUNTRY: own} if own else said
    return left


def _seen_by(party: Registration, open_to: Collection[FieldReaders]) -> Registration:
    """Return the party, or a copy without the fields whose readers are not among `open_to`."""
    if party.side != Side.EXPERT or not party.readers:
        return party
    shown = copy(party)
    for name, readers in readers_of(party).items():
        if readers not in open_to:
            _hide(shown, name)
    return shown


def _hide(shown: Registration, name: str) -> None:
    if name != COUNTRY:
        setattr(shown, name, "")
        return
    shown.proposed = None if shown.proposed is None else {**shown.proposed, COUNTRY: ""}
    person: Any = shown.person
    if isinstance(person, Person):  # only if it is loaded
        shown.person = copy(person)
        shown.person.country = ""
