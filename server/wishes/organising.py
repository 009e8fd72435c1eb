"""The organisers' page of wishes: limits, dates, and the reminder to those who have no wish yet."""

from collections import Counter
from datetime import date
from typing import Annotated

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from server import access, edits, forms
from server.fields import Day
from server.forms import BlankIsNone, Fields
from server.models import Event
from server.models.registrations import MAX_MEETINGS
from server.pages import page, page_number, to
from server.submitting import submitted
from server.wishes import reminding, settings
from server.wishes.reminding import PAGE, Reach
from server.wishes.settings import WishSettings

Limit = Annotated[Annotated[int, Field(ge=1, le=MAX_MEETINGS)] | None, BlankIsNone]
OptionalDay = Annotated[Day | None, BlankIsNone]


class WishFields(Fields):
    """The form of the settings. tells_mutual_wishes: "yes", or nothing."""

    expert_top_wishes: Limit = None
    enterprise_top_wishes: Limit = None
    wishes_due_on: OptionalDay = None
    remind_on: OptionalDay = None
    tells_mutual_wishes: str = ""

    def values(self) -> WishSettings:
        return WishSettings(
            expert_top_wishes=self.expert_top_wishes,
            enterprise_top_wishes=self.enterprise_top_wishes,
            wishes_due_on=self.wishes_due_on,
            remind_on=self.remind_on,
            tells_mutual_wishes=bool(self.tells_mutual_wishes),
        )


async def show(request: Request) -> Response:
    event = access.event(request)
    drawn = edits.drawn_from(edits.columns_of(event, settings.COLUMNS))
    return await _page(request, forms.Form(_as_typed(event), drawn=drawn))


async def save(request: Request) -> Response:
    event, edit = access.event(request), edits.edit_of(await forms.typed_in(request))

    async def act(given: WishFields) -> Response:
        await settings.change(event, given.values(), edit)
        return to(f"/e/{event.slug}/wish-settings", notice="saved")

    return await submitted(request, WishFields, act, _page, ask=forms.nothing_else)


async def remind(request: Request) -> Response:
    """Send the reminder now."""
    event = access.event(request)
    sent = await reminding.remind(event)
    return to(f"/e/{event.slug}/wish-settings", notice="reminded" if sent else "nobody_reminded")


def _as_typed(event: Event) -> dict[str, str]:
    def said(value: int | date | None) -> str:
        return "" if value is None else str(value)

    return {
        "expert_top_wishes": said(event.expert_top_wishes),
        "enterprise_top_wishes": said(event.enterprise_top_wishes),
        "wishes_due_on": said(event.wishes_due_on),
        "remind_on": said(event.remind_on),
        "tells_mutual_wishes": "yes" if event.tells_mutual_wishes else "",
    }


async def _page(request: Request, form: forms.Form, *, status: int = 200) -> Response:
    number = page_number(request.query_params)
    found = await reminding.silent(access.event(request), request.state.locale)
    counted = Counter(each.reach for each in found)
    return page(
        request,
        "wishes/organising.html",
        status=status,
        form=form,
        lines=found[(number - 1) * PAGE : number * PAGE],
        number=number,
        is_last=number * PAGE >= len(found),
        total=len(found),
        emails=sum(len(each.people) for each in found),
        reminded=counted[Reach.REMINDED],
        unreachable=counted[Reach.UNREACHABLE],
        days_apart=reminding.APART.days,
    )
