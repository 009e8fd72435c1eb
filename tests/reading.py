"""A page as a person without scripts reads it: fields with values, faults, and texts."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx2

INLINE = frozenset({"b", "mark"})
VOID = frozenset({"input", "meta", "link", "br", "hr", "img"})


@dataclass
class Page:
    """A parsed page. words: all texts of <main>. faults: by field, without those of the whole form. fields: values by
    name.

    by_class: texts of each element with the class, in the page's order. links: URLs in <main>.
    """

    words: str = ""
    faults: dict[str, str] = field(default_factory=dict)
    fields: dict[str, list[str]] = field(default_factory=dict)
    by_class: dict[str, list[str]] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)

    def field(self, name: str) -> str | None:
        """Return the only value of a field, or None if it is unticked or missing."""
        held = self.fields.get(name, [])
        return held[0] if held else None


def read(answer: httpx2.Response) -> Page:
    reader = _Reader()
    reader.feed(answer.text)
    reader.close()
    page = reader.page
    page.words = tidy(page.words)
    page.by_class = {name: [tidy(words) for words in each] for name, each in page.by_class.items()}
    return page


def tidy(words: str) -> str:
    return " ".join(words.split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self._open: list[tuple[str, dict[str, str], list[str]]] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "input":
            self._input(given)
        elif tag == "select":
            self._select = given["name"]
        elif tag == "option" and "selected" in given:
            self._hold(self._select, given["value"])
        elif tag == "a" and self._is_in("main"):
            self.page.links.append(given.get("href", ""))
        if tag not in VOID:
            self._open.append((tag, given, []))

    def handle_data(self, data: str) -> None:
        if self._is_in("main"):
            self.page.words += data
        for _tag, _given, words in self._open:
            words.append(data)

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            name, given, parts = self._open.pop()
            words = "".join(parts)
            if name == "textarea":
                # The line break after the tag is not part of the text.
                self._hold(given["name"], words.removeprefix("\n"))
            for each in given.get("class", "").split():
                self.page.by_class.setdefault(each, []).append(words)
            if "fault" in given.get("class", "").split():
                self.page.faults[given["id"].removeprefix("f-").removesuffix("-fault")] = tidy(words)
            if name == tag:
                self._part(name)
                return

    def _part(self, name: str) -> None:
        """Separate texts of neighbouring elements, except inside a line."""
        if name not in INLINE:
            self.page.words += " "
            for _tag, _given, words in self._open:
                words.append(" ")

    def _input(self, given: dict[str, str]) -> None:
        # A field without a name shows something to copy, and is not sent.
        if "name" in given and (given.get("type") not in ("checkbox", "radio") or "checked" in given):
            self._hold(given["name"], given.get("value", ""))

    def _hold(self, name: str, value: str) -> None:
        self.page.fields.setdefault(name, []).append(value)

    def _is_in(self, tag: str) -> bool:
        return any(name == tag for name, _given, _words in self._open)
