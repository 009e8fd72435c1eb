"""The texts of a registration that its author may write in other languages, too."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from starlette.requests import Request

from server import access, forms
from server.models import Registration, TextField
from server.registrations import reserved
from server.registrations.forms import EnterpriseProfileFields, ExpertWorkFields
from server.translations import own
from server.translations.own import OtherLanguage, OwnText
from server.translations.reading import translations_of
from server.translations.texts import ENTERPRISE_FIELDS, PROFILE_FIELDS, of_party
from server.visible import kept_from_organisers

WRITTEN: Mapping[type[forms.Fields], Sequence[TextField]] = {
    ExpertWorkFields: (*PROFILE_FIELDS, TextField.NOTE),
    EnterpriseProfileFields: ENTERPRISE_FIELDS,
}
# Columns of a person that the first step of an expert fills in.
ABOUT = frozenset({"full_name", "latin_name", "zh_name", "country", "time_zone"})


async def columns(request: Request, party: Registration | None, schema: type[forms.Fields]) -> dict[str, str]:
    """Return the texts in other languages as the form of a step shows them."""
    fields, event = WRITTEN.get(schema, ()), access.event(request)
    if not fields:
        return {}
    locales = own.languages(event, _written_in(request, party, fields))
    shown = own.columns(await translations_of(event.id), fields, party.id if party else None, locales)
    without = kept(request, party)
    hidden = {own.name_of(field, code) for field in fields if field in without for code in locales}
    return {name: "" if name in hidden else text for name, text in shown.items()}


async def languages(request: Request, party: Registration | None, schema: type[forms.Fields]) -> list[OtherLanguage]:
    """Return the languages in which the texts of a step may be written, too."""
    fields, event = WRITTEN.get(schema, ()), access.event(request)
    if not fields:
        return []
    without = kept(request, party)
    originals = {field: of_party(party, field).text if party else "" for field in fields if field not in without}
    locales = own.languages(event, _written_in(request, party, fields))
    return own.shown(await translations_of(event.id), originals, party.id if party else None, locales)


def said_by_others(
    request: Request, schema: type[forms.Fields], columns: Mapping[str, Any], party: Registration | None
) -> dict[str, str]:
    """Return data entered by others where the person has entered none, for the person to correct and save."""
    names = {ExpertWorkFields: ABOUT, EnterpriseProfileFields: {"full_name"}}.get(schema, frozenset())
    instead = access.stead(request)
    if instead is not None:
        # An organiser reads what was entered at this event, and nothing that the person entered elsewhere.
        shown = names - kept(request, party)
        return {} if instead.proposed is None else {name: instead.proposed.get(name, "") for name in shown}
    proposed = access.own(request).proposed or {}
    return {name: said for name, said in proposed.items() if name in names and not columns.get(name)}


def schema_for(request: Request, party: Registration | None, schema: type[forms.Fields]) -> type[forms.Fields]:
    """Return the schema of a step; in an organiser's form, fields that the expert keeps have to be empty."""
    return reserved.without(schema, kept(request, party)) if schema is ExpertWorkFields else schema


def own_texts(given: ExpertWorkFields, without: Collection[str]) -> list[OwnText]:
    """Return the texts in other languages, without those of fields that an expert keeps."""
    return [each for each in given.own_texts() if each.field not in without]


def kept(request: Request, party: Registration | None) -> frozenset[str]:
    """Return the fields that are not shown to the viewer: those that an expert keeps from an organiser who acts."""
    return kept_from_organisers(party.readers) if party and access.stead(request) is not None else frozenset()


def _written_in(request: Request, party: Registration | None, fields: Sequence[TextField]) -> str:
    """Return the language of the texts, that of the page for new ones."""
    written = (of_party(party, field) for field in fields) if party else ()
    return next((each.locale for each in written if each.text and each.locale), str(request.state.locale))
