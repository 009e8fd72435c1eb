"""The organisers' page of recipients."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from i18n import formats
from i18n.text import sort_key
from server import access, forms
from server.fields import collected
from server.models import Recipient
from server.once import once
from server.pages import page, to
from server.recipients import service
from server.recipients.forms import RecipientFields
from server.submitting import submitted


def _here(request: Request) -> str:
    return f"/e/{access.event(request).slug}/recipients"


async def index(request: Request) -> Response:
    return await _index(request, forms.Form())


async def _index(request: Request, form: forms.Form, status: int = 200) -> Response:
    code = request.state.locale
    found = await service.recipients_of(access.event(request).id)
    return page(
        request,
        "recipients/index.html",
        status=status,
        form=form,
        recipients=found,
        counts=await service.people_who_agree(found),
        countries=sorted(formats.countries(code).items(), key=lambda each: sort_key(each[1], code)),
    )


async def add(request: Request) -> Response:
    event = access.event(request)

    async def act(given: Any) -> Response:
        async def create() -> str:
            await service.add(event, given.name, given.country, collected(given, "purpose"))
            return _here(request)

        return to(await once(request, create), notice="saved")

    return await submitted(request, RecipientFields, act, _index)


async def _recipient(request: Request) -> Recipient:
    return await access.of_event(request, Recipient, "recipient")


async def ask_to_remove(request: Request) -> Response:
    """Say how many consents end before a recipient is removed."""
    found = await _recipient(request)
    number = (await service.people_who_agree([found]))[found.id]
    return page(request, "recipients/remove.html", recipient=found, number=number)


async def remove(request: Request) -> Response:
    await service.remove(await _recipient(request))
    return to(_here(request), notice="removed")
