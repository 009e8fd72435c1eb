"""The page of a need that is read under a confidentiality agreement, with the name of its reader on it."""

from collections.abc import Iterator
from functools import partial
from typing import Annotated

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from i18n import _
from server import access, forms
from server.errors import NotFound
from server.forms import Fault, Fields, Line
from server.models.base import NAME
from server.names import own_spelling
from server.needs import agreements
from server.needs.agreements import ConfidentialNeed
from server.needs.disclosure import whole
from server.pages import page, to
from server.profiles import BUDGETS, MODES, RIGHTS, choices
from server.submitting import submitted
from server.translations.showing import text_reader

MARKS = 24  # how often the name of the reader stands behind the text


class AgreementFields(Fields):
    """The form that accepts the agreement."""

    name: Annotated[Line, Field(min_length=2, max_length=NAME)]
    accepts: bool = False
    version: Line = agreements.VERSION

    def across(self) -> Iterator[Fault]:
        if self.has("accepts") and not self.accepts:
            yield Fault(_("Tick the box to accept the agreement."), "accepts", code="missing")


async def show(request: Request) -> Response:
    found = await _need(request)
    start = {"name": own_spelling(access.person(request), request.state.locale)}
    return await _page(request, forms.Form(start), found=found)


async def accept(request: Request) -> Response:
    found, person, locale = await _need(request), access.person(request), request.state.locale

    async def act(given: AgreementFields) -> Response:
        # Who has read an earlier text gets the page again with the present one.
        if given.version == agreements.VERSION:
            await agreements.accept(found.need, person, name=given.name, locale=locale)
        return to(request.url.path)

    return await submitted(request, AgreementFields, act, partial(_page, found=found))


async def _need(request: Request) -> ConfidentialNeed:
    event, person = access.event(request), access.person(request)
    found = await agreements.need_for(event, access.path_id(request, "secret"), access.own(request), person)
    if found is None:
        raise NotFound
    return found


async def _page(request: Request, form: forms.Form, status: int = 200, *, found: ConfidentialNeed) -> Response:
    code = request.state.locale
    return page(
        request,
        "needs/confidential.html",
        status=status,
        form=form,
        title=found.need,
        # Nothing else of the need reaches the page before.
        need=whole(found.need) if found.accepted else None,
        accepted=found.accepted,
        agreement=agreements.TEXT,
        version=agreements.VERSION,
        marks=range(MARKS),
        texts=await text_reader(request),
        modes=dict(choices(MODES, code)),
        budgets=dict(choices(BUDGETS, code)),
        rights=dict(choices(RIGHTS, code)),
    )
