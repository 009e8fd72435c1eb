"""Pages of an event's texts, registration window and languages, and of creating an event."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from i18n import LOCALES, Domain
from server import access, edits, forms
from server.errors import Refused
from server.events import service
from server.events.forms import EventTexts
from server.events.values import EventValues
from server.fields import collected, spread
from server.models import Event
from server.once import once
from server.pages import page, to, zone_of
from server.submitting import submitted


def start() -> forms.Form:
    """Return the form of a new event."""
    # Languages in which organisers work, too; others are chosen by those who need them.
    usual = [code for code, each in LOCALES.items() if Domain.ORGANISERS in each.domains]
    values = {"time_zone": "Asia/Shanghai", "locales": usual, "opens_at": "09:00", "closes_at": "18:00",
              "expert_min_meetings": "0", "enterprise_min_meetings": "0"}  # fmt: skip
    return forms.Form(values)


async def new(request: Request) -> Response:
    return shown(request, start(), is_new=True)


async def create(request: Request) -> Response:
    async def act(given: Any) -> Response:
        async def create_it() -> str:
            made = await service.create(access.person(request), values_of(given))
            return f"/e/{made.slug}/slots"

        return to(await once(request, create_it), notice="saved")

    def ask(known: forms.Fields) -> AsyncIterator[Refused]:
        return service.refusals(slug=known.valid("slug"))

    return await submitted(request, EventTexts, act, partial(shown, is_new=True), ask=ask)


async def texts(request: Request) -> Response:
    event = access.event(request)
    drawn = edits.drawn_from(edits.columns_of(event, service.TEXTS))
    return shown(request, forms.Form(_as_typed(event), drawn=drawn), is_new=False)


async def save_texts(request: Request) -> Response:
    event, typed = access.event(request), await forms.typed_in(request)
    edit = edits.edit_of(typed, SHOWN_IN)

    async def act(given: Any) -> Response:
        changed = await service.change(event, values_of(given), edit)
        return to(f"/e/{changed.slug}/settings", notice="saved")

    def ask(known: forms.Fields) -> AsyncIterator[Refused]:
        slug, zone = (edit.changed(name, known.valid(name)) for name in ("slug", "time_zone"))
        return service.refusals(event, slug=slug, time_zone=zone)

    again, as_shown = partial(shown, is_new=False), partial(_with_wall_times, zone_of(event))
    return await submitted(request, EventTexts, act, again, ask=ask, shown_in=SHOWN_IN, as_shown=as_shown)


def shown(
    request: Request,
    form: forms.Form,
    *,
    is_new: bool,
    status: int = 200,
    mail_locales: Sequence[tuple[str, str]] = (),
) -> Response:
    """Return the page of the form. mail_locales: languages of e-mails to the owner, where the form names one."""
    choices = [(code, locale.endonym) for code, locale in LOCALES.items()]
    return page(
        request,
        "events/texts.html",
        status=status,
        form=form,
        is_new=is_new,
        locale_choices=choices,
        mail_locales=mail_locales,
    )


SHOWN_IN = {"registration_opens_at": "opens_on", "registration_closes_at": "closes_on"}


def _with_wall_times(zone: ZoneInfo, form: forms.Form) -> forms.Form:
    """Return the form to show again; instants saved by others are shown as wall times."""
    times = {field: form.saved[field] for field in SHOWN_IN.values() if field in form.saved}
    wall = {field: datetime.fromisoformat(text).astimezone(zone) for field, text in times.items()}
    return replace(form, saved={**form.saved, **{field: f"{at:%Y-%m-%d %H:%M}" for field, at in wall.items()}})


def values_of(given: Any) -> EventValues:
    """Return the values of a form that was read."""
    return EventValues(
        name=collected(given, "name"),
        place=collected(given, "place"),
        description=collected(given, "description"),
        slug=given.slug,
        time_zone=given.time_zone,
        locales=given.locales,
        registration_opens_at=given.opens,
        registration_closes_at=given.closes,
        expert_min_meetings=given.expert_min_meetings,
        enterprise_min_meetings=given.enterprise_min_meetings,
        contact_email=given.contact_email,
    )


def _as_typed(event: Event) -> dict[str, Any]:
    opens, closes = (
        at.astimezone(zone_of(event)) for at in (event.registration_opens_at, event.registration_closes_at)
    )
    return {
        **spread("name", event.name),
        **spread("place", event.place),
        **spread("description", event.description),
        "slug": event.slug,
        "time_zone": event.time_zone,
        "locales": event.locales,
        "opens_on": opens.date().isoformat(),
        "opens_at": f"{opens:%H:%M}",
        "closes_on": closes.date().isoformat(),
        "closes_at": f"{closes:%H:%M}",
        "expert_min_meetings": str(event.expert_min_meetings),
        "enterprise_min_meetings": str(event.enterprise_min_meetings),
        "contact_email": event.contact_email,
    }
