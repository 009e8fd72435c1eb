"""Pages of refusals and confirmations where a plan and the event would contradict each other."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from server import access, forms
from server.models import Plan
from server.pages import page
from server.plans import publishing, staleness
from server.plans.directory import directory
from server.plans.guarding import TakesMeetings
from server.plans.staleness import Lost
from server.studio import losses
from server.studio.forms import Preset


async def stale(request: Request, plan: Plan, found: Sequence[Lost], status: int) -> Response:
    """Return the page of meetings that prevent publishing, with a button that makes a valid plan."""
    places = await directory(plan.event_id)
    lines = losses.shown(found, places, request.state.locale)
    return page(request, "plans/stale.html", status=status, plan=plan, lines=lines, repair=await repair(request))


async def past(request: Request, plan: Plan, refused: publishing.ChangesThePast) -> Response:
    """Return the page of meetings that have begun and that publishing would change."""
    places, locale = await directory(plan.event_id), request.state.locale
    lines = [
        losses.ShownLoss(
            start_at=place.start_at,
            end_at=place.end_at,
            expert=places.party(change.expert_id, locale),
            enterprise=places.party(change.enterprise_id, locale),
            why=losses.BEGUN,
        )
        for change in refused.changes
        if (place := change.before or change.after)
    ]
    return page(request, "plans/stale.html", status=409, plan=plan, lines=lines, repair=await repair(request))


async def repair(request: Request) -> Mapping[str, Any]:
    """Return what the button posts that makes a valid plan."""
    is_published = await staleness.published_plan(access.event(request).id) is not None
    preset = Preset.REPAIR if is_published else Preset.FRESH
    return {"preset": preset.value, "seconds": int(request.app.state.settings.solve_seconds)}


async def ask_first(request: Request, error: Exception) -> Response:
    """Return the page of published meetings that a change of the event makes impossible, with a button to confirm the
    change.
    """
    assert isinstance(error, TakesMeetings)
    event = access.event(request)
    typed = await forms.typed_in(request)
    lines = losses.shown(error.lost, await directory(event.id), request.state.locale)
    section = request.url.path.removeprefix(f"/e/{event.slug}/").partition("/")[0]
    return page(
        request,
        "plans/first.html",
        status=error.status,
        lines=lines,
        typed=forms.hidden(typed, but="seen"),
        mark=error.mark,
        action=request.url.path,
        back=request.url.path if access.stead(request) else f"/e/{event.slug}/{section}",
    )
