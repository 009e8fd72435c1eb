"""The organisers' overview: what to do now, who is at risk, and what has changed lately."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from i18n import Message, ngettext_
from server import access
from server.checklist import service as checklists
from server.desk import recent, risks, service, showing
from server.desk.phases import NAMES, Phase, next_date, scale
from server.desk.todo import owner_of, phase_in, shown, tasks_of
from server.models import Event, Right
from server.pages import may_open, page, zone_of

AT_ONCE = 3  # tasks that are shown before the others are folded


async def overview(request: Request) -> Response:
    event, locale = access.event(request), request.state.locale
    now = datetime.now(zone_of(event))
    days = await showing.days_of(event)
    phase_now, phase = phase_in(request, now.date(), days)
    found, plans, to_do = await tasks_of(request, phase)
    checklist = await checklists.checklist_of(event)
    published = await risks.published_of(event, plans.in_force)
    base, own = f"/e/{event.slug}", access.own(request)
    at_risk = [risk for risk in risks.risks(found, plans, published) if may_open(request, base + risk.path)]
    first = days[0] if days else None
    last_task = [task.due_on for task in checklist.open if task.due_on is not None]
    return page(
        request,
        "desk/overview.html",
        counts=found,
        published=published,
        base_url=request.app.state.settings.base_url,
        plan=plans.last,
        in_force=plans.in_force,
        now=now,
        days=(first - now.date()).days if first else None,
        is_over=days is not None and days[1] < now.date(),
        is_empty=not found.participants and not found.drafts,
        scale=scale(event, now.date(), days, published.since),
        phases=[(each, NAMES[each], each is phase, each is phase_now) for each in Phase],
        phase=phase,
        slots=await _slots(event, now.date(), days, plans) if phase is Phase.DAY else [],
        tasks=shown(to_do, checklist, locale),
        at_once=AT_ONCE,
        checklist=[(task, owner_of(task, locale)) for task in checklist.open],
        done=len(checklist.done),
        next=next_date(event, now.date(), first, last_task),
        risks=at_risk,
        recent=await recent.recent(event, locale, with_people=own.may(Right.PEOPLE), with_plans=own.may(Right.PLAN)),
        heading=_heading(len(to_do), phase),
        today=now.date(),
        yesterday=now.date() - timedelta(days=1),
    )


def _heading(number: int, phase: Phase) -> Message:
    """Return the title of a page that has tasks."""
    if phase is Phase.DAY:
        return ngettext_("%(num)s thing to do now", "%(num)s things to do now", number)
    if phase is Phase.WEEK:
        return ngettext_("%(num)s thing to do this week", "%(num)s things to do this week", number)
    return ngettext_("%(num)s thing to do", "%(num)s things to do", number)


async def _slots(
    event: Event, today: date, days: tuple[date, date] | None, plans: service.PlanOverview
) -> Sequence[risks.ShownSlot]:
    """Return the slots of today, or of the first day while the event has not begun, or of the last once it is over."""
    if days is None:
        return []
    return await risks.slots_on(event, min(max(today, days[0]), days[1]), plans)
