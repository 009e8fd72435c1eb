"""Fields that an expert keeps from organisers, in the form in which an organiser acts for the expert.

They are not in that form and stay as they are. What a program enters in one is refused in words, so that nobody
believes it saved.
"""

from collections.abc import Collection
from functools import lru_cache
from typing import Annotated, Any

from pydantic import AfterValidator, create_model

from i18n import Message, Translator, _, formats
from server import forms
from server.contacts.labels import FIELDS
from server.forms import Fault, Line


def _empty(typed: str) -> str:
    if typed:
        raise Fault(_("Only the expert sees this field and changes it. Leave it empty."), code="kept-by-expert")
    return ""


@lru_cache(maxsize=64)
def without(schema: type[forms.Fields], kept: frozenset[str]) -> type[forms.Fields]:
    """Return the schema in which these fields have to be empty. kept: names of fields of an expert."""
    named: dict[str, Any] = {
        name: (Annotated[Line, AfterValidator(_empty)], "") for name in kept if name in schema.model_fields
    }
    return create_model(schema.__name__, __base__=schema, **named) if named else schema


def note(kept: Collection[str], tr: Translator) -> Message | None:
    """Return what an organiser reads above the form, or None if the expert keeps nothing."""
    if not kept:
        return None
    names = formats.sequence([tr.translate(label) for name, label in FIELDS.items() if name in kept], tr.code)
    # Translators: names: of fields of a profile
    return _("Only the expert sees and changes these fields. They stay as they are: %(names)s", names=names)
