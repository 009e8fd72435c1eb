"""Interface locales: one for each folder of `locales/`, and English, whose texts stand in the sources."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import babel

DIRECTORY = Path(__file__).parent / "locales"
SOURCE = "en"  # the language of the message ids, which has no catalogue


class Domain(StrEnum):
    """Who reads a text. Participants: experts, enterprises, interpreters, visitors; organisers read theirs too."""

    PARTICIPANTS = "participants"
    ORGANISERS = "organisers"


@dataclass(frozen=True, slots=True)
class InterfaceLocale:
    """A language of the interface.

    code: name of the catalogue's folder and value in the database (`zh_Hans`). tag: BCP 47, for `lang` and headers
    (`zh-Hans`). endonym: the language's name in itself. cldr: the locale by which Babel formats. domains: the texts
    that it has; readers see the others in English.
    """

    code: str
    endonym: str
    direction: Literal["ltr", "rtl"]
    cldr: str
    domains: frozenset[Domain] = frozenset(Domain)
    is_pseudo: bool = False

    @property
    def tag(self) -> str:
        return tag_of(self.code)

    @property
    def babel(self) -> babel.Locale:
        return babel.Locale.parse(self.cldr)


def tag_of(code: str) -> str:
    """Return the BCP 47 tag of a locale code: `zh_Hans` -> `zh-Hans`."""
    return code.replace("_", "-")


def direction_of(code: str) -> Literal["ltr", "rtl", "auto"]:
    """Return the writing direction by locale code or BCP 47 tag; "auto" for unknown and missing languages."""
    language = code.replace("-", "_").partition("_")[0]
    try:
        known = babel.Locale.parse(language)
    except (ValueError, babel.UnknownLocaleError):
        return "auto"
    # "und" is CLDR's root and has a direction, but texts of an unknown language may have another.
    return "auto" if language == "und" else "rtl" if known.text_direction == "rtl" else "ltr"


def _by_code(*locales: InterfaceLocale) -> Mapping[str, InterfaceLocale]:
    return MappingProxyType({locale.code: locale for locale in locales})


def po_path(code: str, domain: Domain, directory: Path = DIRECTORY) -> Path:
    """Return the path of a locale's catalogue of one domain."""
    return directory / code / "LC_MESSAGES" / f"{domain}.po"


def found(directory: Path = DIRECTORY) -> Iterator[InterfaceLocale]:
    """Yield a locale for English and for each folder, first those of `languages.toml` in its order, then by code.

    A folder needs the texts of participants. The name comes from CLDR, unless `languages.toml` gives another.
    """
    told = tomllib.loads((directory / "languages.toml").read_text("utf-8"))
    codes = {SOURCE, *(path.parents[1].name for path in directory.glob(f"*/LC_MESSAGES/{Domain.PARTICIPANTS}.po"))}
    for code in [*(code for code in told if code in codes), *sorted(codes - set(told))]:
        own: Mapping[str, str] = told.get(code, {})
        known = babel.Locale.parse(own.get("cldr", code))
        endonym = own.get("endonym") or known.get_display_name() or code
        yield InterfaceLocale(
            code=code,
            endonym=endonym[:1].upper() + endonym[1:],
            direction="rtl" if known.text_direction == "rtl" else "ltr",
            cldr=str(known),
            domains=frozenset(each for each in Domain if code == SOURCE or po_path(code, each, directory).exists()),
        )


# In the order of the language switcher.
LOCALES = _by_code(*found())

# Made from English at start; in tests they reveal texts that are not translated, overflow, and errors in right-to-left
# layout. CLDR does not know them: dates and numbers come from a real locale of the same direction.
PSEUDO_LOCALES = _by_code(
    InterfaceLocale("en_XA", "⟦Éñĝļîšĥ⟧", "ltr", "en_GB", is_pseudo=True),
    InterfaceLocale("ar_XB", "⟦\u202ehsilgnE\u202c⟧", "rtl", "ar", is_pseudo=True),
)


def interface_locales(*, pseudo: bool = False) -> Mapping[str, InterfaceLocale]:
    """Return the offered locales by code, in the switcher's order. pseudo: include those for tests."""
    return MappingProxyType({**LOCALES, **PSEUDO_LOCALES}) if pseudo else LOCALES


def interface_locale(code: str) -> InterfaceLocale:
    """Return the locale with this code, pseudo-locales included. Raises LookupError if there is none."""
    locale = LOCALES.get(code) or PSEUDO_LOCALES.get(code)
    if locale is None:
        raise LookupError(f"no interface locale {code!r}")
    return locale
