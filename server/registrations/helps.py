"""Suggestions while typing: Latin spellings of names, and topics found in a text. The person confirms them."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from i18n import Message, Translator, _, formats, ngettext_
from i18n.names import suggest_latin
from server import forms
from server.models import Event
from server.profiles import found_topics
from server.schemes import scheme_of
from server.slugs import ADDRESS


async def latin_name(request: Request) -> Response:
    """Return `{"latin": …}`: a likely passport spelling of the name, or "".

    country: ISO code, if the person has entered it: names in Chinese characters are read as Chinese only for Chinese.
    """
    return JSONResponse({"latin": _suggested(request) or ""})


def _suggested(request: Request) -> str | None:
    asked = request.query_params
    country = asked.get("country", "")
    return suggest_latin(asked.get("name", "")[:200], country=country, language=request.state.locale)


async def suggest_topics(request: Request) -> Response:
    """Return `{"topics": [{"value", "label", "words"}], "told": …}` found in the posted text.

    words: the part of the text in which the topic was found. told: a sentence with the number of topics, for screen
    readers. event: slug of an event whose own topics count, too. chosen: ticked topics.
    """
    sent = await forms.posted_object(request)
    text, topics = sent.get("text"), scheme_of(await _event_named(sent.get("event")))
    ticked = sent.get("chosen")
    chosen = [each for each in ticked if isinstance(each, str)] if isinstance(ticked, list) else []
    locale = request.state.locale
    found = [
        {"value": each.id, "label": topics.label(each.id, locale), "words": formats.sequence(each.words, locale)}
        for each in (found_topics(text, topics, chosen) if isinstance(text, str) else [])
    ]
    return JSONResponse({"topics": found, "told": Translator(locale).translate(_told(len(found)))})


def _told(number: int) -> Message:
    if not number:
        return _("No topics were found in your text.")
    return ngettext_("%(num)s topic was found in your text.", "%(num)s topics were found in your text.", number)


async def _event_named(address: Any) -> Event | None:
    """Return the event whose form asks; its own topics are public."""
    is_address = isinstance(address, str) and ADDRESS.fullmatch(address)
    return await Event.get_or_none(slug=address) if is_address else None
