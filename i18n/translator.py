"""Render messages and organisers' texts in one reader's language."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from babel.numbers import format_decimal

from i18n.catalog import Catalogue, catalogue
from i18n.locale import SOURCE, InterfaceLocale, interface_locale
from i18n.message import Message

FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
# Ends of values with a full stop: as text, isolated, and in HTML.
ENDED = (".", f".{POP_ISOLATE}", ".</bdi>")


def isolate(text: str) -> str:
    """Return the text isolated from the direction of the text around it, as `<bdi>` does (UAX #9, 2.4)."""
    return f"{FIRST_STRONG_ISOLATE}{text}{POP_ISOLATE}"


@dataclass(frozen=True, slots=True)
class Translator:
    """Translates for one reader. code: of an interface locale. event_locale: first language of the event's organiser.

    Raises LookupError if code is not an interface locale.
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
        """Return a translator for the same reader at an event whose first language is event_locale."""
        return replace(self, event_locale=event_locale)

    def translate(self, message: Message) -> str:
        """Return the message with its values as plain text; values of another direction are isolated."""
        if message.plural is None or message.number is None:
            text = self._catalogue.singular(message.msgid, message.context)
        else:
            text = self._catalogue.plural(message.msgid, message.plural, message.number, message.context)
        return self.filled(text, message.values)

    def text(self, texts: Mapping[str, str]) -> tuple[str, str]:
        """Return the best text of `{locale: text}` for the reader, and its locale; ("", code) if all are empty.

        Order: the reader's locale, its language, English, the event's locale, the first text.
        """
        filled = {code.replace("-", "_"): text for code, text in texts.items() if text.strip()}
        language = self.code.partition("_")[0]
        own = next((code for code in filled if code.partition("_")[0] == language), language)
        for code in (self.code, language, own, SOURCE, self.event_locale or SOURCE):
            if code in filled:
                return filled[code], code
        return next(((text, code) for code, text in filled.items()), ("", self.code))

    def filled(self, text: str, values: Mapping[str, object]) -> str:
        """Return a translated text with its values. A sentence that ends with "Co., Ltd." gets no second full stop."""
        shown = self.shown(values)
        for name, value in shown.items():
            if isinstance(value, str) and value.endswith(ENDED):
                text = text.replace(f"%({name})s.", f"%({name})s")
        return text % shown

    def shown(self, values: Mapping[str, object]) -> dict[str, object]:
        """Return the values as they stand in a sentence: messages translated, texts chosen, `num` formatted."""
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
        # Only the count: years and table numbers must not get a thousands separator.
        if name == "num" and isinstance(value, int):
            return _count(value, self.code)
        # HTML strings isolate by their own tags.
        return self._isolated(value) if type(value) is str else value

    def _isolated(self, text: str) -> str:
        # In right-to-left texts even digits and signs change places, so all values are isolated; in left-to-right texts
        # only values in other scripts.
        foreign = self.direction == "rtl" or any(unicodedata.bidirectional(char) in {"R", "AL"} for char in text)
        return isolate(text) if foreign and text else text


@lru_cache(maxsize=4096)
def _count(number: int, code: str) -> str:
    return format_decimal(number, locale=interface_locale(code).babel, numbering_system="latn")
