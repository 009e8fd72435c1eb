"""Consents of the people who help the organiser: interpreters, translators, reviewers, leaders and crew.

Each public function that writes is one transaction.
"""

from datetime import UTC, datetime

from server.db import atomic, lock
from server.errors import NotFound
from server.interpreters import service as interpreting
from server.models import Consent, Event, Interpreter, Person
from server.registrations import agreeing
from server.registrations.consents import OF_INTERPRETERS, Purpose
from server.roles import Standing, standing


@atomic
async def agree(event: Event, person: Person, helper: Standing, *, locale: str) -> None:
    """Store all consents that the person's work at the event needs. locale: in which the texts were shown.

    A second time changes nothing.
    """
    asked = helper.asked
    await lock(Person, person.id)
    await agreeing.record(event, person, [purpose.code for purpose in asked], locale=locale, offered=asked)
    if helper.interpreter is not None:
        # Not update_fields of the row in the request: another request may have changed its availability.
        await Interpreter.filter(id=helper.interpreter.id).update(withheld_at=None)


async def to_withdraw(event: Event, person: Person, code: str) -> Purpose:
    """Return the purpose of a consent of the person that is in force. Raises NotFound."""
    purpose = next((each for each in OF_INTERPRETERS if each.code == code), None)
    in_force = Consent.filter(event_id=event.id, person_id=person.id, purpose=code, withdrawn_at=None)
    if purpose is None or not await in_force.exists():
        raise NotFound
    return purpose


@atomic
async def withdraw(event: Event, person: Person, purpose: Purpose) -> None:
    """End a consent: the pages of the person's work close. An interpreter's name is hidden, and organisers are told as
    in `interpreting.cannot_come`. Raises TooManyMails.
    """
    await lock(Person, person.id)
    await agreeing.end(event.id, person.id, purpose.code)
    interpreter = await Interpreter.get_or_none(event_id=event.id, person_id=person.id)
    if interpreter is not None:
        await Interpreter.filter(id=interpreter.id).update(withheld_at=datetime.now(UTC))
        await interpreting.cannot_come(interpreter, person)


async def end_unneeded(event_id: int, person_id: int) -> None:
    """End the consents that no work of the person at the event needs any more; their rows stay as history.

    Call in the transaction that removes the person from some work. Whoever keeps other work keeps its consents.
    """
    event, person = await Event.get(id=event_id), await Person.get(id=person_id)
    needed = {purpose.code for purpose in (await standing(event, person)).asked}
    for purpose in OF_INTERPRETERS:
        if purpose.code not in needed:
            await agreeing.end(event_id, person_id, purpose.code)
