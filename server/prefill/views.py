"""The organisers' setting of suggestions from ORCID and ROR."""

from starlette.requests import Request
from starlette.responses import Response

from server import access, edits, forms
from server.forms import Fields
from server.pages import page, to
from server.prefill import service
from server.prefill.service import PrefillSettings
from server.submitting import submitted


class PrefillFields(Fields):
    """The form of the setting."""

    suggests_profiles: bool = False


async def show(request: Request) -> Response:
    event = access.event(request)
    drawn = edits.drawn_from({"suggests_profiles": event.suggests_profiles})
    return _page(request, forms.Form({"suggests_profiles": "yes" if event.suggests_profiles else ""}, drawn=drawn))


async def save(request: Request) -> Response:
    event, edit = access.event(request), edits.edit_of(await forms.typed_in(request))

    async def act(given: PrefillFields) -> Response:
        await service.change(event, PrefillSettings(suggests_profiles=given.suggests_profiles), edit)
        return to(f"/e/{event.slug}/prefill", notice="saved")

    return await submitted(request, PrefillFields, act, _page)


def _page(request: Request, form: forms.Form, status: int = 200) -> Response:
    settings = request.app.state.settings
    hosts = list(settings.registries.values())
    return page(request, "prefill/settings.html", status=status, form=form, hosts=hosts)
