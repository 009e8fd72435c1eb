"""Renders messages and organisers' own texts in one reader's language."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace

from babel.numbers import format_decimal

from i18n.catalog import SOURCE, Catalogue, catalogue
from i18n.locale import InterfaceLocale, interface_locale
from i18n.message import Message

FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"


def isolate(text: str) -> str:
    """text with its direction kept from its surroundings: what `<bdi>` does, for plain text (UAX #9, 2.4)."""
    return f"{FIRST_STRONG_ISOLATE}{text}{POP_ISOLATE}"


@dataclass(frozen=True, slots=True)
class Translator:
    """A reader's language. code: of an interface locale. event_locale: the one its organiser writes in first.

    Raises LookupError where code is not an interface locale.
    """

    code: str
    event_locale: str | None = None

    def __post_init__(self) -> None:
        interface_locale(self.code)

    @property
    def locale(self) -> InterfaceLocale:
        return interface_locale(self.code)

    @property
    def tag(self) -> str:
        return self.locale.tag

    @property
    def direction(self) -> str:
        return self.locale.direction

    def for_event(self, event_locale: str) -> "Translator":
        """The same reader at an event whose texts are written in event_locale first."""
        return replace(self, event_locale=event_locale)

    def translate(self, message: Message) -> str:
        """The message with its values, as plain text: values of another direction are isolated."""
        if message.plural is None or message.number is None:
            text = self._catalogue.singular(message.msgid, message.context)
        else:
            text = self._catalogue.plural(message.msgid, message.plural, message.number, message.context)
        return text % self.shown(message.values)

    def text(self, texts: Mapping[str, str]) -> tuple[str, str]:
        """The best of `{locale: text}` for the reader and its locale: ("", code) where none is filled.

        Order: the reader's locale, its language, English, the event's locale, the first that is filled.
        """
        filled = {code.replace("-", "_"): text for code, text in texts.items() if text.strip()}
        for code in (self.code, self.code.partition("_")[0], SOURCE, self.event_locale or SOURCE):
            if code in filled:
                return filled[code], code
        return next(((text, code) for code, text in filled.items()), ("", self.code))

    def shown(self, values: Mapping[str, object]) -> dict[str, object]:
        """values as they stand in a sentence: messages translated, texts chosen, `num` written as the reader does."""
        return {name: self._value(name, value) for name, value in values.items()}

    def gettext(self, msgid: str) -> str:
        return self._catalogue.singular(msgid)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return self._catalogue.plural(singular, plural, number)

    def pgettext(self, context: str, msgid: str) -> str:
        return self._catalogue.singular(msgid, context)

    def npgettext(self, context: str, singular: str, plural: str, number: int) -> str:
        return self._catalogue.plural(singular, plural, number, context)

    @property
    def _catalogue(self) -> Catalogue:
        return catalogue(self.code)

    def _value(self, name: str, value: object) -> object:
        if isinstance(value, Message):
            return self.translate(value)
        if isinstance(value, Mapping):
            return self._isolated(self.text(value)[0])
        # Only the count: a year or a table's number must not get a thousands separator.
        if name == "num" and isinstance(value, int):
            return format_decimal(value, locale=self.locale.babel, numbering_system="latn")
        # A string that is already HTML isolates by its own tags.
        return self._isolated(value) if type(value) is str else value

    def _isolated(self, text: str) -> str:
        # Right to left even digits and signs change places, so everything is foreign; left to right only other scripts.
        foreign = self.direction == "rtl" or any(unicodedata.bidirectional(char) in {"R", "AL"} for char in text)
        return isolate(text) if foreign and text else text
