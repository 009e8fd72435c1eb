"""The people's desk: the page of the table of both sides."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from i18n import Message, Translator, _, pgettext_
from server import access
from server.desk import table
from server.desk.table import NEEDED, SORTS, STATES, Step, View
from server.models import Side
from server.names import party_name
from server.pages import page, page_number
from server.search.query import query_of
from server.translations.showing import text_reader

STATE_LABELS: Mapping[str, Message] = {
    "registered": pgettext_("list", "Registered"),
    "draft": pgettext_("option", "Drafts"),
    "not-agreed": _("No consent yet"),
    "not-signed-in": _("Never signed in"),
    "no-wishes": pgettext_("option", "Without wishes"),
    "no-presence": pgettext_("option", "Without slots"),
    "no-needs": pgettext_("option", "Without needs"),
    "gaps": _("Something is missing in the profile"),
    "planned": pgettext_("option", "In the plan"),
    "not-planned": pgettext_("option", "Not in the plan"),
    "withdrawn": pgettext_("list", "Withdrawn"),
}
STEP_LABELS: Mapping[Step, Message] = {
    Step.ENTERED: pgettext_("step of a participant", "Entered"),
    Step.INVITED: pgettext_("step of a participant", "Invited"),
    Step.OPENED: pgettext_("step of a participant", "Opened"),
    Step.AGREED: pgettext_("step of a participant", "Agreed"),
    Step.WISHED: pgettext_("step of a participant", "Wished"),
    Step.PLANNED: pgettext_("step of a participant", "In the plan"),
}
PART_LABELS: Mapping[str, Message] = {
    "headline": _("One line about the person"),
    "offer": pgettext_("part of a profile", "What the person offers"),
    "topics": pgettext_("label", "Topics"),
    "affiliation": pgettext_("label", "Organisation"),
    "country": pgettext_("of a person", "Country"),
    "languages": pgettext_("label", "Languages"),
    "slots": pgettext_("label", "Slots"),
    "description": _("Text about the enterprise"),
    "needs": pgettext_("label", "Needs"),
    "delegates": pgettext_("heading", "Delegates"),
}
SIDES: Mapping[Side | None, Message] = {
    None: pgettext_("list", "All"),
    Side.EXPERT: pgettext_("label", "Experts"),
    Side.ENTERPRISE: pgettext_("label", "Enterprises"),
}
COLUMNS: Mapping[str, Message] = {
    "name": pgettext_("of a person", "Name"),
    "side": pgettext_("column", "Side"),
    "step": pgettext_("column", "Status"),
    "gaps": pgettext_("of a participant", "Profile"),
    "slots": pgettext_("label", "Slots"),
    "needs": pgettext_("label", "Needs"),
    "wishes": pgettext_("label", "Wishes"),
    "meetings": pgettext_("column", "Meetings"),
}


async def show(request: Request) -> Response:
    """Show the table, with one participant beside it if asked. Unknown conditions and columns are left out."""
    view, locale = _view(request), request.state.locale
    found = await table.table(access.event(request), view, locale)
    tr = Translator(locale).translate
    here = f"/e/{access.event(request).slug}/participants"

    def at(asked: View) -> str:
        query = asked.query()
        return f"{here}?{query}" if query else here

    return page(
        request,
        "desk/people.html",
        texts=await text_reader(request),
        found=found,
        view=view,
        here=here,
        link=at,
        tabs=_tabs(view, at, tr),
        pills=[(tr(STATE_LABELS[state]), at(view.without(state))) for state in view.states],
        more=[(tr(label), at(view.having(state))) for state, label in STATE_LABELS.items() if state not in view.states],
        columns=[(code, tr(label), *_sorting(view, code, at)) for code, label in COLUMNS.items()],
        names={line.row.id: party_name(line.party, locale) for line in found.lines},
        steps=[(step, tr(label)) for step, label in STEP_LABELS.items() if step],
        words={step: tr(label) for step, label in STEP_LABELS.items()},
        needed={side: len(parts) for side, parts in NEEDED.items()},
        parts={part: tr(label) for part, label in PART_LABELS.items()},
        beside=lambda id: at(replace(view, open=id)),
        turned=lambda number: at(replace(view, number=number, open=None)),
    )


def _tabs(view: View, at: Callable[[View], str], tr: Callable[[Message], str]) -> list[tuple[str, str, bool]]:
    return [
        (at(replace(view, side=side, number=1, open=None)), tr(label), view.side == side)
        for side, label in SIDES.items()
    ]


def _sorting(view: View, code: str, at: Callable[[View], str]) -> tuple[str, str, str, int]:
    """Return (address, address that adds, "ascending" or "descending" or "", place among the sorts or 0)."""
    order = [each for each, _down in view.sorts]
    is_down = dict(view.sorts).get(code)
    now = "" if is_down is None else "descending" if is_down else "ascending"
    place = order.index(code) + 1 if code in order else 0
    return at(view.sorted_by(code, is_added=False)), at(view.sorted_by(code, is_added=True)), now, place


def _view(request: Request) -> View:
    asked = request.query_params
    sorts: dict[str, bool] = {}
    for each in asked.get("sort", "").split(","):
        if (code := each.removeprefix("-")) in SORTS:
            sorts.setdefault(code, each.startswith("-"))
    opened = asked.get("open", "")
    return View(
        asked=query_of(asked.get("q", "")),
        side=next((side for side in Side if side == asked.get("side")), None),
        states=tuple(state for state in dict.fromkeys(asked.getlist("state")) if state in STATES),
        sorts=tuple(sorts.items())[: table.MOST_SORTS],
        number=page_number(asked),
        open=int(opened) if opened.isascii() and opened.isdigit() and len(opened) < 10 else None,
    )
