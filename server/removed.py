"""What somebody typed into the form of a thing that another person has removed meanwhile: shown again, to be copied."""

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
from server.pages import page


@dataclass(frozen=True)
class Kind:
    """What a step of a path points to. gone: the sentence for who edits it. under: the list, below the event's path."""

    gone: Message
    under: str


# By the name that paths give to what they point to, for organisers.
KINDS: Mapping[str, Kind] = {
    "hall": Kind(_("This hall is no longer here, so nothing is saved."), "halls"),
    "item": Kind(_("This programme item is no longer here."), "plenary"),
    "interpreter": Kind(_("This interpreter is no longer at the event, so nothing is saved."), "interpreters"),
    "topic": Kind(_("This topic is no longer here, so nothing is saved."), "topics"),
    "organiser": Kind(_("This person no longer organises the event."), "organisers"),
    "plan": Kind(_("This plan is no longer here."), "plans"),
    "registration": Kind(_("This participant is no longer here, so nothing is saved."), "participants"),
    "enterprise": Kind(_("This enterprise is no longer here, so nothing is saved."), "enterprises"),
}
# What people write in their own words, by the name of its field; the field of a language ends in _ and its code.
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
    "reason": pgettext_("note", "Reason"),
    "tables": pgettext_("label", "Tables"),
    "max_meetings": pgettext_("label", "Meeting limit"),
}


async def lost_edit(request: Request, status: int, message: Message, back: str) -> Response | None:
    """The page with what was typed; None where nothing was. message, back: where no kind of thing says it better."""
    try:
        words = written(await typed_in(request), request.state.locale)
    except (HTTPException, Refused):
        return None  # What was sent cannot be read, and nobody has typed it.
    finally:
        await request.close()
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


def written(typed: Mapping[str, Any], locale: str) -> Sequence[tuple[str, str]]:
    """(what the field is called, what was typed) of each field that holds words of people."""
    translate = Translator(locale).translate
    found = []
    for name, value in typed.items():
        code = next((code for code in LOCALES if name.endswith(f"_{code}")), "")
        label = WORDS.get(name.removesuffix(f"_{code}") if code else name)
        if label is not None and isinstance(value, str) and value.strip():
            said = translate(label)
            found.append((f"{said} — {LOCALES[code].endonym}" if code else said, value))
    return found


def _kind(request: Request) -> Kind | None:
    """What is missing, for organisers: whether it was there once is the same to everybody else."""
    standing = request.state.standing
    if standing is None or not standing.organiser:
        return None
    return next((KINDS[name] for name in request.path_params if name in KINDS), None)


async def _removed_at(request: Request) -> Any:
    """When a hall or an interpreter was removed, as far as plans still refer to it; None where nobody knows."""
    if _kind(request) is None:
        return None
    for name, model in (("hall", Hall), ("interpreter", Interpreter)):
        if name in request.path_params:
            query: Any = model.every.filter(id=min(int(request.path_params[name]), 2**31 - 1))
            row = await query.filter(event_id=request.state.event.id).first()
            return row.removed_at if row else None
    return None
