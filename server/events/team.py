"""The people who help at an event: organisers add, change and remove interpreters, translators, reviewers,
desk staff and escorts.

Each public function that writes is one transaction.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime

from tortoise.exceptions import IntegrityError

from i18n import _
from server import behalf, mail
from server.accounts import service as accounts
from server.audit import recording
from server.crew import consenting
from server.db import atomic, lock
from server.edits import UNSEEN, Edit, Merged, columns_of, drawn_from, write
from server.emails import Invitation, InviteDeskStaff, InviteEscort, InviteInterpreter, InviteReviewer, InviteTranslator
from server.errors import NotFound, Refused
from server.events.grid import ticked
from server.events.service import mail_locale, person_by_email
from server.events.values import InterpreterValues
from server.models import (
    CalendarEntry,
    CrewRole,
    Event,
    EventCrew,
    EventReviewer,
    EventTranslator,
    Interpreter,
    Meeting,
    Person,
    Release,
)
from server.names import called
from server.plans.guarding import shown_first
from server.roles import HOMES, Role
from server.values import UNSET, Unset, Values

Helper = EventTranslator | EventReviewer | EventCrew
# The role of each, and the e-mail that invites them to its page.
INVITED: Mapping[type[Helper] | CrewRole, tuple[Role, type[Invitation]]] = {
    EventTranslator: (Role.TRANSLATOR, InviteTranslator),
    EventReviewer: (Role.REVIEWER, InviteReviewer),
    CrewRole.DESK_STAFF: (Role.DESK_STAFF, InviteDeskStaff),
    CrewRole.ESCORT: (Role.ESCORT, InviteEscort),
}


async def invitation_refusals(kind: type[Invitation], email: str, by: Person) -> AsyncIterator[Refused]:
    """Yield why the person with this address cannot be invited now. kind: the e-mail. by: who invites them."""
    if refusal := await mail.flood(by.id, kind, email):
        yield refusal


# Interpreters -----------------------------------------------------------------------------------------------------


class InterpretsAlready(Refused):
    """A person with this address already is an interpreter at this event."""

    field = "email"

    def __init__(self, email: str) -> None:
        super().__init__(_("This event already has an interpreter with this address: %(email)s", email=email))


async def interpreter_refusals(event: Event, email: str, by: Person) -> AsyncIterator[Refused]:
    """Yield why the person with this address cannot be added as an interpreter. by: who adds them."""
    if await Interpreter.filter(event_id=event.id, person__email=email).exists():
        yield InterpretsAlready(email)
        return
    async for refusal in invitation_refusals(InviteInterpreter, email, by):
        yield refusal


def drawn(interpreter: Interpreter) -> str:
    """Return the hidden field of the interpreter's form, as `edits.drawn_from` does; the person is loaded."""
    return drawn_from(_NamedInterpreter.of(interpreter).columns())


@dataclass(frozen=True, kw_only=True)
class _NamedInterpreter(InterpreterValues):
    """What the interpreter's form edits; the name only until the person has entered their own."""

    full_name: str | Unset

    @classmethod
    def of(cls, row: Interpreter) -> "_NamedInterpreter":
        """Return the values as they are stored; the person is loaded."""
        columns = columns_of(row, [each.name for each in fields(InterpreterValues)])
        return cls(**columns, full_name=called(row).full_name)


@atomic
async def add_interpreter(
    event: Event,
    values: InterpreterValues,
    *,
    email: str,
    full_name: str,
    locale: str = "",
    by: Person | None = None,
) -> Interpreter:
    """Add an interpreter, who is invited by e-mail.

    full_name: used at this event until the person enters their own. locale: of e-mails to a new person, "" for the
    event's first. by: who adds the interpreter. A removed interpreter who is added again gets their row back. Raises
    SlotsChanged, TooManyMails, and InterpretsAlready if a person with this address interprets here.
    """
    columns = {**values.columns(), **(await ticked(event.id, None, values.available)).columns()}
    person = await person_by_email(email, locale=mail_locale(event, locale))
    proposed = {"full_name": full_name}
    gone = await Interpreter.every.filter(event_id=event.id, person_id=person.id, removed_at__not_isnull=True).first()
    if gone is not None:
        await Interpreter.every.filter(id=gone.id).update(removed_at=None, **columns)
        await Interpreter.filter(id=gone.id, proposed__isnull=False).update(proposed=proposed)
        # The links of the former invitation ended with the removal.
        await _invite_interpreter(event, gone, person, by)
        return await Interpreter.get(id=gone.id)
    try:
        made = await Interpreter.create(event_id=event.id, person_id=person.id, proposed=proposed, **columns)
    except IntegrityError:
        raise InterpretsAlready(person.email) from None
    recording.about("interpreter", made.id)
    await _invite_interpreter(event, made, person, by)
    return made


