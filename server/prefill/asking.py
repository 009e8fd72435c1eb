"""What an expert's form does with suggestions: it asks when the person presses a button, and fills in what they tick.

The form is shown again with everything that was typed. Only the consent is stored: who let which host be asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request

from i18n import Message, _
from server import access
from server.errors import Refused
from server.prefill import service
from server.prefill.registries import LIMITS, Suggestion, ask_orcid, ask_ror, orcid_of
from server.settings import Settings

ORCID, ROR, TAKE = "orcid", "ror", "take"
ACTS = frozenset({ORCID, ROR, TAKE})
NOTHING_FOUND = _("Nothing was found. Enter the data yourself.")


@dataclass(frozen=True)
class Prefill:
    """What the form shows. orcid, ror: hosts of the registries. said: why there are no suggestions, or None."""

    orcid: str
    ror: str
    suggestions: Sequence[Suggestion] = ()
    said: Message | None = None


def offered(request: Request) -> Prefill | None:
    """Return the empty part of the form, or None where the event offers no suggestions or an organiser acts."""
    settings: Settings = request.app.state.settings
    if not access.event(request).suggests_profiles or access.stead(request) is not None:
        return None
    return Prefill(settings.registries[ORCID], settings.registries[ROR])


async def asked(request: Request, typed: Mapping[str, Any]) -> Prefill | None:
    """Return the part of the form after a press of one of its buttons. The registry is asked only here."""
    empty, settings = offered(request), request.app.state.settings
    if empty is None or typed.get("as") not in (ORCID, ROR):
        return empty
    registry = str(typed["as"])
    try:
        id = orcid_of(str(typed.get("orcid", ""))) if registry == ORCID else ""
        event, person, host = access.event(request), access.person(request), settings.registries[registry]
        await service.note_lookup(event, person, registry, host, locale=request.state.locale)
        async with request.app.state.registry_asks:
            found = (
                await ask_orcid(settings.orcid_url, id)
                if registry == ORCID
                else await ask_ror(settings.ror_url, str(typed.get("affiliation", "")))
            )
    except Refused as refused:
        return replace(empty, said=refused.message)
    return replace(empty, suggestions=found, said=None if found else NOTHING_FOUND)


def taken(typed: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was typed with the ticked suggestions in their fields."""
    ticked = typed.get("take", [])
    pairs = [str(each).partition(":") for each in ([ticked] if isinstance(ticked, str) else ticked)]
    chosen = {field: text for field, _colon, text in pairs if field in LIMITS} if typed.get("as") == TAKE else {}
    return {**{name: value for name, value in typed.items() if name != "take"}, **chosen}
