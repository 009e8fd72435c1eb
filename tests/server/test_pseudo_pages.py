"""Every page that a route or a link leads to, in a made-up language: a text that nobody marked would stay English."""

import pytest

from i18n.locale import Domain
from server.middleware import LOCALE_COOKIE
from server.models import Person
from server.routes import ROUTES
from server.settings import Settings
from tests import factories, world
from tests.client import Client
from tests.server.test_crawl import crawled, is_page, read, texts_of
from tests.world import World, roles_of

MANY = 50
PARTICIPANTS = ("anonymous", "nobody", "expert", "enterprise", "interpreter")
ROLES = (*PARTICIPANTS, "creator", "organiser", "translator", "reviewer")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"pseudo_locales": True})


def addresses(there: World, role: str) -> list[str]:
    """Return the paths of all routes that this caller may open, with objects of their own."""
    allowed = roles_of(role)
    return [place.path(there.own) for place in world.places(ROUTES) if place.method == "GET" and place.may & allowed]


@pytest.mark.parametrize("role", ROLES)
async def test_no_text_of_a_page_stays_english(client: Client, role: str) -> None:
    there = await world.build(client.settings)
    person = there.people[role]
    if person is not None:
        await factories.signed_in(client, person)
        await Person.filter(id=person.id).update(locale="en_XA")
    client.cookies.set(LOCALE_COOKIE, "en_XA")
    english = texts_of(Domain.ORGANISERS) | texts_of(Domain.PARTICIPANTS)
    found, marked = set[str](), 0
    async for path, answer in crawled(client, ["/", f"/e/{there.event.slug}", *addresses(there, role)]):
        if is_page(answer) and "lang=" not in path:  # a page that is asked for in another language
            texts = read(answer.text).texts
            marked += sum("⟦" in text for text in texts)
            found |= {f"{path}: {text}" for text in texts & english}
    assert (sorted(found), marked > MANY) == ([], True)
