"""The page after an event on which an enterprise renews a need or closes it with an outcome."""

from starlette.requests import Request
from starlette.responses import Response

from i18n import Translator
from server import access, forms
from server.forms import Fields
from server.models import NeedOutcome
from server.needs import renewing
from server.needs.renewing import OUTCOMES
from server.once import once
from server.pages import page, to
from server.submitting import submitted


class OutcomeFields(Fields):
    """What became of a need."""

    outcome: NeedOutcome


class TargetFields(Fields):
    """The event into which a need is renewed."""

    event: int


async def show(request: Request) -> Response:
    need = await access.own_need(request)
    return await _page(request, forms.Form({"outcome": str(need.outcome or "")}))


async def _page(request: Request, form: forms.Form, status: int = 200) -> Response:
    need, event = await access.own_need(request), access.event(request)
    if not await renewing.is_over(event.id):
        raise renewing.NotOver
    translate = Translator(request.state.locale).translate
    return page(
        request,
        "needs/ending.html",
        status=status,
        form=form,
        need=need,
        later=await renewing.later_events(need, event, access.person(request)),
        outcomes=[(str(value), translate(label)) for value, label in OUTCOMES.items()],
    )


async def renew(request: Request) -> Response:
    """Copy the need into another event, and lead to the draft there."""
    need, given = await access.own_need(request), await forms.parse(request, TargetFields)
    event, person = access.event(request), access.person(request)
    folder = request.app.state.settings.files_dir

    async def act() -> str:
        there, made = await renewing.renew(need, event, given.event, person, folder)
        return f"/e/{there.slug}/me/needs/{made.id}"

    return to(await once(request, act), notice="need_renewed")


async def close(request: Request) -> Response:
    need = await access.own_need(request)

    async def act(given: OutcomeFields) -> Response:
        await renewing.close(need, given.outcome)
        return to(f"/e/{access.event(request).slug}/me/needs", notice="saved")

    return await submitted(request, OutcomeFields, act, _page)
