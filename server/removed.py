"""Shows text typed into the form of an object that somebody else has removed meanwhile, so that it can be copied."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from i18n import LOCALES, Message, Translator, _, pgettext_
from server.errors import Refused
from server.forms import typed_in
from server.models import Hall, Interpreter
from server.models.base import MAX_ID
from server.pages import page


@dataclass(frozen=True)
class RemovedKind:
    """A kind of object. gone: the sentence for its editor. under: path of the list, below the event's path."""

    gone: Message
    under: str


# Kinds for organisers, by path parameter.
KINDS: Mapping[str, RemovedKind] = {
    "hall": RemovedKind(_("This hall is no longer here, so nothing is saved."), "halls"),
    "item": RemovedKind(_("This programme item is no longer here."), "plenary"),
    "interpreter": RemovedKind(_("This interpreter is no longer at the event, so nothing is saved."), "interpreters"),
    "topic": RemovedKind(_("This topic is no longer here, so nothing is saved."), "topics"),
    "organiser": RemovedKind(_("This person no longer organises the event."), "organisers"),
    "translator": RemovedKind(_("This person no longer translates at this event."), "translators"),
    "reviewer": RemovedKind(_("This person no longer reviews needs at this event."), "reviewers"),
    "crew": RemovedKind(_("This person no longer helps at this event."), "crew"),
    "plan": RemovedKind(_("This plan is no longer here."), "plans"),
    "registration": RemovedKind(_("This participant is no longer here, so nothing is saved."), "participants"),
    "enterprise": RemovedKind(_("This enterprise is no longer here, so nothing is saved."), "enterprises"),
}
# Labels of fields with people's own texts, by field; the field of a language ends in _ and its code.
WORDS: Mapping[str, Message] = {
    "name": pgettext_("of a thing", "Name"),
    "label": pgettext_("of a thing", "Name"),
    "terms": pgettext_("label", "Keywords"),
    "place": pgettext_("label", "Place"),
    # Translators: of an event
    "description": pgettext_("heading", "Description"),
    # Translators: the title of a need
    "title": pgettext_("label", "Title"),
    "text": pgettext_("label", "Technical goal"),
    "full_name": pgettext_("label", "Full name"),
    "latin_name": _("Name in Latin letters"),
    "zh_name": _("Name in Chinese"),
    "email": pgettext_("label", "E-mail address"),
    "affiliation": pgettext_("label", "Organisation"),
    # Translators: a person’s job title
    "position": pgettext_("label", "Position"),
    # Translators: an academic degree
    "degree": pgettext_("label", "Degree"),
    "headline": _("Summary in one line"),
    "offer": _("What you offer"),
    "results": pgettext_("label", "Key results"),
    "patents": pgettext_("label", "Patents"),
    "note": _("Note to meeting partners"),
    "reason": pgettext_("note", "Reason"),
    "tables": pgettext_("label", "Tables"),
    "max_meetings": pgettext_("label", "Meeting limit"),
}


async def lost_edit(request: Request, status: int, message: Message, back: str) -> Response | None:
    """Return the page with the typed text, or None if there is none.

    message, back: sentence and link, if the kind of object has none of its own.
    """
    words = await typed_words(request)
    if words is None:
        return None
    kind, event = _kind(request), request.state.event
    if not words and kind is None:
        return None
    return page(
        request,
        "errors/removed.html",
        status=status,
        message=kind.gone if kind else message,
        removed_at=await _removed_at(request),
        words=words,
        back=f"/e/{event.slug}/{kind.under}" if kind else back,
        has_list=kind is not None,
    )


async def typed_words(request: Request) -> Sequence[tuple[str, str]] | None:
    """Return (label, typed text) of the fields that were sent, or None if the body cannot be parsed."""
    try:
        return written(await typed_in(request), request.state.locale)
    except (HTTPException, Refused):
        return None
    finally:
        await request.close()


def written(typed: Mapping[str, Any], locale: str) -> Sequence[tuple[str, str]]:
    """Return (label, typed text) of each field with people's own text."""
    translate = Translator(locale).translate
    found = []
    for name, value in typed.items():
        code = next((code for code in LOCALES if name.endswith(f"_{code}")), "")
        label = WORDS.get(name.removesuffix(f"_{code}") if code else name)
        if label is not None and isinstance(value, str) and value.strip():
            said = translate(label)
            found.append((f"{said} — {LOCALES[code].endonym}" if code else said, value))
    return found


def _kind(request: Request) -> RemovedKind | None:
    """Return the kind of the missing object, for organisers only: others may not learn whether it existed."""
    standing = request.state.standing
    if standing is None or not standing.organiser:
        return None
    return next((KINDS[name] for name in request.path_params if name in KINDS), None)


async def _removed_at(request: Request) -> Any:
    """Return when a hall or interpreter was removed, if plans still refer to it, else None."""
    if _kind(request) is None:
        return None
    for name, model in (("hall", Hall), ("interpreter", Interpreter)):
        if name in request.path_params:
            query: Any = model.every.filter(id=min(int(request.path_params[name]), MAX_ID))
            row = await query.filter(event_id=request.state.event.id).first()
            return row.removed_at if row else None
    return None
