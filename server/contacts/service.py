"""Keep contacts, and exchange them after both sides of a meeting have agreed. Each act is one transaction."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.db import atomic, lock
from server.edits import UNSEEN, Edit
from server.errors import NotFound
from server.models import (
    CalendarEntry,
    Contact,
    ContactKind,
    ContactReaders,
    ContactShare,
    Delegate,
    Event,
    FieldReaders,
    Person,
    Registration,
)
from server.names import called, country_of, organisation_name
from server.registrations.agreeing import agreed_delegates
from server.translations.marking import told
from server.translations.reading import TextReader
from server.visible import as_seen, readers_of


@dataclass(frozen=True)
class Card:
    """A person of the other side with the contacts that the reader may see.

    name: as the reader can read it; beside: another spelling, or "". organisation: of the person, in words for the
    reader; "" if unknown.
    """

    name: str
    beside: str
    organisation: str
    country: str
    contacts: Sequence[Contact]


@dataclass(frozen=True)
class Exchange:
    """The contacts of a meeting. mine, theirs: whether each side has agreed. cards: of people with visible contacts."""

    mine: bool
    theirs: bool
    cards: Sequence[Card]


async def own(event: Event, person: Person) -> Mapping[ContactKind, Contact]:
    """Return the person's contacts by kind. One query."""
    return {ContactKind(row.kind): row for row in await Contact.filter(event_id=event.id, person_id=person.id)}


async def shown_to_organisers(
    event_id: int, parties: Collection[Registration], kinds: Collection[ContactKind] = tuple(ContactKind)
) -> Mapping[int, Sequence[Contact]]:
    """Return by party the contacts of its people that organisers may see, with the people. Two queries.

    parties: of the event. Those without such a contact have an empty list.
    """
    found: dict[int, list[Contact]] = {party.id: [] for party in parties}
    parties_of = defaultdict(set)
    for party in parties:
        if party.person_id:
            parties_of[party.person_id].add(party.id)
    delegates = Delegate.filter(registration_id__in=list(found)).values_list("person_id", "registration_id")
    for person_id, party_id in await delegates:
        parties_of[person_id].add(party_id)
    rows = Contact.filter(event_id=event_id, person_id__in=list(parties_of), kind__in=list(kinds))
    visible = rows.exclude(readers=ContactReaders.NOBODY).order_by("person_id", "id").select_related("person")
    for row in await visible:
        for party_id in parties_of[row.person_id]:
            found[party_id].append(row)
    return found


def flat(found: Mapping[ContactKind, Contact]) -> dict[str, str]:
    """Return stored contacts by field of their form."""
    return flat_of({kind: (row.value, row.readers) for kind, row in found.items()})


def flat_of(given: Mapping[ContactKind, tuple[str, ContactReaders]]) -> dict[str, str]:
    """Return values and readers of all kinds by field of their form."""
    every = {kind: given.get(kind, ("", ContactReaders.AGREED)) for kind in ContactKind}
    return {
        **{str(kind): value for kind, (value, _readers) in every.items()},
        **{f"{kind}_readers": str(readers) for kind, (_value, readers) in every.items()},
    }


@atomic
async def save(
    event: Event, person: Person, given: Mapping[ContactKind, tuple[str, ContactReaders]], edit: Edit = UNSEEN
) -> None:
    """Store the contacts; an empty value deletes one. Raises EditConflict."""
    await lock(Person, person.id)
    stored = flat(await own(event, person))
    after = {**stored, **edit.texts(flat_of(given), stored)}
    for kind in given:
        value, readers = after[kind], ContactReaders(after[f"{kind}_readers"])
        key: dict[str, Any] = {"event_id": event.id, "person_id": person.id, "kind": kind}
        if value:
            await Contact.update_or_create(**key, defaults={"value": value, "readers": readers})
        else:
            await Contact.filter(**key).delete()


@atomic
async def save_readers(party: Registration, given: Mapping[str, FieldReaders], edit: Edit = UNSEEN) -> None:
    """Store who reads which field of an expert's profile. Raises EditConflict, NotFound."""
    row = await lock(Registration, party.id)
    if row is None:
        raise NotFound
    stored = {name: str(readers) for name, readers in readers_of(row).items()}
    after = {**stored, **edit.texts({name: str(readers) for name, readers in given.items()}, stored)}
    chosen = {name: readers for name, readers in after.items() if readers != FieldReaders.OTHER_SIDE}
    await Registration.filter(id=party.id).update(readers=chosen or None)


async def other_side(entry_id: int, party: Registration) -> Registration:
    """Return the other party of a published meeting that is not cancelled. Raises NotFound."""
    entry = await CalendarEntry.get_or_none(id=entry_id, event_id=party.event_id, is_cancelled=False)
    if entry is None or party.id not in (entry.expert_id, entry.enterprise_id):
        raise NotFound
    other = entry.enterprise_id if entry.expert_id == party.id else entry.expert_id
    return await Registration.get(id=other).select_related("person", "organisation")


@atomic
async def share(party: Registration, other: Registration, *, does_share: bool) -> None:
    """Agree to exchange contacts with the other party, or revoke that: then nobody reads them any more."""
    await lock(Registration, party.id)
    if does_share:
        await ContactShare.get_or_create(by_id=party.id, about_id=other.id, defaults={"event_id": party.event_id})
    else:
        await ContactShare.filter(by_id=party.id, about_id=other.id).delete()


async def exchange(party: Registration, other: Registration, texts: TextReader) -> Exchange:
    """Return what the party may read of the other one: nothing unless both take part. At most five queries.

    texts: shows the event's texts to the reader.
    """
    mine = await ContactShare.exists(by_id=party.id, about_id=other.id)
    theirs = await ContactShare.exists(by_id=other.id, about_id=party.id)
    if not party.takes_part or not other.is_shown:
        return Exchange(mine, theirs, ())
    seen = [ContactReaders.OTHER_SIDE, *([ContactReaders.AGREED] if mine and theirs else [])]
    people = await agreed_delegates(other) if other.organisation_id else [as_seen(other, is_agreed=True)]
    rows = await Contact.filter(
        event_id=other.event_id, person_id__in=[each.person_id for each in people], readers__in=seen
    ).order_by("id")
    firm = _firm(other, texts)
    cards = [
        _card(each, firm, texts.locale, [row for row in rows if row.person_id == each.person_id]) for each in people
    ]
    return Exchange(mine, theirs, [card for card in cards if card.contacts])


def _firm(other: Registration, texts: TextReader) -> str:
    if other.organisation_id:
        return organisation_name(other.organisation, texts.locale)
    return told(texts.affiliation(as_seen(other, is_agreed=True)), texts.locale)


def _card(row: Registration | Delegate, firm: str, locale: str, contacts: Sequence[Contact]) -> Card:
    name, beside = called(row).for_reader(locale)
    return Card(name, beside or "", firm, country_of(row), contacts)
