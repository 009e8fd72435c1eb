"""Every link of every page, followed by every caller, in an event whose texts all try to break out of their page."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import httpx2
import pytest
from babel.messages import Catalog

from i18n.extraction import domain_files, extract, of_domain
from i18n.locale import Domain
from server.models import Delegate, Event, Hall, Need, Organisation, Person, PlenaryItem, Registration
from tests import factories, world
from tests.client import Client
from tests.world import World

SCRIPT = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>"
TEMPLATE = "{{7*191}}{% raw %}${7*191}"
ADDRESS = 'javascript:alert(3)//"onmouseover=alert(4) x="'
BIDI = "\u202eevil\u2066"
LONG = "W" * 130
LINE = f"{SCRIPT}{TEMPLATE}{ADDRESS}"
SHORT = (SCRIPT + BIDI + LONG)[:200]
PARAGRAPH = f"{LINE}\n\n</textarea></title></style>{LINE}\n\n{BIDI}"
CALCULATED = str(7 * 191)
MOST_PAGES = 400
ROLES = ("anonymous", "nobody", "creator", "organiser", "expert", "enterprise", "interpreter")
NAMED = frozenset({"input", "select", "textarea"})
EXECUTED = frozenset({"iframe", "object", "embed", "base", "style"})


@dataclass
class Page(HTMLParser):
    """The parts of a page that are checked."""

    ids: Counter[str] = field(default_factory=Counter)
    tags: Counter[str] = field(default_factory=Counter)
    links: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    labelled: set[str] = field(default_factory=set)
    fields: list[tuple[str, bool]] = field(default_factory=list)
    title: str = ""
    open: list[str] = field(default_factory=list)
    texts: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags[tag] += 1
        self.texts |= {given[name] for name in ("aria-label", "placeholder", "title") if name in given}
        if "id" in given:
            self.ids[given["id"]] += 1
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "label" and "for" in given:
            self.labelled.add(given["for"])
        if tag in NAMED and given.get("type") not in ("hidden", "submit"):
            has_name = "label" in self.open or "aria-label" in given or "aria-labelledby" in given
            self.fields.append((given.get("id", f"a {tag} without an id"), has_name))
        self.faults += list(dangers(tag, given))
        if tag in ("label", "title"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            self.open.remove(tag)

    def handle_data(self, data: str) -> None:
        self.texts.add(" ".join(data.split()))
        if "title" in self.open:
            self.title += data
        if CALCULATED in data:
            self.faults.append("a text was calculated")


def dangers(tag: str, given: dict[str, str]) -> Iterator[str]:
    """Return what no page has, so that it must come from a text."""
    source = given.get("src", "")
    is_own = source.startswith("/static/") if tag == "script" else source.startswith("/e/")
    # Data for search engines, which browsers do not run.
    is_own = is_own or (tag == "script" and given.get("type") == "application/ld+json")
    if tag in EXECUTED or (tag in ("script", "img") and not is_own):
        yield f"<{tag}> out of a text"
    for name, value in given.items():
        if name.startswith("on") or name == "style":
            yield f"{name} out of a text"
        if name in ("href", "src", "action", "formaction") and not value.startswith(
            ("/", "?", "#", "webcal:", "http", "mailto:", "tel:")
        ):
            yield f"{name} leads to {value[:40]}"


def read(html: str) -> Page:
    page = Page()
    page.feed(html)
    page.close()
    if page.tags["h1"] != 1:
        page.faults.append(f"{page.tags['h1']} h1")
    if not page.title.partition("·")[0].strip():
        page.faults.append("no title")
    page.faults += [f"id {name} {number} times" for name, number in page.ids.items() if number > 1]
    page.faults += [f"{name} has no label" for name, named in page.fields if not named and name not in page.labelled]
    return page


async def make_hostile(there: World) -> None:
    """Put a payload into every text that people or organisers enter."""
    many = {"en": SHORT, "ru": SHORT}
    await Event.all().update(name=many, place=many, description={"en": PARAGRAPH})
    await Hall.all().update(name=many)
    await PlenaryItem.all().update(name=many)
    await Person.all().update(full_name=SHORT, latin_name=SHORT, zh_name=SHORT)
    await Registration.all().update(
        affiliation=SHORT, position=SHORT, degree=SHORT, headline=LINE[:300], offer=PARAGRAPH
    )
    await Delegate.all().update(position=SHORT)
    await Need.all().update(title=LINE[:300], text=PARAGRAPH)
    for organisation in await Organisation.all():
        name = f"{organisation.id}{SHORT}"[:200]
        organisation.name, organisation.latin_name, organisation.description = name, name, PARAGRAPH
        await organisation.save()


@pytest.mark.parametrize("role", ROLES)
async def test_every_link_leads_to_a_page_that_no_text_breaks(client: Client, role: str) -> None:
    there = await world.build(client.settings)
    await make_hostile(there)
    person = there.people[role]
    if person is not None:
        await factories.signed_in(client, person)
    faults: list[str] = []
    hostile: set[str] = set()
    async for path, answer in crawled(client, ["/", f"/e/{there.event.slug}"]):
        if answer.status_code not in (200, 303):
            faults.append(f"{path}: {answer.status_code}")
        if is_page(answer):
            hostile |= {path} if "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text else set()
            faults += [f"{path}: {fault}" for fault in read(answer.text).faults]
    # The payloads did reach the pages.
    assert (faults, len(hostile) > 3) == ([], True), sorted(hostile)


async def crawled(client: Client, queue: list[str]) -> AsyncIterator[tuple[str, httpx2.Response]]:
    """Yield path and answer of these pages and of all to which their links lead."""
    seen: set[str] = set()
    while queue and len(seen) < MOST_PAGES:
        path = queue.pop(0)
        if path in seen:
            continue
        seen.add(path)
        answer = await client.get(path)
        yield path, answer
        if answer.status_code == 303 and (there := local(path, answer.headers["location"])):
            queue.append(there)
        if is_page(answer):
            queue += [link for each in read(answer.text).links if (link := local(path, each))]


def is_page(answer: httpx2.Response) -> bool:
    return answer.headers.get("content-type", "").startswith("text/html")


@cache
def every_text() -> Catalog:
    return extract()


@cache
def texts_of(domain: Domain) -> set[str]:
    """Return the English texts of a domain that stand on pages as they are, without values."""
    every = of_domain(every_text(), domain, domain_files())
    texts = (text for each in every if each.id for text in ([each.id] if isinstance(each.id, str) else each.id))
    return {text for text in texts if "%(" not in text and "<" not in text}


@pytest.mark.parametrize("role", ["anonymous", "nobody", "expert", "enterprise", "interpreter"])
async def test_participants_see_no_text_that_only_organisers_have_in_their_language(client: Client, role: str) -> None:
    there = await world.build(client.settings)
    person = there.people[role]
    if person is not None:
        await factories.signed_in(client, person)
    only_organisers = texts_of(Domain.ORGANISERS) - texts_of(Domain.PARTICIPANTS)
    found = set[str]()
    async for path, answer in crawled(client, ["/", f"/e/{there.event.slug}"]):
        if is_page(answer):
            found |= {f"{path}: {text}" for text in read(answer.text).texts & only_organisers}
    assert sorted(found) == []


def local(path: str, link: str) -> str | None:
    """Return the path and query of a link of this site, None for other sites."""
    parts = urlsplit(urljoin(f"http://testserver{path}", link))
    if parts.netloc != "testserver" or parts.scheme != "http":
        return None
    return parts.path + (f"?{parts.query}" if parts.query else "")


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ("<title>a</title><h1>a</h1><script>x</script>", "<script> out of a text"),
        ("<title>a</title><h1>a</h1><img src='https://elsewhere.example/x'>", "<img> out of a text"),
        ("<title>a</title><h1>a</h1><p onclick='x'>", "onclick out of a text"),
        ("<title>a</title><h1>a</h1><a href='javascript:x'>", "href leads to javascript:x"),
        ("<title>a</title><h1>a</h1><h1>b</h1>", "2 h1"),
        ("<title> · Duijie</title><h1>a</h1>", "no title"),
        ("<title>a</title><h1>a</h1><i id='x'></i><b id='x'></b>", "id x 2 times"),
        ("<title>a</title><h1>a</h1><input id='x'>", "x has no label"),
        ("<title>a</title><h1>a1337</h1>", "a text was calculated"),
    ],
)
def test_each_check_finds_its_fault(html: str, fault: str) -> None:
    assert read(html).faults == [fault]


def test_a_correct_page_has_no_faults() -> None:
    html = "<title>a · b</title><h1>a</h1><label>x<input></label><label for='y'></label><input id='y'><a href='/z'></a>"
    page = read(html)
    assert (page.faults, page.links) == ([], ["/z"])
