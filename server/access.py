"""Access control: denied by default, with one gate for each object.

Each route names the roles that may call it, and for organisers the right that they need. `guard` finds what the viewer
has, in the event if the path names one. A viewer without any of them gets the same answer as for an object that does
not exist; an organiser of the event without the right is told which one it is, and who can give it.
"""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from copy import copy
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar, cast
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from tortoise.models import Model

from server import rights, schemes
from server.audit.recording import Recorder, object_of, recording
from server.errors import NotFound, SignInNeeded
from server.held import held_for
from server.memory import remembered, seen_by_request
from server.models import (
    Delegation,
    Event,
    Need,
    NeedState,
    Organiser,
    Part,
    Person,
    Plan,
    Registration,
    Right,
    Side,
)
from server.models.base import MAX_ID
from server.models.plans import PLAN_COLUMNS
from server.roles import Permission, Role, Standing, of_viewer, standing
from server.slugs import ADDRESS, PATH_SAFE, event_at

View = Callable[[Request], Awaitable[Response]]
Found = TypeVar("Found", bound=Model)
READING = frozenset({"GET", "HEAD"})


def viewer(request: Request) -> Person | None:
    return cast("Person | None", request.state.viewer)


def person(request: Request) -> Person:
    """Return the signed-in person; the route has made sure that there is one."""
    found = viewer(request)
    if found is None:
        raise SignInNeeded
    return found


def event(request: Request) -> Event:
    """Return the event of the path, loaded and authorised by the guard."""
    return cast(Event, request.state.event)


def own(request: Request) -> Standing:
    """Return the viewer's roles in the event."""
    return cast(Standing, request.state.standing)


def path_id(request: Request, name: str) -> int:
    """Return an id from the path, in the range of key columns. Raises NotFound."""
    number = int(request.path_params[name])
    if not 0 < number <= MAX_ID:
        raise NotFound
    return number


async def of_event(request: Request, model: type[Found], name: str, *related: str, **more: Any) -> Found:
    """Return the row with the id in the path parameter `name`, if it belongs to the event. Raises NotFound.

    related: relations to load. more: further conditions.
    """
    query = model.filter(id=path_id(request, name), event_id=event(request).id, **more)
    row = await query.select_related(*related).first() if related else await query.first()
    if row is None:
        raise NotFound
    return row


async def delegation(request: Request) -> Delegation:
    """Return a delegation of the event with its leader, for organisers and for the leader. Raises NotFound."""
    found = await of_event(request, Delegation, "delegation", "leader")
    if not own(request).may(Right.PEOPLE) and found.leader_id != person(request).id:
        raise NotFound
    return found


async def organiser_to_remove(request: Request) -> Organiser:
    """Return an organiser of the event whom the viewer may remove: owners everybody, others themselves."""
    found = await of_event(request, Organiser, "organiser", "person")
    if not own(request).is_owner and found.person_id != person(request).id:
        raise await rights.needed(event(request), {Role.OWNER}, request.state.locale)
    return found


async def plan_for_organiser(request: Request) -> Plan:
    """Return a plan version of the event with PLAN_COLUMNS only; the route admits organisers only."""
    found = Plan.filter(id=path_id(request, "plan"), event_id=event(request).id)
    plan = await found.only(*PLAN_COLUMNS).first()
    if plan is None:
        raise NotFound
    return plan


async def guest(request: Request) -> Registration:
    """Return an expert who takes part, for organisers with the right to people and for the guest's escort, whose
    address is in the ledger. Raises NotFound.
    """
    named = {} if own(request).may(Right.PEOPLE) else {"reception__escort__email": person(request).email}
    return await of_event(request, Registration, "registration", "person", side=Side.EXPERT, withdrawn_at=None, **named)


async def any_event(request: Request) -> Event:
    """Return the event with the id in the path, for administrators, who see no more of it. Raises NotFound."""
    found = await Event.get_or_none(id=path_id(request, "event"))
    if found is None:
        raise NotFound
    return found


