"""The page by which an administrator creates an event for the organiser who owns it."""

from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from server import access, forms
from server.errors import Refused
from server.events import organising, texts
from server.events import service as events
from server.events.forms import OwnedEvent
from server.fields import MAIL_LOCALES
from server.once import once
from server.pages import to
from server.submitting import submitted


async def new(request: Request) -> Response:
    return _new(request, texts.start())


async def create(request: Request) -> Response:
    by = access.person(request)

    async def act(given: Any) -> Response:
        async def create_it() -> str:
            await organising.create_for(given.owner, texts.values_of(given), by, locale=given.mail_locale)
            return "/administration"

        return to(await once(request, create_it), notice="saved")

    def ask(known: forms.Fields) -> AsyncIterator[Refused]:
        return events.refusals(slug=known.valid("slug"))

    return await submitted(request, OwnedEvent, act, _new, ask=ask)


def _new(request: Request, form: forms.Form, status: int = 200) -> Response:
    return texts.shown(request, form, is_new=True, status=status, mail_locales=MAIL_LOCALES)