@atomic
async def change_interpreter(
    interpreter: Interpreter,
    values: InterpreterValues,
    *,
    full_name: str,
    by: Person,
    edit: Edit = UNSEEN,
    seen: str = "",
) -> None:
    """Save what an organiser changed of an interpreter, and log it for the interpreter to see.

    full_name: ignored once the person has entered their own. by: the organiser. seen: as in `shown_first`. Raises
    EditConflict, SlotsChanged, TakesMeetings, and NotFound if the interpreter was removed.
    """
    standing = await lock(Interpreter, interpreter.id)
    if standing is None:
        raise NotFound
    standing.person = interpreter.person
    wanted = _NamedInterpreter(**values.columns(), full_name=UNSET if standing.proposed is None else full_name)
    merged = edit.merged(wanted, _NamedInterpreter.of(standing))
    written: list[Values | Merged[_NamedInterpreter]] = [merged.without("full_name")]
    if "available" in merged.changed:
        written.append(await ticked(standing.event_id, standing, merged.values.available))
    proposed = {"proposed": {"full_name": merged.values.full_name}} if "full_name" in merged.changed else {}
    async with shown_first(standing.event_id, seen):
        await write(standing, *written, **proposed)
    await behalf.note(standing.event_id, by, "interpreter", interpreter=standing)


async def _invite_interpreter(event: Event, interpreter: Interpreter, person: Person, by: Person | None) -> None:
    path = await accounts.invitation_path(person.email, f"/e/{event.slug}/interpreting", event=event)
    key = f"interpreter:{interpreter.id}:{path.rpartition('/')[2][:12]}"
    await mail.queue_to(person, event, key, InviteInterpreter(path=path), by=by)


@atomic
async def invite_interpreter_again(event: Event, interpreter: Interpreter, by: Person) -> None:
    """Send the invitation again with a new link; the link before stops working. Raises TooManyMails."""
    await _invite_interpreter(event, interpreter, await Person.get(id=interpreter.person_id), by)


@atomic
async def remove_interpreter(interpreter: Interpreter, *, seen: str = "") -> None:
    """Remove an interpreter; a row that plans use stays as history. seen: as in `shown_first`. Raises TakesMeetings."""
    await lock(Event, interpreter.event_id)
    async with shown_first(interpreter.event_id, seen):
        used = [
            await model.filter(interpreter_id=interpreter.id).exists() for model in (Meeting, CalendarEntry, Release)
        ]
        if any(used):
            await Interpreter.filter(id=interpreter.id).update(removed_at=datetime.now(UTC))
        else:
            await interpreter.delete()
    await accounts.revoke_invitations(interpreter.event_id, interpreter.person_id)
    await consenting.end_unneeded(interpreter.event_id, interpreter.person_id)


# Translators ------------------------------------------------------------------------------------------------------


@atomic
async def add_translator(
    event: Event, email: str, *, languages: Sequence[str] = (), locale: str = "", by: Person | None = None
) -> None:
    """Let a person translate the texts of the event and tell them by e-mail; for a translator change the languages.

    languages: interface locales, none for all. locale: of e-mails to a new person, "" for the event's first. by: who
    adds them. Raises TooManyMails.
    """
    person = await person_by_email(email, locale=mail_locale(event, locale))
    columns = {"languages": list(languages)}
    row, is_new = await EventTranslator.get_or_create(
        event_id=event.id, person_id=person.id, defaults={"proposed": {}, **columns}
    )
    if is_new:
        await _invite(event, row, person, by)
    else:
        await write(row, **columns)


# Reviewers --------------------------------------------------------------------------------------------------------


@atomic
async def add_reviewer(event: Event, email: str, *, locale: str = "", by: Person | None = None) -> None:
    """Let a person review the needs of the event and tell them by e-mail.

    locale: of e-mails to a new person, "" for the event's first. by: who adds them. Raises TooManyMails.
    """
    person = await person_by_email(email, locale=mail_locale(event, locale))
    row, is_new = await EventReviewer.get_or_create(event_id=event.id, person_id=person.id, defaults={"proposed": {}})
    if is_new:
        await _invite(event, row, person, by)


# Desk staff and escorts -------------------------------------------------------------------------------------------


@atomic
async def add_crew(event: Event, email: str, role: CrewRole, *, locale: str = "", by: Person | None = None) -> None:
    """Let a person help on the days of the event and tell them by e-mail.

    locale: of e-mails to a new person, "" for the event's first. by: who adds them. Raises TooManyMails.
    """
    person = await person_by_email(email, locale=mail_locale(event, locale))
    row, is_new = await EventCrew.get_or_create(
        event_id=event.id, person_id=person.id, role=role, defaults={"proposed": {}}
    )
    if is_new:
        await _invite(event, row, person, by)


# Helpers: translators, reviewers and crew -------------------------------------------------------------------------


@atomic
async def invite_again(event: Event, helper: Helper, by: Person) -> None:
    """Send the invitation again with a new link; the link before stops working. Raises TooManyMails."""
    await _invite(event, helper, await Person.get(id=helper.person_id), by)


@atomic
async def remove_helper(event: Event, helper: Helper) -> None:
    """Remove a translator, reviewer or crew member, and end their invitations and consents; translations and remarks
    stay.
    """
    await helper.delete()
    await accounts.revoke_invitations(event.id, helper.person_id)
    await consenting.end_unneeded(event.id, helper.person_id)


async def _invite(event: Event, helper: Helper, person: Person, by: Person | None) -> None:
    role, email = INVITED[helper.role if isinstance(helper, EventCrew) else type(helper)]
    path = await accounts.invitation_path(person.email, f"/e/{event.slug}/{HOMES[role]}", event=event)
    key = f"{email.template}:{helper.id}:{path.rpartition('/')[2][:12]}"
    await mail.queue_to(person, event, key, email(path=path), by=by)
