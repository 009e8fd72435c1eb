"""Buttons for machine drafts; the page of translations shows them."""

from starlette.requests import Request
from starlette.responses import Response

from server import access, forms
from server.drafting import choosing, service
from server.errors import NotFound
from server.pages import to
from server.translations.asking import reach_of
from server.translations.work import work_of


async def ask(request: Request) -> Response:
    """Ask for drafts of all texts into a language that nobody has translated."""
    event, engine = access.event(request), request.app.state.settings.engine
    work = await work_of(event)
    locale = str((await forms.typed_in(request)).get("locale", ""))
    if engine is None:
        raise service.NoEngine
    if locale not in work.locales:
        raise NotFound
    choice = await choosing.chosen(event, work, reach_of(request), locale, engine)
    keys = [each.piece.key for each in choice.works]
    try:
        await service.ask(event, locale, keys, engine.name, access.person(request))
    except service.BeingDrafted:
        access.nothing_done(request)
    return to(f"/e/{event.slug}/translations?locale={locale}", notice="drafts_asked")


async def settle(request: Request) -> Response:
    """Take faults of drafts off the page."""
    event = access.event(request)
    if not await service.settle(event, access.path_id(request, "order")):
        access.nothing_done(request)
    return to(f"/e/{event.slug}/translations")
