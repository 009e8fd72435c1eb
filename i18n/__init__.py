"""Languages and formats. Knows neither the web nor the database.

Mark texts where they are written with `_`, `ngettext_` and `pgettext_`; a `Translator` renders them where they are
shown. Dates, numbers and names of countries are in `i18n.formats`, names of people in `i18n.names`.
"""

from i18n.jinja import template_functions
from i18n.locale import (
    LOCALES,
    PSEUDO_LOCALES,
    Domain,
    InterfaceLocale,
    direction_of,
    interface_locale,
    interface_locales,
    tag_of,
)
from i18n.message import Message, _, ngettext_, npgettext_, pgettext_
from i18n.negotiation import negotiate
from i18n.translator import Translator, isolate

__all__ = [
    "LOCALES",
    "PSEUDO_LOCALES",
    "Domain",
    "InterfaceLocale",
    "Message",
    "Translator",
    "_",
    "direction_of",
    "interface_locale",
    "interface_locales",
    "isolate",
    "negotiate",
    "ngettext_",
    "npgettext_",
    "pgettext_",
    "tag_of",
    "template_functions",
]
