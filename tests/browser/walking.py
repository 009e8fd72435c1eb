"""Walks along a whole path of people through the pages, as they would go: fields filled, buttons pressed by their names
in the reader's language, and each page looked at.

`DUIJIE_SCREENSHOTS=folder` keeps a picture of every page that a walk looks at.
"""

import contextlib
import os
import re
import tomllib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Browser, Locator, TimeoutError

import i18n
from i18n import LOCALES, Message, Translator, interface_locale, interface_locales, tag_of
from i18n.catalog import catalogue
from server.models import Event, Hall, Person
from tests import factories
from tests.browser.conftest import Site, Visitor, visitor
from tests.conftest import OF_PAGES

SCRIPTS = [(Path(__file__).parent / name).read_text("utf-8") for name in ("measure.js", "walking.js")]
PHONE, DESK = 390, 1280
WAYS = tuple(product(("zh_Hans", "ru", "ar"), (PHONE, DESK)))
PICTURES = os.environ.get("DUIJIE_SCREENSHOTS", "")
ALLOWED = tomllib.loads((Path(i18n.__file__).parent / "locales" / "allowed.toml").read_text("utf-8"))
ENDONYMS = {word for code in interface_locales() for word in interface_locale(code).endonym.split()}
UNITS = {"kB", "MB"}
VENUE = ZoneInfo("Asia/Shanghai")
ISOLATES = re.compile("[\u2066-\u2069]")
# A word in Latin letters, also a part of an address or of a name of a file, which are no words of a language.
WORD = re.compile(r"(?<![\w@./:%+-])[A-Za-z][A-Za-z’'-]+(?![\w@/:+-]|\.\w)")
Turn = tuple[str, int]


def turns(own: Turn) -> pytest.MarkDecorator:
    """Return the parametrization of a path: its own language and width in each run, the others in `make soak`."""
    assert own in WAYS
    cases = [pytest.param(*each, marks=() if each == own else pytest.mark.soak) for each in WAYS]
    return pytest.mark.parametrize(("locale", "width"), cases)


# Marks of a file of paths.
MARKS = [
    pytest.mark.browser,
    pytest.mark.usefixtures("database"),
    OF_PAGES,
]


def spoken(locale: str) -> str:
    """Return the locale of an organiser beside a participant of this one: pages of organisers have fewer languages."""
    return locale if locale in ("zh_Hans", "ru") else "zh_Hans"


@dataclass
class Walker(Visitor):
    """A visitor who reads one language. names: words in Latin letters that this walk's pages may show. faults: what was
    wrong with the pages that were looked at.
    """

    locale: str = "en"
    width: int = DESK
    path: str = ""
    names: set[str] = field(default_factory=set)
    pictures: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def says(self, message: Message) -> str:
        """Return a text as the reader gets it. Raises AssertionError if the catalogue does not have it."""
        texts = catalogue(self.locale).texts
        assert (message.context, message.msgid) in texts, f"no text {message.msgid!r} in context {message.context!r}"
        return ISOLATES.sub("", Translator(self.locale).translate(message))

    async def sees(self, *told: Message | str, within: str = "main") -> None:
        """Wait until a part of the page says all of this. Raises AssertionError if it does not.

        told: messages, said in the page's language, or texts as people wrote them. within: a CSS selector.
        """
        for each in told:
            said = " ".join((self.says(each) if isinstance(each, Message) else each).split())
            seen = f"[...document.querySelectorAll({within!r})].some((each) => words(each).includes(said))"
            try:
                await self.page.wait_for_function(f"(said) => {seen}", arg=said)
            except TimeoutError:
                raise AssertionError(f"{self.page.url} does not say {said!r}") from None

    def named(self, message: Message, within: str = "main") -> Locator:
        """Return the buttons, links and folded parts of this name."""
        said = re.compile(rf"^\s*{re.escape(self.says(message))}(\W|$)")
        return self.page.locator(f"{within} :is(button, a, summary)").filter(has_text=said)

    async def choose(self, message: Message, within: str = "main", nth: int = 0) -> None:
        """Press what has this name, and wait for the next page."""
        async with self.page.expect_navigation():
            await self.named(message, within).nth(nth).click()
        assert not await self.page.locator(".fault").all_inner_texts(), self.page.url

    async def look(self, name: str) -> None:
        """Note what is wrong for the eye: something too wide or too small to press, English, a focus that nobody sees.

        Keep the picture where pictures are asked for. name: of the picture, unique in the walk.
        """
        page = self.page
        asked = f"measure({{targets: {'true' if self.width == PHONE else 'false'}, outline: true}})"
        found = await page.evaluate(f"[...{asked}, ...lostFocus()]")
        assert await page.get_attribute("html", "lang") == tag_of(self.locale), page.url
        allowed = {word.casefold() for word in (*ALLOWED[self.locale]["words"], *ENDONYMS, *UNITS, *self.names)}
        for text in await page.evaluate("said()"):
            left = [word for word in WORD.findall(text) if word.casefold() not in allowed]
            found += [f"English: {text}"] if left else []
        if PICTURES:
            await self.picture(name)
        self.faults += [f"{name}, {page.url}: {each}" for each in found]

    async def picture(self, name: str) -> None:
        self.pictures.append(name)
        folder = Path(PICTURES) / f"{self.path}-{self.locale}-{self.width}"
        folder.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=folder / f"{len(self.pictures):02}-{name}.png", full_page=True)


@contextlib.asynccontextmanager
async def walker(
    browser: Browser, site: Site, turn: Turn, path: str, person: Person | None = None, *, names: Sequence[str] = ()
) -> AsyncIterator[Walker]:
    """Yield a browser of somebody who reads a language on a width, signed in as the person if there is one.

    path: name of the walk and of its folder of pictures.
    """
    locale, width = turn
    async with visitor(browser, site, tag_of(locale), width) as guest:
        made = Walker(**vars(guest), locale=locale, width=width, path=path, names=set(names))
        for script in SCRIPTS:
            await made.context.add_init_script(script)
        if width == PHONE:
            await made.page.set_viewport_size({"width": width, "height": 844})
        if person is not None:
            await Person.filter(id=person.id).update(locale=locale)
            token = await factories.session(person)
            await made.context.add_cookies([{"name": "session", "value": token, "url": site.url}])
        try:
            yield made
        except BaseException:
            if PICTURES:
                await made.picture("failed")
            raise
        assert made.faults == [], "\n".join(made.faults)


async def somebody(**values: Any) -> Person:
    """Create a person whose name is not in Latin letters."""
    return await factories.person(**{"full_name": "周敏", "country": "CN", **values})


async def event(**values: Any) -> Event:
    """Create an event with names in the languages of the walks."""
    name = {"zh_Hans": "北仑对接会", "ru": "Встречи в Бэйлуне", "ar": "لقاءات بيلون"}
    place = {"zh_Hans": "北仑会展中心", "ru": "Выставочный центр", "ar": "مركز المعارض"}
    made = await factories.event(**{"name": name, "place": place, "locales": ["zh_Hans", "ru", "ar"], **values})
    await Hall.filter(event_id=made.id).update(name={"zh_Hans": "海港厅", "ru": "Портовый зал", "ar": "قاعة الميناء"})
    return made


assert {locale for locale, _width in WAYS} <= set(LOCALES)
