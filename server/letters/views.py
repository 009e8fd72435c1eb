"""The organisers' outbox: sent, waiting and failed e-mails, and what to do about failed ones."""

from starlette.requests import Request
from starlette.responses import Response

from server import access, forms
from server.errors import NotFound, Refused
from server.letters import correcting, outbox, service
from server.letters.forms import CorrectedAddressFields
from server.models import Mail
from server.pages import page, page_number, to


async def index(request: Request) -> Response:
    query = request.query_params
    shown = await outbox.page(access.event(request), asked=query.get("state", ""), number=page_number(query))
    return page(request, "letters/index.html", outbox=shown)


async def retry_all(request: Request) -> Response:
    await service.retry(access.event(request))
    return _back(request, "waiting", "mail_again")


async def retry(request: Request) -> Response:
    letter = await _unsent(request)
    await service.retry(access.event(request), [letter.id])
    return _back(request, "waiting", "mail_again")


async def drop(request: Request) -> Response:
    letter = await _unsent(request)
    await service.drop(access.event(request), letter.id)
    return _back(request, "failed", "mail_dropped")


async def address(request: Request) -> Response:
    letter = await _unsent(request)
    return _address(request, letter, forms.Form({"email": letter.to_address}))


async def correct(request: Request) -> Response:
    letter = await _unsent(request)
    typed = forms.typed_values(await request.form())
    try:
        given = forms.check(CorrectedAddressFields, typed)
        await correcting.correct(access.event(request), letter, given.email)
    except forms.Invalid as invalid:
        return _address(request, letter, invalid.form, status=422)
    except Refused as refused:
        return _address(request, letter, forms.Form(typed, {"email": refused.message}), status=refused.status)
    return _back(request, "waiting", "mail_corrected")


def _address(request: Request, letter: Mail, form: forms.Form, status: int = 200) -> Response:
    return page(request, "letters/address.html", status=status, form=form, letter_id=letter.id, was=letter.to_address)


async def _unsent(request: Request) -> Mail:
    letter = await access.of_event(request, Mail, "mail", dropped_at=None)
    if letter.sent_at is not None:
        raise NotFound
    return letter


def _back(request: Request, state: str, notice: str) -> Response:
    return to(f"/e/{access.event(request).slug}/emails?state={state}", notice=notice)
