"""Whom a row of an import means: somebody with an address, somebody entered without one, or somebody new."""

import secrets
from collections.abc import Iterable
from typing import Any, TypeVar

from tortoise.models import Model

from server.imports.ledger import Ledger
from server.models import Delegate, Participation, Person, Registration, Unclaimed
from server.models.people import NOWHERE
from server.unclaimed.service import NONCE_BYTES

R = TypeVar("R", bound=Model)


def possible_people(ledger: Ledger, email: str, key: str) -> set[int]:
    """Return ids of the people that a row may mean."""
    found = {row.person_id for row in ledger.find(Unclaimed, key=key)}
    owner = ledger.owner_of(email) if email else None
    return found | ({owner.id} if owner else set())


def without_address(ledger: Ledger, *keys: str) -> list[Unclaimed]:
    """Return the people with these keys who were entered without an address and have none yet."""
    return [row for key in keys for row in ledger.find(Unclaimed, key=key) if row.claimed_at is None]


def number_addressed(waiting: Iterable[Unclaimed]) -> int:
    """Return how many of `without_address` have got an address since."""
    return sum(row.claimed_at is not None for row in waiting)


def earliest(rows: Iterable[R]) -> R | None:
    """Return the row that was created first."""
    return min(rows, key=lambda row: (row.pk < 0, abs(row.pk)), default=None)


def person_of(ledger: Ledger, email: str, key: str, full_name: str, locale: str) -> Person:
    """Return the person of a row, created if new.

    email: "" if the row has none; then the same key means the same person. A row with an address gives the address to a
    person without one, unless somebody with this address already takes part in the event. An address that an account
    holds while it is changed means the person of the account, as in the forms for one person: a new person with it
    would be in the way of the change.
    """
    standing = next(iter(ledger.find(Unclaimed, key=key)), None)
    if not email:
        return ledger.get(Person, standing.person_id) if standing else _placeholder(ledger, key, full_name, locale)
    person = ledger.owner_of(email)
    if standing is None or standing.claimed_at is not None:
        return person or ledger.create(Person, email=email, locale=locale)
    if person is None:
        person = ledger.get(Person, standing.person_id)
        ledger.change(person, email=email)
        ledger.change(standing, claimed_at=ledger.now)
    elif not places(ledger, person):
        _hand_over(ledger, standing, person)
    return person


def _placeholder(ledger: Ledger, key: str, full_name: str, locale: str) -> Person:
    email = secrets.token_hex(16) + NOWHERE
    person = ledger.create(Person, email=email, full_name=full_name, locale=locale)
    nonce = secrets.token_hex(NONCE_BYTES)
    ledger.create(Unclaimed, event_id=ledger.event.id, person_id=person.id, key=key, nonce=nonce)
    return person


def places(ledger: Ledger, person: Person) -> list[Any]:
    """Return the rows by which the person takes part in the event: as an expert, and as a delegate."""
    return [*places_as_expert(ledger, person.id), *ledger.find(Delegate, person_id=person.id)]


def _hand_over(ledger: Ledger, standing: Unclaimed, person: Person) -> None:
    """Give the rows of a person without an address to the owner of the address, as if they were entered now.

    That the owner signed in before says nothing about this event.
    """
    before = ledger.get(Person, standing.person_id)
    for row in places(ledger, before):
        ledger.change(row, person_id=person.id, created_at=ledger.now)
    for row in ledger.find(Participation, person_id=before.id):
        ledger.change(row, person_id=person.id)
    ledger.change(standing, person_id=person.id, claimed_at=ledger.now)
    ledger.delete(before)


def places_as_expert(ledger: Ledger, person_id: int) -> list[Registration]:
    """Return the registrations of the person as an expert."""
    return ledger.find(Registration, person_id=person_id)


def take_part(ledger: Ledger, person: Person, **role: int) -> None:
    """Enter that the person takes part. role: the id of the registration or of the delegate."""
    ledger.create(Participation, event_id=ledger.event.id, person_id=person.id, **role)
