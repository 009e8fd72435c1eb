"""Every page to which links lead, in a made-up language: a text that nobody marked would stay English."""

import pytest

from i18n.locale import Domain
from server.middleware import LOCALE_COOKIE
from server.models import Person
from server.settings import Settings
from tests import factories, world
from tests.client import Client
from tests.server.test_crawl import crawled, is_page, read, texts_of

MANY = 100


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"pseudo_locales": True})


@pytest.mark.parametrize("role", ["anonymous", "organiser", "expert", "enterprise", "interpreter"])
async def test_no_text_of_a_page_stays_english(client: Client, role: str) -> None:
    there = await world.build(client.settings)
    person = there.people[role]
    if person is not None:
        await factories.signed_in(client, person)
        await Person.filter(id=person.id).update(locale="en_XA")
    client.cookies.set(LOCALE_COOKIE, "en_XA")
    english = texts_of(Domain.ORGANISERS) | texts_of(Domain.PARTICIPANTS)
    found, marked = set[str](), 0
    async for path, answer in crawled(client, ["/", f"/e/{there.event.slug}"]):
        if is_page(answer):
            texts = read(answer.text).texts
            marked += sum("⟦" in text for text in texts)
            found |= {f"{path}: {text}" for text in texts & english}
    assert (sorted(found), marked > MANY) == ([], True)
