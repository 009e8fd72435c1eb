"""Pages of delegations, for organisers, and for the leader of each."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from i18n import formats
from server import access, edits, forms, workbooks
from server.delegations import exporting, leading, service, showing
from server.delegations.forms import COUNTRIES, DelegationFields, LeaderFields, MemberFields
from server.desk import inviting
from server.emails import InviteLeader
from server.errors import NotFound, Refused
from server.events import team
from server.fields import MAIL_LOCALES, spread
from server.models import Delegation, Right
from server.once import once
from server.pages import page, to
from server.submitting import submitted
from server.translations.showing import text_reader

COLUMNS = ("name", "country", "programme")


def home(request: Request, delegation: Delegation) -> str:
    """Return the path of a delegation's page."""
    return f"/e/{access.event(request).slug}/delegations/{delegation.id}"


# The list, and the texts of one -----------------------------------------------------------------------------------


async def index(request: Request) -> Response:
    found = await showing.delegations_of(access.event(request), request.state.locale)
    return page(request, "delegations/index.html", found=found)


async def own(request: Request) -> Response:
    """Lead to the delegation that the viewer leads."""
    led = access.own(request).delegation
    if led is None:
        raise NotFound
    return to(home(request, led))


async def new(request: Request) -> Response:
    return _texts(request, forms.Form())


async def create(request: Request) -> Response:
    event = access.event(request)

    async def act(given: Any) -> Response:
        async def create_it() -> str:
            return home(request, await service.create(event, given.values()))

        return to(await once(request, create_it), notice="saved")

    return await submitted(request, DelegationFields, act, _texts)


async def edit(request: Request) -> Response:
    found = await access.delegation(request)
    values = {**spread("name", found.name), "country": found.country, "programme": found.programme}
    form = forms.Form(values, drawn=edits.drawn_from(edits.columns_of(found, COLUMNS)))
    return _texts(request, form, found)


async def save(request: Request) -> Response:
    found, typed = await access.delegation(request), await forms.typed_in(request)

    async def act(given: Any) -> Response:
        await service.change(found, given.values(), edits.edit_of(typed))
        return to(home(request, found), notice="saved")

    return await submitted(request, DelegationFields, act, partial(_texts, found=found))


def _texts(request: Request, form: forms.Form, found: Delegation | None = None, *, status: int = 200) -> Response:
    code = request.state.locale
    named = sorted(((each, formats.country(each, code)) for each in COUNTRIES), key=lambda each: each[1])
    return page(request, "delegations/texts.html", status=status, form=form, delegation=found, countries=named)


async def ask_to_remove(request: Request) -> Response:
    return page(request, "delegations/remove.html", delegation=await access.delegation(request))


async def remove(request: Request) -> Response:
    await service.remove(await access.delegation(request))
    return to(f"/e/{access.event(request).slug}/delegations", notice="removed")


# One delegation ---------------------------------------------------------------------------------------------------


async def show(request: Request) -> Response:
    return await _show(request, forms.Form())


async def _show(request: Request, form: forms.Form, *, status: int = 200) -> Response:
    """Show a delegation. form: the organisers' form with a fault, if any."""
    event, locale = access.event(request), request.state.locale
    found = await access.delegation(request)
    is_organiser = access.own(request).may(Right.PEOPLE)
    shown = await showing.shown_delegation(found, request.app.state.settings, locale, is_organiser=is_organiser)
    experts = await showing.experts_to_choose(event, locale) if is_organiser else []
    texts = await text_reader(request)
    return page(
        request,
        "delegations/show.html",
        status=status,
        form=form,
        shown=shown,
        base=home(request, found),
        is_organiser=is_organiser,
        is_leader=found.leader_id == access.person(request).id,
        was=leading.mark_of_leader(found),
        leaders=[(str(party.id), name) for party, name, _is_in in experts if party.person.has_address],
        others=[(str(party.id), name, texts.affiliation(party).text) for party, name, is_in in experts if not is_in],
        texts=texts,
        mail_locales=MAIL_LOCALES,
    )


async def name_leader(request: Request) -> Response:
    event, found, by = access.event(request), await access.delegation(request), access.person(request)

    async def act(given: LeaderFields) -> Response:
        await leading.name_leader(event, found, given.choice(), was=given.was, by=by)
        return to(home(request, found), notice="saved")

    def ask(known: LeaderFields) -> AsyncIterator[Refused]:
        if known.has("leader_email") and known.leader_email:
            return team.invitation_refusals(InviteLeader, known.leader_email, by)
        return forms.nothing_else(known)

    return await submitted(request, LeaderFields, act, _show, ask=ask)


async def add_members(request: Request) -> Response:
    found, typed = await access.delegation(request), await forms.typed_in(request)
    chosen = typed.get("members", [])
    values = {**typed, "members": [chosen] if isinstance(chosen, str) else chosen}

    async def act(given: MemberFields) -> Response:
        await service.add_members(found, given.members)
        return to(home(request, found), notice="saved")

    return await submitted(request, MemberFields, act, _show, typed=values, ask=forms.nothing_else)


async def remove_member(request: Request) -> Response:
    found = await access.delegation(request)
    await service.remove_member(found, access.path_id(request, "member"))
    return to(home(request, found), notice="removed")


async def invite_leader(request: Request) -> Response:
    found = await access.delegation(request)
    await leading.invite_again(access.event(request), found, access.person(request))
    return to(home(request, found), notice="invited")


async def invite(request: Request) -> Response:
    """Send the members who have not given consent a new link."""
    found, by = await access.delegation(request), access.person(request)
    sent = await inviting.invite(access.event(request), await showing.parties_of(found), by=by)
    return to(home(request, found), notice="invited" if sent else "not_invited")


async def export(request: Request) -> Response:
    """Send the members as a workbook with the columns of the import. in: the language, else that of the reader."""
    event, found = access.event(request), await access.delegation(request)
    asked = request.query_params.get("in", request.state.locale)
    locale = asked if asked in exporting.LANGUAGES else "en"
    content = await exporting.workbook(event, found, locale, for_leader=not access.own(request).may(Right.PEOPLE))
    return workbooks.download(content, f"delegation-{found.id}.xlsx")


async def ask_to_leave(request: Request) -> Response:
    return page(request, "delegations/leave.html", delegation=await _led(request))


async def leave(request: Request) -> Response:
    await leading.step_down(await _led(request), access.person(request))
    return to(f"/e/{access.event(request).slug}", notice="saved")


async def _led(request: Request) -> Delegation:
    found = await access.delegation(request)
    if found.leader_id != access.person(request).id:
        raise NotFound
    return found
