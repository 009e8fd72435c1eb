"""What the script of passkeys asks for and sends, as JSON."""

import json

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from i18n import _
from server import access, forms
from server.accounts import passkeys, sessions
from server.accounts.agents import device_of
from server.accounts.welcoming import welcome
from server.errors import NotFound, Refused
from server.pages import local_path, to


class SessionTooOld(Refused):
    """The session may be one that was left open or stolen."""

    def __init__(self) -> None:
        super().__init__(_("Sign in again before you add a passkey. This protects your account from other people."))


async def options_to_add(request: Request) -> Response:
    await _may_add(request)
    made = await passkeys.options_to_add(request.app.state.settings, access.person(request))
    return Response(made, media_type="application/json")


async def add(request: Request) -> Response:
    await _may_add(request)
    device = device_of(request.headers.get("user-agent", ""))
    await passkeys.add(request.app.state.settings, access.person(request), await _answer_of(request), device=device)
    return JSONResponse({"to": to("/account#passkeys", notice="passkey_added").headers["location"]})


async def _may_add(request: Request) -> None:
    _refuse_impossible(request)
    if not await sessions.is_fresh(request):
        raise SessionTooOld


async def remove(request: Request) -> Response:
    if not await passkeys.remove(access.person(request), access.path_id(request, "passkey")):
        raise NotFound
    return to("/account#passkeys", notice="passkey_removed")


async def options_to_sign_in(request: Request) -> Response:
    _refuse_impossible(request)
    return Response(passkeys.options_to_sign_in(request.app.state.settings), media_type="application/json")


async def sign_in(request: Request) -> Response:
    _refuse_impossible(request)
    going = (await forms.posted_object(request)).get("next")
    signed_in = await passkeys.sign_in(
        request.app.state.settings,
        await _answer_of(request),
        next_path=local_path(going if isinstance(going, str) else None),
        device=device_of(request.headers.get("user-agent", "")),
    )
    return await welcome(request, signed_in, JSONResponse({"to": signed_in.next_path}))


def _refuse_impossible(request: Request) -> None:
    if not passkeys.are_possible(request.app.state.settings):
        raise passkeys.PasskeyRefused


async def _answer_of(request: Request) -> str:
    """Return what the device answered, as JSON."""
    return json.dumps((await forms.posted_object(request)).get("credential"))