async def two_enterprises(request: Request) -> tuple[Registration, Registration]:
    """Return the enterprises `kept` and `joined` of the path, with organisations. Raises NotFound if they are equal."""
    kept, joined = [
        await of_event(request, Registration, name, "organisation", side=Side.ENTERPRISE) for name in ("kept", "joined")
    ]
    if kept.id == joined.id:
        raise NotFound
    return kept, joined


@dataclass(frozen=True)
class Stead:
    """A party for which an organiser acts. person: the expert or the first delegate.

    proposed: data that others entered about the person here, or None.
    """

    party: Registration
    person: Person | None
    proposed: Mapping[str, str] | None = None


def stead(request: Request) -> Stead | None:
    """Return the party for which an organiser acts (see `server.stead.acting`), or None."""
    return cast("Stead | None", getattr(request.state, "stead", None))


def nothing_done(request: Request) -> None:
    """Record that the request changed nothing (a second press), so that no act is logged."""
    request.state.is_nothing_done = True


def is_nothing_done(request: Request) -> bool:
    return bool(getattr(request.state, "is_nothing_done", False))


def subject(request: Request) -> Person:
    """Return the person whom the page is about: the viewer, or the person for whom an organiser acts."""
    instead = stead(request)
    found = instead.person if instead else person(request)
    if found is None:
        raise NotFound
    return found


def own_party(request: Request) -> Registration:
    """Return the registration that the viewer acts for. Raises NotFound."""
    instead = stead(request)
    party = instead.party if instead else own(request).party
    if party is None:
        raise NotFound
    return party


def own_enterprise(request: Request) -> Registration:
    """Return the enterprise that the viewer acts for. Raises NotFound."""
    instead = stead(request)
    party = instead.party if instead else own(request).enterprise
    if party is not None and party.side != Side.ENTERPRISE:
        raise NotFound
    if party is None:
        raise NotFound
    return party


async def own_need(request: Request) -> Need:
    """Return a need of the viewer's enterprise that is not withdrawn. Raises NotFound."""
    need = await own_need_ever(request)
    if need.state == NeedState.WITHDRAWN:
        raise NotFound
    return need


async def own_need_ever(request: Request) -> Need:
    """Return a need of the viewer's enterprise, even if withdrawn, so that an edit made meanwhile is not lost."""
    need = await Need.get_or_none(id=path_id(request, "need"), registration_id=own_enterprise(request).id)
    if need is None:
        raise NotFound
    return need


async def need_for_reviewer(request: Request) -> Need:
    """Return a need of the event that was handed in, with its party, which takes part. Raises NotFound."""
    found = Need.filter(
        id=path_id(request, "need"),
        registration__event_id=event(request).id,
        registration__withdrawn_at=None,
        state__in=(NeedState.SUBMITTED, NeedState.RETURNED, NeedState.APPROVED, NeedState.PUBLISHED),
    )
    need = await found.select_related("registration__organisation").first()
    if need is None:
        raise NotFound
    return need


async def _entered(request: Request, slug: str) -> Event | None:
    """Return the event of the path and put it and the viewer's roles there into the request's state.

    A request that only reads takes event and roles from memory if nothing has changed, which one query tells, so that a
    role that was taken away is gone at once. One that writes reads them anew.
    """
    who, state = viewer(request), request.state
    seen = await seen_by_request(slug) if request.method in READING and ADDRESS.fullmatch(slug) else None
    if seen is None:
        found = await event_at(slug)
    else:
        found = copy(await remembered(seen[0], "event", [Part.GRID], partial(_read_event, seen[0])))
    if found is None or found.slug != slug:
        return found
    state.event = found
    await schemes.ready()
    if who is None:
        state.standing = Standing()
        if state.preferred is None and found.locales:
            state.locale = found.locales[0]
        return found
    # Not at the start: it starts a process that loads for a second or two.
    request.app.state.scorer.prepare()
    if seen is None:
        state.standing = await standing(found, who)
    else:
        read = partial(standing, found, who)
        roles = await remembered(found.id, ("standing", who.id), [Part.PEOPLE], read, weigh=lambda _roles: 4)
        state.standing = of_viewer(roles, who)
    return found


