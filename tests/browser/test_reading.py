"""The demo on a phone, for readers of Russian, Chinese or English alone: they can say of each match what the other side
wants, on the list, on the page of a match, in the agenda and in the calendar.
"""

import re

import pytest
from playwright.async_api import Browser

from server.demo import people
from server.demo.registering import register
from server.models import Event, Person, Registration, Side
from tests import factories
from tests.browser.conftest import Site, Visitor, visitor
from tests.conftest import OF_PAGES
from tests.server.test_demo_reading import UNREADABLE, missing, pairs

pytestmark = [pytest.mark.browser, OF_PAGES]

# Texts of participants that are seen, without quotations, names beside names, terms, and originals one tap away.
TITLES = """() => [...document.querySelectorAll("main :is(bdi, p)[lang]")]
    .filter((each) => each.checkVisibility() && !each.closest("table, blockquote, header, .original, .whole"))
    .map((each) => each.innerText.replaceAll(/\\s+/g, " ").trim()).filter(Boolean)"""
SEEN_PAIRS = 3


async def titles_for(guest: Visitor, event: Event, others: list[Registration]) -> list[str]:
    """Return the titles that a person sees on a phone, and the summaries of the person's calendar."""
    found: list[str] = []
    for path in ("matches", "agenda", *(f"matches/{other.id}" for other in others[:SEEN_PAIRS])):
        await guest.go(f"/e/{event.slug}/{path}")
        found += await guest.page.evaluate(TITLES)
    calendar = await guest.context.request.get(f"{guest.site.url}/e/{event.slug}/agenda.ics")
    told = re.sub(r"\r\n[ \t]", "", await calendar.text())
    # The name of the other side stands before the title.
    return found + [each.split(": ", 1)[-1] for each in re.findall(r"^SUMMARY:(.*)\r$", told, re.MULTILINE)]


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("locale", UNREADABLE)
async def test_a_reader_of_one_language_reads_what_the_other_side_wants(
    browser: Browser, site: Site, locale: str
) -> None:
    event = await register(people.read(), 1)
    rows = Registration.filter(event_id=event.id).select_related("person", "organisation").order_by("id")
    experts, enterprises = [await rows.filter(side=side) for side in (Side.EXPERT, Side.ENTERPRISE)]
    await factories.published(event)
    await pairs(experts, enterprises)
    for party, others in ((experts[0], enterprises), (experts[5], enterprises), (enterprises[0], experts)):
        person = party.person or (await factories.delegates_of(party))[0]
        await Person.filter(id=person.id).update(locale=locale)
        await Registration.filter(id=party.id).update(languages=[locale[:2]])
        async with visitor(browser, site, locale.replace("_", "-"), width=390) as guest:
            token = await factories.session(person)
            await guest.context.add_cookies([{"name": "session", "value": token, "url": site.url}])
            found = await titles_for(guest, event, others)
        exempt = missing(locale)
        assert len(found) > SEEN_PAIRS
        assert [each for each in found if re.search(UNREADABLE[locale], each) and each not in exempt] == []
