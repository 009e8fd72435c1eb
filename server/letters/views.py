"""The organisers' outbox: sent, waiting and failed e-mails, and what to do about failed ones."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from server import access, forms
from server.errors import NotFound
from server.letters import correcting, outbox, service
from server.letters.forms import CorrectedAddressFields
from server.models import Mail
from server.pages import page, page_number, to
from server.submitting import submitted


async def index(request: Request) -> Response:
    query = request.query_params
    shown = await outbox.outbox_page(access.event(request), asked=query.get("state", ""), number=page_number(query))
    return page(request, "letters/index.html", outbox=shown)


async def retry_all(request: Request) -> Response:
    await service.retry(access.event(request))
    return _back(request, "waiting", "mail_again")


async def retry(request: Request) -> Response:
    email = await _unsent(request)
    await service.retry(access.event(request), [email.id])
    return _back(request, "waiting", "mail_again")


async def drop(request: Request) -> Response:
    email = await _unsent(request)
    await service.drop(access.event(request), email.id)
    return _back(request, "failed", "mail_dropped")


async def address(request: Request) -> Response:
    email = await _unsent(request)
    return _address(request, forms.Form({"email": email.to_address}), email)


async def correct(request: Request) -> Response:
    email = await _unsent(request)

    async def act(given: CorrectedAddressFields) -> Response:
        await correcting.correct_address(access.event(request), email, given.email)
        return _back(request, "waiting", "mail_corrected")

    return await submitted(request, CorrectedAddressFields, act, partial(_address, email=email), ask=forms.nothing_else)


def _address(request: Request, form: forms.Form, email: Mail, status: int = 200) -> Response:
    return page(request, "letters/address.html", status=status, form=form, letter_id=email.id, was=email.to_address)


async def _unsent(request: Request) -> Mail:
    email = await access.of_event(request, Mail, "mail", dropped_at=None)
    if email.sent_at is not None:
        raise NotFound
    return email


def _back(request: Request, state: str, notice: str) -> Response:
    return to(f"/e/{access.event(request).slug}/emails?state={state}", notice=notice)
