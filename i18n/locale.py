"""Interface locales.

To add one: a line here, its plural rule in `i18n.catalog`, and a complete catalogue.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import babel


@dataclass(frozen=True, slots=True)
class InterfaceLocale:
    """A language of the interface.

    code: name of the catalogue's folder and value in the database (`zh_Hans`). tag: BCP 47, for `lang` and headers
    (`zh-Hans`). endonym: the language's name in itself. cldr: the locale by which Babel formats.
    """

    code: str
    endonym: str
    direction: Literal["ltr", "rtl"]
    cldr: str
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


# In the order of the language switcher.
LOCALES = _by_code(
    InterfaceLocale("zh_Hans", "简体中文", "ltr", "zh_Hans_CN"),
    InterfaceLocale("ru", "Русский", "ltr", "ru"),
    InterfaceLocale("en", "English", "ltr", "en_GB"),
)

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
