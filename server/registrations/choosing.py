"""Options for the fields of each registration step."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from zoneinfo import available_timezones

from starlette.requests import Request

from i18n import Translator, _, formats
from i18n.text import sort_key
from server import access
from server.events.presence import grid_of
from server.profiles import MODES, choices
from server.registrations import answers
from server.registrations.consents import offered
from server.registrations.forms import COUNTRIES
from server.registrations.labels import KINDS
from server.speaking import language_choices
from server.travel import service as travel


async def _work_choices(request: Request) -> dict[str, Any]:
    code = request.state.locale
    names = formats.countries(code)
    ordered = sorted((c for c in names if c in COUNTRIES), key=lambda c: sort_key(names[c], code))
    return {
        "countries": [(c, names[c]) for c in ordered],
        "zones": sorted(available_timezones()),
    }


async def _cooperation_choices(request: Request) -> dict[str, Any]:
    return {"modes": choices(MODES, request.state.locale), **language_choices(request.state.locale)}


async def _presence_choices(request: Request) -> dict[str, Any]:
    instead = access.stead(request)
    party = instead.party if instead else access.own(request).expert
    offered = await travel.offered(party) if party is not None else None
    return {
        "grid": await grid_of(access.event(request), request.state.locale),
        "offered": offered,
        "is_offered": request.query_params.get("stay") == "yes" and offered is not None,
    }


async def _consent_choices(request: Request) -> dict[str, Any]:
    tr = Translator(request.state.locale).translate
    needed, optional = tr(_("Required to take part.")), tr(_("This consent is optional."))
    settings = request.app.state.settings
    asked = offered(*settings.hosts)
    return {
        "answers": await answers.answers_of(access.own(request).party, access.subject(request), request.state.locale),
        "purposes": [(p.code, tr(p.text), needed if p.is_needed else optional) for p in asked],
    }


async def _profile_choices(request: Request) -> dict[str, Any]:
    tr = Translator(request.state.locale).translate
    return {"kinds": [(kind, tr(label)) for kind, label in KINDS.items()], **language_choices(request.state.locale)}


CHOICES: Mapping[str, Callable[[Request], Awaitable[dict[str, Any]]]] = {
    "work": _work_choices,
    "cooperation": _cooperation_choices,
    "presence": _presence_choices,
    "consent": _consent_choices,
    "profile": _profile_choices,
}
