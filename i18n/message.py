"""Text marked where it is born, as a value that any translator can render later.

The names below are the extraction keywords: a call with literal strings puts the text into the catalogues.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def placeholders(text: str) -> frozenset[str]:
    """The names of the `%(name)s` in text."""
    return frozenset(_PLACEHOLDER.findall(text.replace("%%", "")))


@dataclass(frozen=True, slots=True)
class Message:
    """A whole sentence in English with named values, not yet in anyone's language.

    msgid: English, with `%(name)s` for values and `%%` for a percent sign. values: str, int, another Message, or an
    organiser's own text as `{locale: text}`; dates and amounts are formatted before. context: tells apart short words
    that other languages translate differently. plural, number: the English plural, and what is counted.
    Raises ValueError where a placeholder has no value.
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
    """`_("%(name)s is already registered.", name=name)`"""
    return Message(msgid, values)


def pgettext_(context: str, msgid: str, /, **values: object) -> Message:
    """`pgettext_("verb", "Open")`"""
    return Message(msgid, values, context)


def ngettext_(singular: str, plural: str, number: int, /, **values: object) -> Message:
    """`ngettext_("%(num)s meeting", "%(num)s meetings", count)`: num is the number, written as the reader writes it."""
    return Message(singular, {"num": number, **values}, None, plural, number)


def npgettext_(context: str, singular: str, plural: str, number: int, /, **values: object) -> Message:
    """`ngettext_` with a context."""
    return Message(singular, {"num": number, **values}, context, plural, number)
