"""Buttons for machine drafts; the page of translations shows them."""

from starlette.requests import Request
from starlette.responses import Response

from server import access, forms
from server.drafting import choosing, service
from server.errors import NotFound
from server.pages import to
from server.translations.asking import address_of, opened, reach_of
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


async def ask_for_one(request: Request) -> Response:
    """Ask for a draft of one text into one language."""
    event, engine = access.event(request), request.app.state.settings.engine
    work, each = await opened(request)
    if engine is None:
        raise service.NoEngine
    offer = await choosing.chosen(event, work, reach_of(request), each.locale, engine)
    keys = [one.piece.key for one in offer.works if one.piece.key == each.piece.key]
    try:
        person = access.person(request)
        await service.ask(event, each.locale, keys, engine.name, person, has_seen_faults=False)
    except service.BeingDrafted:
        orders = await service.open_orders(event)
        if not any(view.is_making(each.piece.key, each.locale) for view in orders):
            raise
        access.nothing_done(request)
    return to(address_of(event, each), notice="drafts_asked")


async def settle(request: Request) -> Response:
    """Take faults of drafts off the page."""
    event = access.event(request)
    if not await service.settle(event, access.path_id(request, "order")):
        access.nothing_done(request)
    return to(f"/e/{event.slug}/translations")
