"""What is typed in a step of a registration is kept before the step is sent, to be continued on another device.

It is kept as forms are that were sent without a session (`server.held`), for the person alone and for two weeks. It is
not shown any more once the step has been saved, here or elsewhere: then the form is drawn from other data.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from server import forms
from server.accounts.sessions import hashed
from server.db import atomic, lock
from server.edits import DRAWN
from server.held import MAX_CHARACTERS, storable
from server.models import Event, HeldForm, Person, Side
from server.registrations.steps import Step

KEPT = timedelta(days=14)


def _key(event: Event, person: Person, side: Side, step: Step) -> str:
    return hashed(f"step {event.id} {person.id} {side} {step.name}")


@atomic
async def keep(
    event: Event, person: Person, side: Side, step: Step, typed: Mapping[str, forms.Typed], drawn: str
) -> bool:
    """Keep what is in the form of a step, in place of what was kept before; return whether it is kept.

    drawn: what the form would be drawn from now. A form that was drawn before the step was last saved is not kept, nor
    one with more characters than `MAX_CHARACTERS`.
    """
    values = {name: value for name, value in storable(typed).items() if name != "as"}
    if values.get(DRAWN, "") != drawn or sum(len(str(each)) for each in values.values()) > MAX_CHARACTERS:
        return False
    await lock(Person, person.id)
    about = {
        "person_id": person.id,
        "path": step.path(event.slug, side),
        "values": values,
        "expires_at": datetime.now(UTC) + KEPT,
    }
    await HeldForm.update_or_create(token_hash=_key(event, person, side, step), defaults=about)
    return True


async def kept(event: Event, person: Person, side: Side, step: Step, drawn: str) -> Mapping[str, Any] | None:
    """Return what the person typed in the step and did not send, or None. One query. drawn: as in `keep`."""
    row = await HeldForm.get_or_none(token_hash=_key(event, person, side, step), expires_at__gt=datetime.now(UTC))
    return row.values if row is not None and row.values.get(DRAWN, "") == drawn else None


@atomic
async def forget(event: Event, person: Person, side: Side, step: Step) -> None:
    """Delete what was kept of a step: it is saved now, or the person does not want it."""
    await HeldForm.filter(token_hash=_key(event, person, side, step)).delete()
