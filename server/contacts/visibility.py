"""The page on which an expert chooses who reads which field of the profile."""

from starlette.requests import Request
from starlette.responses import Response

from i18n import Translator
from server import access, edits, forms
from server.contacts import service
from server.contacts.forms import ReadersFields
from server.contacts.labels import FIELD_READERS, FIELDS
from server.models import FieldReaders
from server.pages import page, to
from server.submitting import submitted
from server.visible import readers_of


async def own(request: Request) -> Response:
    stored = {name: str(readers) for name, readers in readers_of(access.own_party(request)).items()}
    return await _own(request, forms.Form(stored, drawn=edits.drawn_from(stored)))


async def _own(request: Request, form: forms.Form, status: int = 200) -> Response:
    tr = Translator(request.state.locale).translate
    return page(
        request,
        "contacts/visibility.html",
        status=status,
        form=form,
        labels=[(name, tr(label)) for name, label in FIELDS.items()],
        readers=[(str(value), tr(label)) for value, label in FIELD_READERS.items()],
    )


async def save(request: Request) -> Response:
    party = access.own_party(request)
    edit = edits.edit_of(await forms.typed_in(request))

    async def act(given: ReadersFields) -> Response:
        chosen = {name: FieldReaders(value) for name, value in given.model_dump().items()}
        await service.save_readers(party, chosen, edit)
        return to(f"/e/{access.event(request).slug}/me", notice="saved")

    return await submitted(request, ReadersFields, act, _own)
