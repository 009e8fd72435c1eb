"""The page of an event's planning rules: which pairs are planned, and limits."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from i18n import Message, _
from server import access, edits, forms
from server.models import Event
from server.names import party_name
from server.pages import page, to
from server.plans import rules
from server.plans.values import PlanRules
from server.rows import load_rows
from server.scores import embedding
from server.studio.forms import RulesFields
from server.submitting import submitted

SHOWN_IN = {"least_value": "least_points"}


async def form(request: Request) -> Response:
    event = access.event(request)
    drawn = edits.drawn_from(PlanRules.of(event).columns())
    return await _page(request, forms.Form(_as_typed(event), drawn=drawn))


async def save(request: Request) -> Response:
    """Save the rules, or show a preview of those entered."""
    event, typed = access.event(request), await forms.typed_in(request)

    async def act(given: RulesFields) -> Response:
        if typed.get("as") == "preview":
            drawn = str(typed.get(edits.DRAWN, ""))
            return await _page(request, forms.Form(typed, drawn=drawn), given.rules())
        await rules.change(event, given.rules(), edits.edit_of(typed, SHOWN_IN))
        return to(f"/e/{event.slug}/plans/rules", notice="saved")

    return await submitted(request, RulesFields, act, _page, shown_in=SHOWN_IN, as_shown=_in_points)


def _in_points(form: forms.Form) -> forms.Form:
    """Return the form of a conflict with the stored least value in points, as its field shows it."""
    saved = dict(form.saved)
    if "least_points" in saved:
        saved["least_points"] = str(round(100 * float(saved["least_points"])))
    return replace(form, saved=saved)


LIMITS = ("expert_max_meetings", "enterprise_max_meetings", "expert_max_consecutive", "enterprise_max_consecutive")


def _as_typed(event: Event) -> dict[str, Any]:
    limits = {name: getattr(event, name) for name in LIMITS}
    return {
        "least_points": str(round(100 * event.least_value)),
        **{name: "" if limit is None else str(limit) for name, limit in limits.items()},
        "walk_min": str(event.walk_min),
        "serves_every_need": "yes" if event.serves_every_need else "",
    }


async def _page(request: Request, form: forms.Form, entered: PlanRules | None = None, status: int = 200) -> Response:
    """Return the page. entered: the rules to preview, None for the stored ones."""
    rows = await load_rows(access.event(request))
    previewed = entered or PlanRules.of(rows.event)
    embedder = request.app.state.scorer.embedder
    rows = await embedding.withholding(rows, embedder)
    shown = await asyncio.to_thread(rules.preview, rows, previewed, embedder)
    names = [party_name(party, request.state.locale) for party in shown.unserved]
    return page(
        request,
        "plans/rules.html",
        status=status,
        form=form,
        labels=LABELS,
        shown=shown,
        names=names,
        limiting=[party_name(party, request.state.locale) for party in shown.limiting],
        is_typed=entered is not None,
        least=round(100 * previewed.least_value),
    )


LABELS: Mapping[str, Message] = {
    "least_points": _("Lowest value of a meeting without wishes"),
    "expert_max_meetings": _("Meeting limit for each expert"),
    "enterprise_max_meetings": _("Meeting limit for each enterprise"),
    "expert_max_consecutive": _("Most meetings in a row for each expert"),
    "enterprise_max_consecutive": _("Most meetings in a row for each enterprise"),
    "walk_min": _("Minutes needed from one hall to another"),
    "serves_every_need": _("At least one meeting for each enterprise with a need"),
}