async def _read_event(id: int) -> Event | None:
    return await Event.get_or_none(id=id)


def _moved(request: Request, slug: str, present: str) -> Response:
    """Redirect to the same page under the event's present slug, with the same query and, for forms, the same body."""
    rest = request.url.path.removeprefix(f"/e/{slug}")
    query = f"?{request.url.query}" if request.url.query else ""
    # Without no-store, which all pages have, a browser would keep the redirect even if the event gets its old slug
    # back.
    status = 301 if request.method in ("GET", "HEAD") else 308
    return RedirectResponse(f"/e/{present}{quote(rest, safe=PATH_SAFE)}{query}", status_code=status)


def guard(view: View, may: frozenset[Permission], act: str) -> View:
    """Return the view behind its gate. may: the roles that are admitted, and the rights of organisers.

    act: the name of the route, under which what a signed-in person does at an event is logged.
    """

    async def guarded(request: Request) -> Response:
        who = viewer(request)
        roles: set[Permission] = {Role.ANYONE, *_installation_roles(request)}
        slug = request.path_params.get("slug")
        if slug is not None:
            found = await _entered(request, slug)
            if found is None:
                raise NotFound
            if found.slug != slug:
                return _moved(request, slug, found.slug)
            roles |= request.state.standing.permissions
        if not roles & may:
            raise await _refusal(request, may)
        if slug is not None and not roles & may - request.state.standing.locked:
            return _to_consents(request)
        request.state.held = await held_for(request, who)
        try:
            with _logged(request, act, roles & may):
                return await view(request)
        finally:
            # Close uploaded files, whether the view read them or not.
            await request.close()

    guarded.__name__ = getattr(view, "__name__", "view")
    guarded.may = may  # type: ignore[attr-defined]
    return guarded


def _logged(request: Request, act: str, roles: set[Permission]) -> AbstractContextManager[object]:
    """Return the context in which what the request does is logged. roles: those that admit the viewer."""
    who, values = viewer(request), request.path_params
    if who is None or request.method in READING:
        return nullcontext()
    event_id = event(request).id if "slug" in values else values.get("event")
    if event_id is None:
        return nullcontext()
    is_organiser = Role.OWNER in roles or Role.ORGANISER in roles or not roles.isdisjoint(Right)
    role = Role.ORGANISER if is_organiser else next(each for each in Role if each in roles)
    about, about_id = object_of(values)
    return recording(Recorder(event_id, who.id, role, act, about, about_id))


def _to_consents(request: Request) -> Response:
    """Redirect to the page that asks for the consents of helpers, and comes back to the page that was asked for."""
    address = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
    going = f"?next={quote(address)}" if request.method in READING else ""
    return RedirectResponse(f"/e/{event(request).slug}/working{going}", status_code=303)


async def _refusal(request: Request, may: frozenset[Permission]) -> Exception:
    """Return why the viewer may not call a route. may: who is admitted."""
    if viewer(request) is None:
        return SignInNeeded()
    is_organiser = request.state.standing is not None and request.state.standing.organiser
    if is_organiser and (Role.OWNER in may or not may.isdisjoint(Right)):
        return await rights.needed(event(request), may, request.state.locale)
    return NotFound()


def may_create(request: Request) -> bool:
    """Return whether the viewer may create events that they then own."""
    who, settings = viewer(request), request.app.state.settings
    return who is not None and who.may_create_events and settings.organisers_create_events


def _installation_roles(request: Request) -> set[Role]:
    who = viewer(request)
    found = {Role.SIGNED_IN: who is not None, Role.CREATOR: may_create(request)}
    found[Role.ADMINISTRATOR] = who is not None and who.is_administrator
    return {role for role, holds in found.items() if holds}
