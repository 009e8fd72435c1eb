"""Languages and formats: knows neither web nor database.

Text is marked where it is born with `_`, `ngettext_` and `pgettext_`, and rendered by a `Translator` where it is shown.
Dates, numbers and names of countries are in `i18n.formats`, people's names in `i18n.names`.
"""

from i18n.jinja import template_functions
from i18n.locale import (
    LOCALES,
    PSEUDO_LOCALES,
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
