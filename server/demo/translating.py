"""Translations of the demo's texts from translations.yaml, in every state that a translation can have."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from server.db import atomic
from server.demo.people import Delegation, load
from server.models import (
    Delegate,
    Event,
    Need,
    Person,
    Registration,
    TextField,
    Translation,
    TranslationState,
)
from server.translations import texts
from server.translations.texts import SourceText

FILE = Path(__file__).parent / "translations.yaml"
ENGINE = "demo draft"
# Columns of a translation that name the owner of its text; all other fields are a party's.
OWNERS = {**dict.fromkeys(texts.NEED_FIELDS, "need_id"), TextField.DELEGATE: "delegate_id"}


@dataclass(frozen=True)
class Written:
    """A translation from the file. id: of the profile, need or enterprise in people.yaml."""

    id: str
    source: SourceText
    locale: str
    text: str


@dataclass(frozen=True)
class Contents:
    """The contents of the file as plain values. notes: of enterprises; those of experts stand in
    their profiles. machine, human, missing: as `id/locale`."""

    experts: Mapping[str, Mapping[str, Mapping[str, str]]]
    enterprises: Mapping[str, Mapping[str, str]]
    notes: Mapping[str, Mapping[str, str]]
    positions: Mapping[str, Mapping[str, str]]
    needs: Mapping[str, Mapping[str, Mapping[str, str]]]
    machine: Sequence[str]
    human: Sequence[str]
    stale: Sequence[Mapping[str, str]]
    missing: Sequence[str]

    def state(self, key: str) -> TranslationState:
        if key in self.machine:
            return TranslationState.MACHINE
        return TranslationState.HUMAN if key in self.human else TranslationState.CHECKED

    def earlier(self, key: str, field: str) -> str | None:
        """Return the text that was translated, None if it is the one of people.yaml."""
        return next((each["earlier"] for each in self.stale if (each["of"], each["field"]) == (key, field)), None)


def read() -> Contents:
    """Return the contents of translations.yaml."""
    return Contents(**load(FILE))


@atomic
async def translate(
    event: Event, delegation: Delegation, experts: Sequence[Registration], enterprises: Sequence[Registration]
) -> None:
    """Create all translations of the file. experts, enterprises: in the order of the delegation.

    One interpreter wrote them, another one checked them.
    The rows are inserted at once: saving several hundred one by one would take longer than all registrations.
    """
    contents = read()
    author, checker = [
        await Person.get(email=each["email"]) for each in (delegation.interpreters[0], delegation.translator)
    ]
    written = [
        *_profiles(contents, delegation, experts),
        *[each async for each in _descriptions(contents, delegation, enterprises)],
        *[each async for each in _needs(contents, delegation, enterprises)],
        *[each async for each in _positions(contents, enterprises)],
    ]
    await Translation.bulk_create([_row(event, contents, each, author, checker) for each in written])


def _row(event: Event, contents: Contents, one: Written, author: Person, checker: Person) -> Translation:
    key, field = f"{one.id}/{one.locale}", TextField(one.source.key.field)
    state, earlier = contents.state(key), contents.earlier(key, field)
    is_machine, is_checked = state is TranslationState.MACHINE, state is TranslationState.CHECKED
    return Translation(
        event_id=event.id,
        field=field,
        locale=one.locale,
        text=one.text,
        state=state,
        engine=ENGINE if is_machine else "",
        source_hash=texts.hash_of(earlier or one.source.text),
        source_text=earlier or one.source.text,
        author_id=None if is_machine else author.id,
        checker_id=checker.id if is_checked else None,
        checked_at=datetime.now(UTC) if is_checked else None,
        **{OWNERS.get(field, "registration_id"): one.source.key.row_id},
    )


def _profiles(contents: Contents, delegation: Delegation, experts: Sequence[Registration]) -> Iterator[Written]:
    for given, party in zip(delegation.experts, experts, strict=True):
        for locale, fields in contents.experts[given["id"]].items():
            for name, text in fields.items():
                yield Written(given["id"], texts.of_party(party, TextField(name)), locale, text)


async def _descriptions(
    contents: Contents, delegation: Delegation, enterprises: Sequence[Registration]
) -> AsyncIterator[Written]:
    stored = Registration.filter(id__in=[party.id for party in enterprises]).select_related("organisation")
    for given, party in zip(delegation.enterprises, await stored.order_by("id"), strict=True):
        for locale, text in contents.enterprises[given["id"]].items():
            yield Written(given["id"], texts.of_party(party, TextField.DESCRIPTION), locale, text)
        for locale, text in contents.notes.get(given["id"], {}).items():
            yield Written(given["id"], texts.of_party(party, TextField.NOTE), locale, text)


async def _needs(
    contents: Contents, delegation: Delegation, enterprises: Sequence[Registration]
) -> AsyncIterator[Written]:
    ids = [need["id"] for given in delegation.enterprises for need in given["needs"]]
    stored = await Need.filter(registration_id__in=[party.id for party in enterprises]).order_by("id")
    for id, need in zip(ids, stored, strict=True):
        for locale, fields in contents.needs[id].items():
            for name, text in fields.items():
                yield Written(id, texts.of_need(need, TextField(name)), locale, text)


async def _positions(contents: Contents, enterprises: Sequence[Registration]) -> AsyncIterator[Written]:
    for delegate in await Delegate.filter(registration_id__in=[party.id for party in enterprises]).order_by("id"):
        for locale, text in contents.positions[delegate.position].items():
            yield Written(delegate.position, texts.of_delegate(delegate), locale, text)
