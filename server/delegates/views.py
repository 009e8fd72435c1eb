"""The page of a delegate's part at the event: for the enterprise's people, and for organisers on its behalf."""

from starlette.requests import Request
from starlette.responses import Response

from i18n import Translator
from server import access, edits, forms
from server.delegates import service
from server.delegates.forms import DetailsFields
from server.delegates.labels import ROLES
from server.events.grid import SlotsChanged
from server.events.presence import grid_of
from server.models import Delegate
from server.names import called
from server.pages import home_of, page, to
from server.problems import to_programs
from server.registrations import inviting
from server.registrations.showing import delegate_at
from server.submitting import submitted


async def details(request: Request) -> Response:
    found = await _delegate(request)
    columns = (await service.details_of(found, access.event(request).id)).columns()
    values = {name: edits.as_typed(value) for name, value in columns.items()}
    return await _page(request, forms.Form(values, drawn=edits.drawn_from(columns)))


async def invite(request: Request) -> Response:
    await inviting.invite_again(access.event(request), await _delegate(request), access.person(request))
    return to(_list(request), notice="invited")


async def save(request: Request) -> Response:
    party, found, typed = access.own_enterprise(request), await _delegate(request), await forms.typed_in(request)
    edit = edits.edit_of(typed)

    async def act(given: DetailsFields) -> Response:
        await service.save_details(party, found, given.values(), edit)
        return to(_list(request), notice="saved")

    try:
        return await submitted(request, DetailsFields, act, _page)
    except SlotsChanged as changed:
        to_programs(request, changed)
        own = await service.details_of(found, access.event(request).id)
        there = {**typed, "available": edits.as_typed(own.available)}
        return await _page(request, forms.Form(there, {"": changed.message}), status=changed.status)


async def _delegate(request: Request) -> Delegate:
    return await delegate_at(access.own_enterprise(request), access.path_id(request, "delegate"))


def _list(request: Request) -> str:
    """Return where the enterprise's delegates are listed: participants have them on their own page."""
    return f"{home_of(request)}/delegates" if access.stead(request) else home_of(request)


async def _page(request: Request, form: forms.Form, status: int = 200) -> Response:
    found, locale = await _delegate(request), request.state.locale
    translate = Translator(locale).translate
    return page(
        request,
        "delegates/details.html",
        status=status,
        form=form,
        delegate=found,
        name=called(found).full_name or found.person.email,
        roles=[(str(role), translate(label)) for role, label in ROLES.items()],
        grid=await grid_of(access.event(request), locale),
        back=_list(request),
    )
