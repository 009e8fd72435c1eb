"""Forms as a browser without scripts sends them: the fields in the page, with some changes."""

from html.parser import HTMLParser
from typing import Any


class _Forms(HTMLParser):
    """Collects the fields of each posting form of a page, as they would be sent."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, list[str]]] = []
        self.open: dict[str, list[str]] | None = None
        self.select = self.area = ""
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.open = {} if given.get("method") == "post" else None
            if self.open is not None:
                self.found.append(self.open)
        if self.open is None or "disabled" in given:
            return
        name = given.get("name", "")
        if tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in given:
            self.open[self.select] = [given.get("value", "")]
        elif tag == "option" and self.select:
            self.open.setdefault(self.select, [given.get("value", "")])
        elif tag == "textarea":
            self.area, self.text = name, ""
        elif tag == "input" and name:
            kind = given.get("type", "text")
            if kind not in ("checkbox", "radio", "file", "submit") or "checked" in given:
                self.open.setdefault(name, []).append(given.get("value", "on" if kind == "checkbox" else ""))

    def handle_data(self, data: str) -> None:
        if self.area:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self.area and self.open is not None:
            # Browsers drop the line break after the opening tag.
            self.open.setdefault(self.area, []).append(self.text.removeprefix("\n"))
        if tag == "textarea":
            self.area = ""
        if tag == "select":
            self.select = ""
        if tag == "form":
            self.open = None


def filled(html: str, field: str, **changes: Any) -> dict[str, Any]:
    """Return the form that has a field of this name, with changes. Raises LookupError if there is none."""
    reader = _Forms()
    reader.feed(html)
    form = next((each for each in reader.found if field in each), None)
    if form is None:
        raise LookupError(f"no form with a field {field!r}")
    return {**form, **changes}
