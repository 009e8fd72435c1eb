"""What happens to a name that others entered, once the person has seen it."""

from server.db import atomic, lock
from server.models import Delegate, Interpreter, Organiser, Person, Registration
from server.names import NAMES


@atomic
async def end_proposals(event_id: int, person: Person, *, is_taken: bool) -> None:
    """End the proposals of others at this event. is_taken: the proposed name becomes the person's own.

    Other proposed data that the person lacks, such as the country, are taken over in both cases: the page showed them.
    """
    # Rows of the event before the person, as all edits lock them.
    rows = await _proposals(event_id, person)
    own = await lock(Person, person.id)
    if own is None or not rows:
        return
    said = {name: text for row in reversed(rows) for name, text in (row.proposed or {}).items() if text}
    kept = {name: text for name, text in said.items() if not getattr(own, name) and (name not in NAMES or is_taken)}
    if is_taken and said.get("full_name"):
        # Spellings of another name do not belong to this one.
        kept |= {name: said.get(name, "") for name in NAMES} if said["full_name"] != own.full_name else {}
    if kept:
        await Person.filter(id=person.id).update(**kept)
    for row in rows:
        await type(row).filter(id=row.id).update(proposed=None)


async def _proposals(event_id: int, person: Person) -> list[Registration | Delegate | Interpreter | Organiser]:
    """Return the person's rows at the event with a proposed name, locked, most detailed first."""
    here = {"event_id": event_id, "person_id": person.id}
    of_firm = Delegate.filter(registration__event_id=event_id, person_id=person.id)
    rows = [
        await Registration.filter(**here).select_for_update(no_key=True).first(),
        await of_firm.select_for_update(no_key=True, of=("delegate",)).first(),
        await Interpreter.filter(**here).select_for_update(no_key=True).first(),
        await Organiser.filter(**here).select_for_update(no_key=True).first(),
    ]
    return [row for row in rows if row is not None and row.proposed is not None]
