"""An event with a need to translate, and what a translator does there by hand."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from httpx2 import Response

from server.models import Event, Need, Person, Translation, TranslationState
from tests import factories
from tests.client import Client
from tests.reading import Page, read
from tests.statements import Statements

TITLE, TEXT = "烧结钕铁硼磁体的矫顽力", "我们希望提高磁体的矫顽力。剩磁不能下降。"
Queries = Callable[[], AbstractContextManager[Statements]]
CHECKED, HUMAN, MACHINE = TranslationState.CHECKED, TranslationState.HUMAN, TranslationState.MACHINE


async def event_with_need(client: Client, **values: object) -> tuple[Event, Need, Person]:
    """Create an event with a need and a translator, who is signed in at the client."""
    event = await factories.event()
    firm = await factories.enterprise(event, needs=0, text_locale="zh_Hans")
    need = await factories.need(firm, **{"title": TITLE, "text": TEXT, "text_locale": "zh_Hans", **values})
    translator = await factories.translator(event)
    await factories.signed_in(client, translator.person)
    return event, need, translator.person


def address(event: Event, need: Need, field: str = "title", locale: str = "ru") -> str:
    return f"/e/{event.slug}/translations/{field}/{need.id}/{locale}"


def sent(page: Page, text: str, button: str = "draft") -> dict[str, str]:
    """Return the form as a person sends it: with another text, by this button."""
    kept = {name: page.field(name) or "" for name in ("seen_source", "drawn", "once", "at")}
    return {**kept, "text": text, "as": button}


async def removed_by(client: Client, path: str) -> Response:
    """Remove a translation without scripts: by the page that asks for a confirmation."""
    asked = read(await client.get(f"{path}/remove"))
    assert "Remove this translation?" in asked.words
    return await client.post(f"{path}/remove", data={"drawn": asked.field("drawn") or ""})


async def stored(need: Need, field: str = "title", locale: str = "ru") -> Translation | None:
    return await Translation.get_or_none(need_id=need.id, field=field, locale=locale)
