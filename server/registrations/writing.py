"""The texts of a registration that its author may write in other languages, too."""

from collections.abc import Mapping, Sequence

from starlette.requests import Request

from server import access, forms
from server.models import Registration, TextField
from server.registrations.forms import EnterpriseProfileFields, ExpertWorkFields
from server.translations import own
from server.translations.own import OtherLanguage
from server.translations.reading import translations_of
from server.translations.texts import ENTERPRISE_FIELDS, PROFILE_FIELDS, of_party
from server.visible import kept_from_organisers

WRITTEN: Mapping[type[forms.Fields], Sequence[TextField]] = {
    ExpertWorkFields: (*PROFILE_FIELDS, TextField.NOTE),
    EnterpriseProfileFields: ENTERPRISE_FIELDS,
}


async def columns(request: Request, party: Registration | None, schema: type[forms.Fields]) -> dict[str, str]:
    """Return the texts in other languages as the form of a step shows them."""
    fields, event = WRITTEN.get(schema, ()), access.event(request)
    if not fields:
        return {}
    locales = own.languages(event, _written_in(request, party, fields))
    shown = own.columns(await translations_of(event.id), fields, party.id if party else None, locales)
    kept = _kept(request, party)
    hidden = {own.name_of(field, code) for field in fields if field in kept for code in locales}
    return {name: "" if name in hidden else text for name, text in shown.items()}


async def languages(request: Request, party: Registration | None, schema: type[forms.Fields]) -> list[OtherLanguage]:
    """Return the languages in which the texts of a step may be written, too."""
    fields, event = WRITTEN.get(schema, ()), access.event(request)
    if not fields:
        return []
    kept = _kept(request, party)
    originals = {field: of_party(party, field).text if party else "" for field in fields if field not in kept}
    locales = own.languages(event, _written_in(request, party, fields))
    return own.shown(await translations_of(event.id), originals, party.id if party else None, locales)


def _kept(request: Request, party: Registration | None) -> frozenset[str]:
    """Return the fields that are not shown to the viewer: those that an expert keeps from an organiser who acts."""
    return kept_from_organisers(party.readers) if party and access.stead(request) is not None else frozenset()


def _written_in(request: Request, party: Registration | None, fields: Sequence[TextField]) -> str:
    """Return the language of the texts, that of the page for new ones."""
    written = (of_party(party, field) for field in fields) if party else ()
    return next((each.locale for each in written if each.text and each.locale), str(request.state.locale))
