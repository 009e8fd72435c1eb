"""The page on which an expert enters passport data, sees who read it, and deletes it."""

from starlette.requests import Request
from starlette.responses import Response

from i18n import Translator
from server import access, forms
from server.errors import NotFound
from server.names import own_spelling
from server.pages import page, to
from server.passports import service
from server.passports.forms import PassportFields
from server.passports.labels import SEXES
from server.passports.vault import NoKey
from server.submitting import submitted


def _here(request: Request) -> str:
    return f"/e/{access.event(request).slug}/me/passport"


async def own(request: Request) -> Response:
    return await _own(request, forms.Form())


async def _own(request: Request, form: forms.Form, status: int = 200) -> Response:
    event, party, locale = access.event(request), access.own_party(request), request.state.locale
    try:
        found, is_closed = await service.own(event, party, request.app.state.settings.vault), False
    except NoKey:
        found, is_closed = service.OwnPassport(None, None, ()), True
    if form.faults and found.asked is None and not is_closed:
        # Sent from a page that was drawn before: there is no form that could show the faults.
        raise NotFound
    purpose = service.purpose_for(found.asked, locale) if found.asked else None
    tr = Translator(locale).translate
    return page(
        request,
        "passports/own.html",
        status=status,
        form=form,
        own=found,
        is_closed=is_closed,
        purpose=purpose,
        agrees=purpose is not None and await service.agrees(event, party.person, purpose),
        sexes=[(str(sex), tr(label)) for sex, label in SEXES.items()],
        reads=[(row, own_spelling(row.by, locale) if row.by else "") for row in found.reads],
    )


async def save(request: Request) -> Response:
    party, locale = access.own_party(request), request.state.locale

    async def act(given: PassportFields) -> Response:
        await service.save(party, given.data(), request.app.state.settings.vault, agree=given.agree, locale=locale)
        return to(_here(request), notice="saved")

    return await submitted(request, PassportFields, act, _own, ask=forms.nothing_else)


async def forget(request: Request) -> Response:
    await service.forget(access.own_party(request), access.person(request))
    return to(f"/e/{access.event(request).slug}/me", notice="removed")
