"""Pages of what publishing a plan would change and say, person by person."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage

from starlette.requests import Request
from starlette.responses import Response

from i18n import formats
from server import access, names
from server.agendas.entries import ChangeKind, MeetingPlace
from server.errors import NotFound
from server.letters.composing import compose
from server.models import Plan
from server.pages import page, shown_locale, to, zone_of
from server.plans import previewing
from server.plans.directory import Directory
from server.plans.previewing import Told
from server.plans.publishing import PUBLISHABLE
from server.plans.telling import EmailLine

DIGITS = 9  # of the id of a person


@dataclass(frozen=True)
class ShownPerson:
    """A row. side: name of the enterprise of a delegate, or "". new, other, cancelled: numbers of meetings."""

    id: int
    name: str
    side: str
    language: str
    new: int
    moved: int
    other: int
    cancelled: int


@dataclass(frozen=True)
class ShownPlace:
    """When and where a meeting is, in the reader's words. interpreter: "" for none."""

    when: str
    table: int
    interpreter: str


@dataclass(frozen=True)
class ShownChange:
    """A meeting of the person. others: whom the person meets. before, after: None if there is none for the person."""

    kind: ChangeKind
    others: str
    before: ShownPlace | None
    after: ShownPlace | None


async def index(request: Request) -> Response:
    """List everybody who would get an e-mail, with the numbers of changes; or show one person's, `?person=ID`."""
    plan = await access.plan_for_organiser(request)
    base = f"/e/{access.event(request).slug}/plans/{plan.id}"
    if plan.state not in PUBLISHABLE:
        return to(base)
    if asked := request.query_params.get("person"):
        return await _one(request, plan, asked)
    told, places = await previewing.told_of(plan)
    locale = request.state.locale

    def shown() -> Response:
        people = [_person(each, places, locale) for each in told]
        return page(request, "plans/emails.html", plan=plan, people=people)

    # In a thread, because thousands of people can be told.
    return await asyncio.to_thread(shown)


def _person(told: Told, places: Directory, locale: str) -> ShownPerson:
    counts = told.counts
    return ShownPerson(
        id=told.person.id,
        name=names.shown_name(told.row, locale),
        side="" if told.party is None else places.party(told.party, locale),
        language=formats.language(shown_locale(told.person.locale).tag, locale),
        new=counts[ChangeKind.ADDED],
        moved=counts[ChangeKind.MOVED],
        other=counts[ChangeKind.RESEATED] + counts[ChangeKind.STAFFED],
        cancelled=counts[ChangeKind.CANCELLED] + counts[ChangeKind.RELEASED],
    )


async def _one(request: Request, plan: Plan, asked: str) -> Response:
    """Show what changes for one person, and the e-mail in the person's language. asked: id of the person."""
    is_id = asked.isascii() and asked.isdigit() and len(asked) <= DIGITS
    found = await previewing.preview_of(plan, int(asked)) if is_id else None
    if found is None:
        raise NotFound
    message = compose(found.email, request.app.state.settings)
    return page(
        request,
        "plans/email.html",
        plan=plan,
        person=_person(found.told, found.places, request.state.locale),
        changes=_changes(request, found.told.lines, found.places),
        email=found.email,
        language=shown_locale(found.email.locale),
        subject=message["Subject"],
        body=_body(message),
    )


def _body(message: EmailMessage) -> str:
    plain = message.get_body(("plain",))
    return "" if plain is None else str(plain.get_content())


def _changes(request: Request, lines: Sequence[EmailLine], places: Directory) -> list[ShownChange]:
    """Return the changes by time."""
    locale, zone = request.state.locale, zone_of(access.event(request))

    def place(given: MeetingPlace | None) -> ShownPlace | None:
        if given is None:
            return None
        interpreter = places.interpreter(given.interpreter_id, locale) if given.interpreter_id else ""
        when = formats.interval(given.start_at, given.end_at, locale, zone)
        return ShownPlace(when, places.tables[given.table_id].number, interpreter)

    def shown(line: EmailLine) -> ShownChange:
        change, others = line.change, [places.party(id, locale) for id in line.counterpart]
        # For an interpreter, a meeting begins or ends with the interpreting.
        is_new, is_over = line.kind is ChangeKind.ADDED, line.kind in (ChangeKind.CANCELLED, ChangeKind.RELEASED)
        before = None if is_new else place(change.before)
        after = None if is_over else place(change.after)
        return ShownChange(line.kind, formats.sequence(others, locale), before, after)

    def start(line: EmailLine) -> str:
        found = line.change.after or line.change.before
        return found.start_at.isoformat() if found else ""

    return [shown(each) for each in sorted(lines, key=start)]
