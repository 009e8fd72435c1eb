"""Pages of translators: the list of texts, and one text in one language."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from i18n import LOCALES
from server import access, edits, forms
from server.drafting.showing import shown_draft, shown_drafts
from server.errors import Refused
from server.pages import page, page_number, to
from server.problems import to_programs
from server.schemes import scheme_of
from server.submitting import submitted
from server.translations import beside, labels, service, texts
from server.translations import work as working
from server.translations.asking import address_of, filter_of, opened, query_string, reach_of
from server.translations.comparing import difference
from server.translations.forms import LineTranslationFields, context_of, schema_for
from server.translations.service import SourceChanged, Vouch
from server.translations.sources import TextKind
from server.translations.texts import LIMITS
from server.translations.work import TextState, Work, WorkList, work_of

SEEN_SOURCE = "seen_source"
BUTTONS = {"draft": Vouch.DRAFT, "checked": Vouch.CHECKED, "next": Vouch.KEEP}


async def index(request: Request) -> Response:
    event, reach = access.event(request), reach_of(request)
    work = await work_of(event)
    counts = working.counts(work, reach)
    asked = filter_of(request, counts)
    found = await asyncio.to_thread(working.filtered, work, reach, asked)
    number = page_number(request.query_params)
    start = (number - 1) * working.PAGE
    lines = found[start : start + working.PAGE]
    drafts = None
    if not reach.is_author_only:
        drafts = await shown_drafts(event, work, reach, asked.locale, request.app.state.settings)
    return page(
        request,
        "translations/index.html",
        drafts=drafts,
        counts=counts,
        asked=asked,
        reach=reach,
        lines=[(each, labels.owner(each.piece)) for each in lines],
        total=len(found),
        number=number,
        is_last=start + working.PAGE >= len(found),
        query=partial(query_string, asked),
        address=partial(address_of, event),
        endonyms={code: locale.endonym for code, locale in LOCALES.items()},
        fields=labels.FIELDS,
        kinds=labels.KINDS,
        states=labels.STATES,
    )


async def show(request: Request) -> Response:
    _work, each = await opened(request)
    text = each.found.text if each.found else ""
    form = forms.Form({"text": text}, drawn=service.drawn(each.piece.key, each.locale, text))
    return await _form(request, form)


async def save(request: Request) -> Response:
    work, each = await opened(request)
    event, by, key = access.event(request), access.person(request), each.piece.key
    typed = await forms.typed_in(request)
    limit, button = LIMITS[key.field], str(typed.get("as", "next"))
    column = service.column_of(key, each.locale)
    shown_in = {column: "text"}
    edit = edits.edit_of(typed, shown_in)

    async def act(given: LineTranslationFields) -> Response:
        vouch = BUTTONS.get(button, Vouch.KEEP)
        await service.save(event, key, each.locale, given.text, vouch=vouch, by=by, seen=given.seen_source, edit=edit)
        return await _after(request, work, each, is_next=button in ("next", "checked"))

    def ask(known: LineTranslationFields) -> AsyncIterator[Refused]:
        return forms.nothing_else(known)

    context = context_of(each.piece.source, each.locale, limit)
    try:
        return await submitted(
            request, schema_for(limit), act, _form, typed=typed, ask=ask, context=context, shown_in=shown_in
        )
    except SourceChanged as changed:
        to_programs(request, changed)
        return await _form(request, forms.Form(typed, {"": changed.message}), status=changed.status)


async def ask_to_remove(request: Request) -> Response:
    """Ask whether a translation is to be removed; without one, lead back to the text."""
    work, each = await opened(request)
    if each.found is None:
        return to(address_of(access.event(request), each))
    asked = filter_of(request, working.counts(work, reach_of(request)), each.locale)
    return page(
        request,
        "translations/remove.html",
        translation=each.found.text,
        drawn=service.drawn(each.piece.key, each.locale, each.found.text),
        query=query_string(asked, locale=""),
        address=address_of(access.event(request), each),
        target=LOCALES[each.locale],
    )


async def remove(request: Request) -> Response:
    """Remove a translation; if somebody has changed it meanwhile, show it as it is now."""
    work, each = await opened(request)
    event, key = access.event(request), each.piece.key
    edit = edits.edit_of(await forms.typed_in(request), {service.column_of(key, each.locale): "text"})
    try:
        await service.remove(event, key, each.locale, edit=edit)
    except edits.EditConflict:
        return await ask_to_remove(request)
    return await _after(request, work, each, is_next=False)


async def _after(request: Request, work: WorkList, each: Work, *, is_next: bool) -> Response:
    """Redirect to the next text of the list, to the list if none is left, or to the same text."""
    event, reach = access.event(request), reach_of(request)
    asked = filter_of(request, working.counts(work, reach), each.locale)
    query = query_string(asked, locale="")
    if (await work_of(event)).sources.of(each.piece.key) is None:
        # The author's need is reviewed again, and has no page here until then.
        return to(f"/e/{event.slug}/translations?{query_string(asked)}", notice="need_saved")
    here = f"{address_of(event, each)}?{query}"
    if not is_next:
        return to(here.removesuffix("?"), notice="saved")
    _before, after = await asyncio.to_thread(working.around, work, reach, asked, each.piece)
    if after is None:
        return to(f"/e/{event.slug}/translations?{query_string(asked)}", notice="translated")
    return to(f"{address_of(event, after)}?{query}".removesuffix("?"), notice="saved")


async def _form(request: Request, form: forms.Form, status: int = 200) -> Response:
    work, each = await opened(request)
    event, reach, piece = access.event(request), reach_of(request), each.piece
    asked = filter_of(request, working.counts(work, reach), each.locale)
    before, after = await asyncio.to_thread(working.around, work, reach, asked, piece)
    row_id = each.found.id if each.found and piece.written is None else 0
    history = await beside.history_of(piece, row_id, request.state.locale) if row_id else None
    machine = None if reach.is_author_only else await shown_draft(event, work, each, reach, request.app.state.settings)
    is_stale, seen_before = each.state is TextState.STALE, _seen_before(request, form, piece.source.text)
    then = seen_before if seen_before is not None else history.source if history and is_stale else None
    return page(
        request,
        "translations/text.html",
        status=status,
        form=form,
        each=each,
        address=address_of(event, each),
        drawn=service.drawn(piece.key, each.locale, each.found.text if each.found else ""),
        limit=LIMITS[piece.key.field],
        label=labels.FIELDS[piece.key.field],
        owner=labels.owner(piece),
        state=labels.STATES[each.state],
        is_stale=is_stale,
        is_reviewed=event.reviews_needs and piece.kind is TextKind.NEED and piece.party_id == reach.party_id,
        history=history,
        names_are_shown=not reach.is_author_only,
        seen_before=seen_before,
        machine=machine,
        difference=None if then is None else await asyncio.to_thread(difference, then, piece.source.text),
        terms=beside.terms_in(piece.source.text, piece.source.locale, each.locale, scheme_of(event)),
        earlier=await asyncio.to_thread(
            beside.earlier_translations, piece, each.locale, work.sources, work.translations
        ),
        before=address_of(event, before) if before else None,
        after=address_of(event, after) if after else None,
        list_query=query_string(asked),
        query=query_string(asked, locale=""),
        target=LOCALES[each.locale],
    )


def _seen_before(request: Request, form: forms.Form, now: str) -> str | None:
    """Return the original as it was when the translation was begun, None if it has not changed since."""
    held: Any = getattr(request.state, "held", None) or {}
    seen = form.values.get(SEEN_SOURCE) or held.get(SEEN_SOURCE)
    if not isinstance(seen, str) or texts.hash_of(seen.replace("\r\n", "\n")) == texts.hash_of(now):
        return None
    return seen
