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
from server.speaking import languages_with_levels

# Columns that change together, by the first of them.
TOGETHER: Mapping[str, tuple[str, ...]] = {"languages": ("languages", "levels")}
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
    value = values.get(field)
    if field == "languages":
        row = Registration(languages=value or [], levels=values.get("levels"))
        return _listed(languages_with_levels(row, locale), locale)
    if not value:
        return ""
    translate = Translator(locale).translate
    if field == "topics":
        return _listed([scheme.label(id, locale) if id in scheme.topics else id for id in value], locale)
    if field == "modes":
        return _listed([translate(MODES[mode]) for mode in value if mode in MODES], locale)
    if field == "kind":
        return translate(KINDS[value])
    return str(value)


def _listed(names: list[str], locale: str) -> str:
    return formats.sequence(names, locale) if names else ""
