"""The demo for readers of one language: what the other side wants is told in it, but for five texts and names."""

import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser

import httpx2
import pytest
from icalendar import Calendar

from i18n import Translator, pgettext_
from server.agendas.entries import Change, ChangeKind, MeetingPlace
from server.demo import people, translating
from server.demo.registering import register
from server.models import CalendarEntry, Delegate, Event, Need, Organisation, Person, Registration, Side
from server.plans import telling
from server.plans.directory import directory
from server.translations.reading import translations_of
from tests import factories
from tests.client import Client
from tests.conftest import OF_PAGES
from tests.saved import Saved

pytestmark = OF_PAGES

READABLE = {"zh_Hans": r"[\u4e00-\u9fff]", "ru": r"[А-яЁё]", "en": r"[A-Za-z]"}
UNREADABLE = {
    "zh_Hans": r"[А-яЁё]",
    "ru": r"[\u4e00-\u9fff]",
    "en": r"[А-яЁё\u4e00-\u9fff]",
}
ENTERPRISES = 4
# Translators: title: the title of a need, as the enterprise wrote it
ORIGINAL = pgettext_("label", "Original text: %(title)s", title="…")
PLACE = ("start_at", "end_at", "table_id", "interpreter_id", "need_id")


class Titles(HTMLParser):
    """Collects the texts of participants in <main>: those that say in which language they are.

    Originals one tap away, quotations with their language, names and terms in several languages are left out.
    """

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open: list[tuple[str, str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in {"meta", "link", "input", "br", "img", "hr"}:
            return
        classes = given.get("class", "").split()
        is_text = "lang" in given and tag in {"bdi", "p"}
        is_out = tag in {"table", "blockquote", "header"} or "original" in classes or "whole" in classes
        state = "out" if is_out or (self._open and self._open[-1][1] == "out") else "text" if is_text else ""
        self._open.append((tag, state or (self._open[-1][1] if self._open else ""), is_text))
        if state == "text":
            self.found.append("")

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1][1] == "text":
            self.found[-1] += data

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass


def titles(answer: httpx2.Response) -> list[str]:
    assert answer.status_code == 200
    reader = Titles()
    reader.feed(answer.text.partition("<main")[2].partition("</main>")[0].partition(">")[2])
    return [text for each in reader.found if (text := " ".join(each.split()))]


def missing(locale: str) -> set[str]:
    """Return the texts of people.yaml that nobody has translated into the language."""
    ids = {each.split("/")[0] for each in translating.read().missing if each.endswith(f"/{locale}")}
    delegation = people.read()
    rows = [*delegation.experts, *(need for each in delegation.enterprises for need in each["needs"])]
    found = [row for row in rows if row["id"] in ids]
    names = ("title", "text", "headline", "offer", "organisation", "position", "degree")
    return {" ".join(str(row[name]).split()) for row in found for name in names if name in row}


async def pairs(experts: Sequence[Registration], enterprises: Sequence[Registration]) -> None:
    """Let each expert have four meetings, so that agendas have titles of many needs and experts."""
    slots = await factories.slots_of(await Event.get(id=experts[0].event_id))
    needs = {each.registration_id: each for each in await Need.all().order_by("-id")}
    for number, expert in enumerate(experts):
        for turn in range(4):
            enterprise = enterprises[(number + 10 * turn) % len(enterprises)]
            await factories.calendar_entry(expert, enterprise, slots[turn], need=needs[enterprise.id])


def pages(event: Event, others: Sequence[Registration]) -> Iterator[str]:
    yield f"/e/{event.slug}/agenda"
    for page in (1, 2):
        yield f"/e/{event.slug}/matches?page={page}"
    for other in others:
        yield f"/e/{event.slug}/matches/{other.id}"


_MADE: list[Saved] = []


@pytest.fixture
async def demo(client: Client) -> tuple[Event, list[Registration], list[Registration]]:
    """The registered demo with a published agenda for everybody, made once and restored afterwards."""
    if _MADE:
        await _MADE[0].restore(client.settings)
    event = await Event.get() if _MADE else await register(people.read(), 1)
    rows = Registration.filter(event_id=event.id).select_related("person", "organisation").order_by("id")
    experts, enterprises = [await rows.filter(side=side) for side in (Side.EXPERT, Side.ENTERPRISE)]
    if not _MADE:
        await factories.published(event)
        await pairs(experts, enterprises)
        _MADE.append(await Saved.of(client.settings))
    return event, experts, enterprises


@pytest.mark.parametrize("step", [2, pytest.param(1, marks=pytest.mark.soak)])
async def test_who_reads_one_language_reads_every_title_but_for_five_and_names(
    client: Client, demo: tuple[Event, list[Registration], list[Registration]], step: int
) -> None:
    """step: one reader in so many, others in each language."""
    event, experts, enterprises = demo
    strange: dict[str, set[str]] = {}
    told = 0
    for turn, (locale, unreadable) in enumerate(UNREADABLE.items()):
        exempt = missing(locale)
        parties = [(each, enterprises) for each in experts] + [(each, experts) for each in enterprises[:ENTERPRISES]]
        for number, (party, others) in list(enumerate(parties))[turn % step :: step]:
            person = party.person or (await factories.delegates_of(party))[0]
            await Person.filter(id=person.id).update(locale=locale)
            await Registration.filter(id=party.id).update(languages=[locale[:2]])
            await factories.signed_in(client, person)
            for path in pages(event, others[number % 16 :: 16]):
                found = titles(await client.get(path))
                told += sum(bool(re.search(READABLE[locale], each)) for each in found)
                strange.setdefault(locale, set()).update(
                    each for each in found if re.search(unreadable, each) and each not in exempt
                )

    assert strange == {locale: set() for locale in UNREADABLE}
    assert told > 1000 // step


def strange_lines(lines: Sequence[str], locale: str) -> set[str]:
    """Return the lines with a script that readers of the language cannot read, but for missing texts and names."""
    known = missing(locale)
    return {each for each in lines if re.search(UNREADABLE[locale], each) and not any(text in each for text in known)}


async def spellings() -> re.Pattern[str]:
    """Return a pattern of all names of people and organisations."""
    columns = ("full_name", "latin_name", "zh_name")
    names = {name for row in await Person.all().values_list(*columns) for name in row if name}
    names |= {name for row in await Organisation.all().values_list("name", "latin_name") for name in row if name}
    return re.compile("|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)))


@pytest.mark.parametrize("locale", list(UNREADABLE))
async def test_the_calendar_feed_is_in_the_readers_script_but_for_missing_texts_and_names(
    client: Client, demo: tuple[Event, list[Registration], list[Registration]], locale: str
) -> None:
    event, experts, enterprises = demo
    names, lines = await spellings(), list[str]()
    for party in [*experts, *enterprises[:ENTERPRISES]]:
        person = party.person or (await factories.delegates_of(party))[0]
        await Person.filter(id=person.id).update(locale=locale)
        await Registration.filter(id=party.id).update(languages=[locale[:2]])
        await factories.signed_in(client, person)
        answer = await client.get(f"/e/{event.slug}/agenda.ics")
        for each in Calendar.from_ical(answer.content).walk("VEVENT"):
            original = Translator(locale).translate(ORIGINAL).partition("…")[0]
            told = [str(each["summary"]), str(each["location"]), *str(each["description"]).split("\n")]
            lines += [names.sub("", line) for line in told if not line.startswith(original)]

    assert strange_lines(lines, locale) == set()
    assert sum(bool(re.search(READABLE[locale], each)) for each in lines) > 400


@pytest.mark.parametrize("locale", list(UNREADABLE))
async def test_e_mails_about_the_plan_are_in_the_readers_script_but_for_missing_texts_and_names(
    demo: tuple[Event, list[Registration], list[Registration]], locale: str
) -> None:
    event, _experts, _enterprises = demo
    await Person.all().update(locale=locale)
    await Registration.all().update(languages=[locale[:2]])
    changes = [
        Change(
            ChangeKind.ADDED,
            each.expert_id,
            each.enterprise_id,
            None,
            MeetingPlace(*(getattr(each, name) for name in PLACE)),
            None,
        )
        for each in await CalendarEntry.filter(event_id=event.id)
    ]
    places, texts = await directory(event.id), await translations_of(event.id)
    needs = {each.id: each for each in await Need.all()}
    delegates = await Delegate.all().select_related("person")
    names, lines = await spellings(), list[str]()
    for _person, told in telling.people_told(changes, places, delegates):
        email = telling.email_about(told, event=event, locale=locale, places=places, needs=needs, texts=texts)
        lines += [names.sub("", line) for meeting in email.added for line in meeting.said]

    assert strange_lines(lines, locale) == set()
    assert sum(bool(re.search(READABLE[locale], each)) for each in lines) > 300
