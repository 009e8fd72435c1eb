"""Messages: marked texts with values, which any translator can render later.

The names below are extraction keywords: calls with literal strings put the text into the catalogues.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def placeholders(text: str) -> frozenset[str]:
    """Return the names of the `%(name)s` in a text."""
    return frozenset(_PLACEHOLDER.findall(text.replace("%%", "")))


@dataclass(frozen=True, slots=True)
class Message:
    """A whole sentence in English with named values, to be translated when shown.

    msgid: English, with `%(name)s` for values and `%%` for a percent sign. values: str, int, another Message, or an
    organiser's text as `{locale: text}`; dates and amounts are formatted before. context: distinguishes short texts
    that other languages translate differently. plural, number: the English plural, and the number counted. Raises
    ValueError if a placeholder has no value.
    """

    msgid: str
    values: Mapping[str, object] = field(default_factory=dict, hash=False)
    context: str | None = None
    plural: str | None = None
    number: int | None = None

    def __post_init__(self) -> None:
        missing = placeholders(self.msgid + (self.plural or "")) - self.values.keys()
        if missing:
            raise ValueError(f"{self.msgid!r} lacks values for {sorted(missing)}")


def _(msgid: str, /, **values: object) -> Message:
    """Return a message: `_("%(name)s is already registered.", name=name)`"""
    return Message(msgid, values)


def pgettext_(context: str, msgid: str, /, **values: object) -> Message:
    """Return a message with a context: `pgettext_("verb", "Open")`"""
    return Message(msgid, values, context)


def ngettext_(singular: str, plural: str, number: int, /, **values: object) -> Message:
    """Return a message with a number: `ngettext_("%(num)s meeting", "%(num)s meetings", count)`. num is formatted when
    shown.
    """
    return Message(singular, {"num": number, **values}, None, plural, number)


def npgettext_(context: str, singular: str, plural: str, number: int, /, **values: object) -> Message:
    """Return a message with a number and a context."""
    return Message(singular, {"num": number, **values}, context, plural, number)
