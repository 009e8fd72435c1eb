"""To a provider and back; accounts at providers on the account page.

Signing in begins with a link, not a form: `form-action 'self'` stops a form whose answer leads to another site.
"""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from i18n import _
from server import access
from server.accounts import sessions, showing, welcoming
from server.accounts.agents import device_of
from server.accounts.sessions import hashed
from server.errors import NotFound, Refused
from server.middleware import client_key
from server.pages import local_path, page, to
from server.providers import attempts, service
from server.providers.attempts import Attempt
from server.providers.opening import Opened
from server.providers.refusals import AttemptEnded, Declined, ProviderDown, ProviderRefused

# What a provider says if the person or the organisation does not want the sign-in (RFC 6749, section 4.1.2.1; OpenID
# Connect Core, 3.1.2.6).
DECLINED = frozenset(
    {"access_denied", "login_required", "interaction_required", "consent_required", "account_selection_required"}
)


class SessionTooOldToConnect(Refused):
    """The session may be one that was left open or stolen."""

    def __init__(self) -> None:
        super().__init__(
            _("Sign in again before you connect a sign-in service. This protects your account from other people.")
        )


def _opened(request: Request) -> Opened:
    """Return the provider that the path names. Raises NotFound."""
    found: Opened | None = request.app.state.providers.get(request.path_params["provider"])
    if found is None:
        raise NotFound
    return found


def _back(request: Request, each: Opened) -> str:
    """Return the address to which the provider sends the browser back: each has its own, against mix-ups."""
    return f"{request.app.state.settings.base_url}/sign-in/with/{each.provider.name}/back"


async def begin(request: Request) -> Response:
    """Send the browser to the provider to sign in."""
    each = _opened(request)
    attempt = Attempt(provider=each.provider.name, going=local_path(request.query_params.get("next")))
    try:
        address = await each.adapter.address(attempt, _back(request, each), request.headers.get("user-agent", ""))
    except ProviderDown as refused:
        return _failed(refused, attempt)
    answer = RedirectResponse(address, status_code=303)
    attempts.keep(request, answer, attempt)
    return answer


async def back(request: Request) -> Response:
    """Sign in, or connect the account, by what the provider sent with the browser.

    The answer is a redirect, so that the address with the code is neither shown nor kept.
    """
    each, state = _opened(request), request.query_params.get("state", "")
    attempt = attempts.begun(request, each.provider.name, state)
    try:
        answer = await _arrived(request, each, attempt)
    except ProviderRefused as refused:
        answer = _failed(refused, attempt)
    attempts.end(request, answer, state)
    return answer


async def _arrived(request: Request, each: Opened, attempt: Attempt | None) -> Response:
    if attempt is None or (attempt.session and attempt.session != _session(request)):
        raise AttemptEnded
    await service.use_up(attempt, caller=client_key(request))
    if error := request.query_params.get("error"):
        raise Declined if error in DECLINED else ProviderDown
    proof = await each.adapter.proof(attempt, _back(request, each), request.query_params)
    if attempt.session:
        await service.connect(access.person(request), each.provider, proof)
        return to("/account#providers", notice="provider_connected")
    signed_in = await service.sign_in(
        each.provider,
        proof,
        preferred=request.state.preferred,
        next_path=attempt.going,
        device=device_of(request.headers.get("user-agent", "")),
        tells_addresses=each.adapter.tells_addresses,
    )
    has_part = await showing.has_part(signed_in.person)
    answer = to(local_path(signed_in.next_path)) if has_part else to("/account", notice="no_part")
    return await welcoming.welcome(request, signed_in, answer)


def _session(request: Request) -> str:
    """Return the hash of the token of the session that has not ended, "" if nobody is signed in."""
    token = request.cookies.get(sessions.cookie_name(request.app.state.settings), "")
    return hashed(token) if access.viewer(request) else ""


def _failed(refused: ProviderRefused, attempt: Attempt | None) -> Response:
    """Return to where the attempt began, which says why it failed."""
    if attempt is not None and attempt.session:
        return to(f"/account?{urlencode({'refused': refused.code})}#providers")
    going = {"next": attempt.going} if attempt else {}
    return to(f"/sign-in?{urlencode({'refused': refused.code, **going})}")


# The account ------------------------------------------------------------------------------------------------------


async def connect(request: Request) -> Response:
    """Show a link to the provider, which connects the account with theirs there.

    A form of ours begins it: a link of another site could connect the account with somebody else's at the provider.
    """
    each = _opened(request)
    if not await sessions.is_fresh(request):
        raise SessionTooOldToConnect
    attempt = Attempt(provider=each.provider.name, going="/account", session=_session(request))
    try:
        address = await each.adapter.address(attempt, _back(request, each), request.headers.get("user-agent", ""))
    except ProviderDown as refused:
        return _failed(refused, attempt)
    answer = page(request, "providers/connect.html", provider=each.provider.shown, address=address)
    attempts.keep(request, answer, attempt)
    return answer


async def remove(request: Request) -> Response:
    if not await service.remove(access.person(request), access.path_id(request, "account")):
        raise NotFound
    return to("/account#providers", notice="provider_removed")
