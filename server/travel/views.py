"""Pages of journeys: the expert's own form, and the organisers' list."""

from functools import partial
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from i18n import Translator
from server import access, edits, forms
from server.fields import saved_at_the_venue, venue_times
from server.invitations import service as invitations
from server.invitations.composing import languages_in
from server.invitations.values import PAIRS
from server.models import HelpState, Registration, Side
from server.names import country_of, party_name
from server.pages import page, to, zone_of
from server.passports import service as passports
from server.registrations.steps import Progress, next_step, progress_of
from server.submitting import submitted
from server.travel import service
from server.travel.forms import HelpFields, TravelFields
from server.travel.labels import HELP_STATES
from server.travel.values import TIMES
from server.visas import service as visas

COLUMNS = (
    *("arrives_at", "arrives_by", "arrives_in", "departs_at", "departs_by", "departs_from"),
    *("companions", "accessibility", "diet"),
)


async def own(request: Request) -> Response:
    """Show the expert's journey."""
    travel = await service.travel_of(access.own_party(request))
    columns = edits.columns_of(travel, COLUMNS)
    values = {name: edits.as_typed(value) for name, value in columns.items()}
    values |= venue_times(columns, TIMES, _zone(request))
    values["wants_help"] = "yes" if travel.help is HelpState.WANTED else ""
    return await _own(request, forms.Form(values, drawn=edits.drawn_from(columns)))


async def _own(request: Request, form: forms.Form, status: int = 200) -> Response:
    travel = await service.travel_of(access.own_party(request))
    asked = await passports.asked_of(access.event(request), access.own_party(request))
    is_open = travel.help in (HelpState.NOT_NEEDED, HelpState.WANTED)
    return page(
        request,
        "travel/form.html",
        status=status,
        form=form,
        travel=travel,
        progress=_progress(request, access.own_party(request)),
        is_open=is_open,
        state=HELP_STATES[travel.help],
        asks_passport=asked is not None,
        invitations=await _invitations(request),
        visa=await visas.answer_for(access.event(request), country_of(access.own_party(request)), travel),
    )


def _progress(request: Request, party: Registration) -> Progress | None:
    return progress_of(party, "travel", access.event(request).slug)


async def _invitations(request: Request) -> list[tuple[str, str]]:
    """Return the pairs of languages of the expert's released invitation, each with its name."""
    event, party, locale = access.event(request), access.own_party(request), request.state.locale
    found = await invitations.released_pairs(event, party)
    return [(pair, languages_in(PAIRS[pair], locale)) for pair in found]


def _zone(request: Request) -> ZoneInfo:
    return zone_of(access.event(request))


async def save(request: Request) -> Response:
    party, typed = access.own_party(request), await forms.typed_in(request)
    edit = edits.edit_of(typed)

    async def act(given: TravelFields) -> Response:
        await service.save(party, given.values(), wants_help=given.wants_help, edit=edit)
        if (progress := _progress(request, party)) is not None:
            return to(progress.next, notice="saved")
        register = f"/e/{access.event(request).slug}/register/expert"
        if await service.offered(party) is not None:
            return to(f"{register}/presence", notice="saved")
        step = next_step(party)
        return to(f"{register}/{step}" if step else f"/e/{access.event(request).slug}/me", notice="saved")

    as_shown = partial(saved_at_the_venue, names=TIMES, zone=_zone(request))
    return await submitted(request, TravelFields, act, _own, context={"zone": _zone(request)}, as_shown=as_shown)


# For organisers ---------------------------------------------------------------------------------------------------


async def index(request: Request) -> Response:
    """Show the journeys of all experts, by arrival."""
    locale, found = request.state.locale, await service.journeys_of(access.event(request))
    state = request.query_params.get("state", "")
    shown = [each for each in found if not state or each.help == state]
    tr = Translator(locale).translate
    return page(
        request,
        "travel/index.html",
        journeys=[(each, party_name(each.registration, locale), tr(HELP_STATES[each.help])) for each in shown],
        state=state,
        numbers={str(value): sum(each.help is value for each in found) for value in HelpState},
        total=len(found),
        states=[(str(value), tr(label)) for value, label in HELP_STATES.items()],
    )


async def set_help(request: Request) -> Response:
    """Save what became of an expert's wish for help."""
    party = await access.of_event(request, Registration, "registration", side=Side.EXPERT)
    given = await forms.parse(request, HelpFields)
    await service.set_help(party, given.help, edits.edit_of(await forms.typed_in(request)))
    return to(f"/e/{access.event(request).slug}/parties/{party.id}#travel", notice="saved")
