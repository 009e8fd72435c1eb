"""Pages of contacts: the own ones, and those of a meeting."""

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from i18n import Translator
from server import access, edits, forms
from server.contacts import service
from server.contacts.forms import ContactsFields, ShareFields
from server.contacts.labels import KINDS, READERS
from server.contacts.vcard import vcard
from server.names import party_name
from server.pages import page, to
from server.submitting import submitted
from server.translations.showing import text_reader


async def own(request: Request) -> Response:
    """Show the viewer's contacts at the event."""
    values = service.flat(await service.own(access.event(request), access.person(request)))
    return await _own(request, forms.Form(values, drawn=edits.drawn_from(values)))


async def _own(request: Request, form: forms.Form, status: int = 200) -> Response:
    tr = Translator(request.state.locale).translate
    kinds = [(str(kind), tr(label)) for kind, label in KINDS.items()]
    readers = [(str(each), tr(label)) for each, label in READERS.items()]
    return page(request, "contacts/own.html", status=status, form=form, kinds=kinds, readers=readers)


async def save(request: Request) -> Response:
    event, person = access.event(request), access.person(request)
    edit = edits.edit_of(await forms.typed_in(request))

    async def act(given: ContactsFields) -> Response:
        await service.save(event, person, given.contacts(), edit)
        return to(f"/e/{event.slug}/me", notice="saved")

    return await submitted(request, ContactsFields, act, _own)


async def _both(request: Request) -> tuple[Any, Any]:
    party = access.own_party(request)
    return party, await service.other_side(access.path_id(request, "entry"), party)


def _code(text: str) -> str | None:
    """Return the picture of a QR code, None for a text that is too long for one."""
    # Not at the start: see the README.
    import segno

    try:
        return str(segno.make(text, error="m").svg_data_uri(scale=4))
    except segno.DataOverflowError:
        return None


async def meeting(request: Request) -> Response:
    """Show the contacts of the other side of a meeting, and the button that agrees to exchange them."""
    party, other = await _both(request)
    found = await service.exchange(party, other, await text_reader(request))
    codes = await asyncio.to_thread(lambda: [_code(vcard(card)) for card in found.cards])
    tr = Translator(request.state.locale).translate
    return page(
        request,
        "contacts/meeting.html",
        entry=access.path_id(request, "entry"),
        name=party_name(other, request.state.locale),
        exchange=found,
        cards=list(zip(found.cards, codes, strict=True)),
        labels={str(kind): tr(label) for kind, label in KINDS.items()},
    )


async def share(request: Request) -> Response:
    party, other = await _both(request)
    given = await forms.parse(request, ShareFields)
    await service.share(party, other, does_share=given.share)
    entry = access.path_id(request, "entry")
    return to(f"/e/{access.event(request).slug}/agenda/meeting/{entry}/contacts", notice="saved")


async def download(request: Request) -> Response:
    """Return the visible contacts as a vCard file."""
    party, other = await _both(request)
    found = await service.exchange(party, other, await text_reader(request))
    headers = {"Content-Disposition": 'attachment; filename="contacts.vcf"', "Cache-Control": "private, no-store"}
    return Response("".join(map(vcard, found.cards)), media_type="text/vcard", headers=headers)
