"""The organisers' call list, and the page of calls to one participant."""

from starlette.requests import Request
from starlette.responses import Response

from server import access, forms
from server.calls import service
from server.calls.forms import CallFields
from server.calls.service import REASONS, RESULTS, Reason
from server.calls.values import CallValues
from server.checklist import service as checklists
from server.models import PartyCall, Registration
from server.names import own_spelling, party_name
from server.once import once
from server.pages import page, page_number, to, zone_of
from server.submitting import submitted


def _names(call: PartyCall | None, locale: str) -> tuple[str, str]:
    """Return names of (who calls next, who wrote the entry), "" for nobody."""
    owner = own_spelling(call.owner.person, locale) if call is not None and call.owner is not None else ""
    return owner, own_spelling(call.by, locale) if call is not None and call.by is not None else ""


async def index(request: Request) -> Response:
    """Show whom to phone: all, for one reason, or those that the viewer is to phone."""
    event, locale = access.event(request), request.state.locale
    asked = request.query_params.get("reason", "")
    reason = asked if asked in set(Reason) else ""
    is_mine = request.query_params.get("mine") == "1"
    team = await checklists.team_of(event)
    me = next((each.id for each in team if each.person_id == access.person(request).id), 0)
    number = page_number(request.query_params)
    found = await service.call_list(event, reason=reason, owner_id=me if is_mine else None, number=number)
    return page(
        request,
        "calls/index.html",
        found=found,
        reason=reason,
        is_mine=is_mine,
        reasons=REASONS,
        results=RESULTS,
        lines=[(line, party_name(line.party, locale), *_names(line.last, locale)) for line in found.lines],
    )


async def _party(request: Request) -> Registration:
    return await access.of_event(request, Registration, "registration", "person", "organisation", withdrawn_at=None)


async def show(request: Request) -> Response:
    return await _show(request, forms.Form())


async def _show(request: Request, form: forms.Form, status: int = 200) -> Response:
    event, locale, party = access.event(request), request.state.locale, await _party(request)
    why, calls, phones = await service.about(party)
    team = await checklists.team_of(event)
    return page(
        request,
        "calls/show.html",
        status=status,
        form=form,
        party=party,
        name=party_name(party, locale),
        why=[REASONS[each] for each in why],
        calls=[(call, *_names(call, locale)) for call in calls],
        phones=phones,
        results=RESULTS,
        team=[(str(each.id), own_spelling(each.person, locale)) for each in team],
    )


async def save(request: Request) -> Response:
    event, party = access.event(request), await _party(request)

    async def act(given: CallFields) -> Response:
        async def create() -> str:
            values = CallValues(result=given.result, note=given.note, next_at=given.next_at, owner_id=given.owner)
            await service.note(party, values, access.person(request))
            return f"/e/{event.slug}/calls"

        return to(await once(request, create), notice="saved")

    context = {"zone": zone_of(event)}
    return await submitted(request, CallFields, act, _show, ask=forms.nothing_else, context=context)
