"""Which columns of a registration change only on request once the registration window is closed, and their names.

The name of a person is not among them: it belongs to the account, and everybody may correct it. Availability has
requests of its own (`server.absences`), needs have their review, and translations and files can always be added.
"""

from collections.abc import Mapping
from typing import Any

from i18n import Translator, formats
from matching.affinity import Scheme
from server.models import Event, Registration
from server.profiles import MODES
from server.registrations.labels import KINDS
from server.registrations.window import is_over
from server.speaking import named_with_levels

# Columns that change together, by the first of them.
TOGETHER: Mapping[str, tuple[str, ...]] = {"languages": ("languages", "levels")}
LISTS = frozenset({"topics", "modes", "languages"})
OF_ORGANISATION = ("name", "latin_name", "kind", "description")


def is_asked_for(event: Event, party: Registration | None) -> bool:
    """Return whether changes of the party by its own people wait for an organiser."""
    return party is not None and party.takes_part and is_over(event)


def field_of(column: str) -> str:
    """Return the field to which a column belongs."""
    return next((field for field, columns in TOGETHER.items() if column in columns), column)


def columns_of(field: str) -> tuple[str, ...]:
    """Return the columns that change together."""
    return TOGETHER.get(field, (field,))


def shown(field: str, values: Mapping[str, Any], locale: str, scheme: Scheme) -> str:
    """Return the value of a field for a reader, "" if it is empty. values: by column."""
    if field in LISTS:
        names = items(field, values, locale, scheme)
        return formats.sequence(names, locale) if names else ""
    value = values.get(field)
    return Translator(locale).translate(KINDS[value]) if field == "kind" and value else str(value or "")


def items(field: str, values: Mapping[str, Any], locale: str, scheme: Scheme) -> list[str]:
    """Return what a list holds, for a reader. field: one of LISTS. values: by column."""
    value = values.get(field) or []
    if field == "languages":
        return named_with_levels(value, values.get("levels"), locale)
    if field == "topics":
        return [scheme.label(id, locale) if id in scheme.topics else id for id in value]
    translate = Translator(locale).translate
    return [translate(MODES[mode]) for mode in value if mode in MODES]
