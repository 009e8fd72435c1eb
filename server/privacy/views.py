"""Pages about privacy."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from i18n import Message, Translator, _
from server import access
from server.accounts import changing, sessions
from server.accounts.showing import involvement_of
from server.errors import Refused
from server.pages import page, to
from server.privacy import erasing, exporting, ledger
from server.registrations.consents import OF_HELPERS, name_of


async def download(request: Request) -> Response:
    """Return everything that is held about the viewer as a ZIP."""
    archives: exporting.Archives = request.app.state.archives
    content = await archives.of(access.person(request), request.state.locale)
    headers = {"Content-Disposition": 'attachment; filename="my-data.zip"', "Cache-Control": "private, no-store"}
    return Response(content, media_type="application/zip", headers=headers)


class AddressChangedLately(Refused):
    """The former owner of the address may be the true one."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "The address of this account was changed in the last two weeks, and the owner of the old address can "
                "still undo that. You can delete the account two weeks after the change."
            )
        )


class SignInAgain(Refused):
    """The session may be one that was left open or stolen."""

    def __init__(self) -> None:
        super().__init__(_("Sign in again before you delete your account. This protects it from other people."))


async def _refusal(request: Request) -> Refused | None:
    """Return why the account cannot be deleted from this session now."""
    if await changing.may_be_stopped(access.person(request)):
        return AddressChangedLately()
    return None if await sessions.is_fresh(request) else SignInAgain()


async def ask_to_delete(request: Request) -> Response:
    """Say what follows before the account is deleted."""
    person = access.person(request)
    found = await involvement_of(person)
    refusal = await _refusal(request)
    return page(
        request,
        "privacy/delete.html",
        refusal=refusal.message if refusal else None,
        may_sign_in=isinstance(refusal, SignInAgain),
        alone=await erasing.alone_in(person),
        firms=await erasing.firms_without_others(person),
        registrations=found.registrations,
        delegations=found.delegations,
    )


async def delete(request: Request) -> Response:
    settings = request.app.state.settings
    if refusal := await _refusal(request):
        raise refusal
    await erasing.delete_account(access.person(request), settings)
    answer = to("/", notice="account_deleted")
    answer.delete_cookie(sessions.cookie_name(settings))
    return answer


async def consents(request: Request) -> Response:
    """Show all consents that the viewer ever gave, with what withdraws each."""
    person = access.person(request)
    found, involved = await ledger.consents_of(person), await involvement_of(person)
    return page(
        request, "privacy/consents.html", groups=found, name_of=name_of, of_helpers=OF_HELPERS, helps=involved.helps_at
    )


async def of_event(request: Request) -> Response:
    """Show organisers to whom data goes, how long it is kept, and what for."""
    event, settings = access.event(request), request.app.state.settings
    return page(
        request,
        "privacy/event.html",
        transfers=await ledger.transfers(event, settings),
        record=ledger.record(event, settings),
        kept=ledger.KEPT,
        too_long=await ledger.kept_too_long(event, settings),
    )


async def record(request: Request) -> Response:
    """Return the record of processing and the transfer register as JSON in the reader's language."""
    event, settings = access.event(request), request.app.state.settings
    translator = Translator(request.state.locale)

    def told(text: Message | str) -> str:
        return translator.translate(text) if isinstance(text, Message) else text

    transfers = await ledger.transfers(event, settings)
    document = {
        "format": "record-of-processing/1",
        "event": event.name,
        "processing": [
            {
                "category": each.category,
                "title": told(each.title),
                "purpose": told(each.purpose),
                "recipients": [told(to) for to in each.recipients],
                "data": each.tables,
                "kept_days": {period: days for period, days in each.kept if days is not None},
                "kept": [told(ledger.KEPT[period]) for period, days in each.kept if days is None],
            }
            for each in ledger.record(event, settings)
        ],
        "transfers": [
            {
                "recipient": each.recipient,
                "country": each.country_in(request.state.locale),
                "people_since_1_january": each.people,
            }
            for each in transfers
        ],
    }
    headers = {"Content-Disposition": 'attachment; filename="record-of-processing.json"'}
    return JSONResponse(document, headers=headers)
