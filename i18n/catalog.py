"""Translation catalogues, read from .po files at start. There are no compiled copies, because these could be outdated.

English is the language of the message ids and has no file. A text without a translation is shown in English. Each other
language has a file for each domain: texts for participants, texts for organisers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from gettext import c2py
from pathlib import Path
from types import MappingProxyType

from babel.messages.catalog import Message as Entry
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po

from i18n import pseudo
from i18n.locale import SOURCE, interface_locale, po_path

# Plural forms by language, in the order of CLDR (zero, one, two, few, many, other), without categories that whole
# numbers never use. Arabic is written out because tools disagree on the last form: here it is for 100, 101, 102. Babel
# has the rules of languages that are not here.
PLURAL_FORMS: Mapping[str, str] = MappingProxyType(
    {
        "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);",
        **dict.fromkeys(("de", "en", "es", "uz"), "nplurals=2; plural=(n != 1);"),
        "fr": "nplurals=2; plural=(n > 1);",
        **dict.fromkeys(("ja", "ko"), "nplurals=1; plural=0;"),
        "ru": ("nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);"),
        "zh": "nplurals=1; plural=0;",
    }
)


@dataclass(frozen=True, slots=True)
class PluralRule:
    """Plural rule of a language: slot(n) in range(slots) is the index of the plural form for n >= 0."""

    header: str
    slots: int
    slot: Callable[[int], int]


@cache
def plural_rule(code: str) -> PluralRule:
    """Return the plural rule of a locale's language."""
    language = code.partition("_")[0]
    header = PLURAL_FORMS.get(language) or f"{get_plural(language)};"
    count, expression = (part.partition("=")[2] for part in header.rstrip(";").split(";", 1))
    return PluralRule(header, int(count), c2py(expression))


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The texts of one locale. texts: (context or None, msgid) -> one text for each plural form."""

    rule: PluralRule
    texts: Mapping[tuple[str | None, str], tuple[str, ...]] = field(default_factory=dict)
    pseudo: Callable[[str], str] | None = None

    def singular(self, msgid: str, context: str | None = None) -> str:
        """Return the translation of msgid, or msgid itself."""
        return self._shown(self.texts.get((context, msgid), (msgid,))[0])

    def plural(self, singular: str, plural: str, number: int, context: str | None = None) -> str:
        """Return the translation for a number, or the English text for it."""
        texts = self.texts.get((context, singular), ())
        if len(texts) == self.rule.slots:
            return self._shown(texts[self.rule.slot(abs(number))])
        return self._shown(singular if number == 1 else plural)

    def _shown(self, text: str) -> str:
        return self.pseudo(text) if self.pseudo else text


@cache
def catalogue(code: str) -> Catalogue:
    """Return a locale's catalogue, read once for each process. Raises LookupError for an unknown locale."""
    locale = interface_locale(code)
    if locale.is_pseudo:
        return Catalogue(plural_rule(SOURCE), pseudo=pseudo.mirrored if locale.direction == "rtl" else pseudo.accented)
    if code == SOURCE:
        return Catalogue(plural_rule(SOURCE))
    return read(*(po_path(code, domain) for domain in sorted(locale.domains)), code=code)


def slots_of(entry: Entry) -> tuple[str, ...]:
    """Return an entry's translations, one for each plural form, "" for missing ones."""
    string = entry.string
    return tuple(text or "" for text in ([string] if string is None or isinstance(string, str) else string))


def singular_of(entry: Entry) -> str:
    """Return an entry's msgid without its plural."""
    return entry.id if isinstance(entry.id, str) else entry.id[0]


def read(*paths: Path, code: str) -> Catalogue:
    """Return one catalogue made of several .po files; empty and fuzzy translations are left out.

    Raises OSError, PoFileError.
    """
    texts = {}
    for path in paths:
        with path.open("rb") as file:
            entries = read_po(file, locale=code, abort_invalid=True)
        for entry in entries:
            slots = slots_of(entry)
            if entry.id and all(slots) and not entry.fuzzy:
                texts[entry.context, singular_of(entry)] = slots
    return Catalogue(plural_rule(code), MappingProxyType(texts))
