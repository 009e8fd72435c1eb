"""Pages of sign-in, account and language, and the front page."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

from starlette.requests import Request
from starlette.responses import Response

from i18n import _
from server import access, edits, forms
from server.accounts import changing, devices, passkeys, service, sessions, showing, welcoming
from server.accounts.agents import device_of
from server.accounts.forms import AccountFields, ChooseLanguage, CodeFields, NewAddressFields, SignInFields
from server.accounts.limits import CodesOff
from server.emails import OptionalKind
from server.errors import NotFound, Refused
from server.middleware import LOCALE_COOKIE
from server.models import AddressChange
from server.pages import local_path, page, to
from server.problems import to_programs
from server.profiles import choices
from server.providers import labels
from server.providers import service as providers
from server.providers.refusals import sentence
from server.roles import HOMES
from server.submitting import submitted
from server.unwanted.labels import KINDS

# For pages whose URL signs in: the Referer header names the site, not the page; forms still send their Origin.
UNTOLD = {"Referrer-Policy": "strict-origin"}


async def front(request: Request) -> Response:
    """Show the events that are open for registration; in a new installation, the steps to its first organiser and
    event.
    """
    now, viewer = datetime.now(UTC), access.viewer(request)
    found = await showing.open_events(now)
    return page(
        request,
        "accounts/front.html",
        events=found.events,
        is_new=found.is_new,
        may_create=access.may_create(request),
        is_administrator=bool(viewer and viewer.is_administrator),
    )


async def sign_in(request: Request) -> Response:
    going = local_path(request.query_params.get("next"))
    return _sign_in(request, forms.Form({"next": going}))


def _sign_in(request: Request, form: forms.Form, *, status: int = 200) -> Response:
    has_passkeys = passkeys.are_possible(request.app.state.settings)
    going = form.values.get("next")
    return page(
        request,
        "accounts/sign_in.html",
        status=status,
        form=form,
        going=local_path(going if isinstance(going, str) else None),
        has_passkeys=has_passkeys,
        providers=labels.buttons(request.app.state.providers),
        refused=sentence(request.query_params.get("refused")),
    )


async def ask_to_sign_in(request: Request) -> Response:
    async def act(asked: SignInFields) -> Response:
        going, asker = local_path(asked.next), devices.asker(request)
        preferred = request.state.preferred
        request_token = await service.ask_to_sign_in(asked.email, preferred=preferred, next_path=going, asker=asker)
        return _to_code(request, request_token)

    return await submitted(request, SignInFields, act, _sign_in)


def _to_code(request: Request, request_token: str) -> Response:
    answer = to("/sign-in/code")
    seconds = int(service.REQUEST_LIFETIME.total_seconds())
    sessions.set_cookie(answer, request.app.state.settings, welcoming.REQUEST_COOKIE, request_token, seconds)
    return answer


async def code(request: Request) -> Response:
    """Show the form for the code, with the address, since this browser asked for the code."""
    asked = await service.asked(request.cookies.get(welcoming.REQUEST_COOKIE, ""))
    if asked is None:
        return to("/sign-in")
    if asked.is_used and access.viewer(request) is not None:
        # The person has opened the link in this browser meanwhile.
        return to(local_path(asked.next_path))
    return await _code(request, forms.Form())


async def _code(request: Request, form: forms.Form, *, status: int = 200, refusal: Refused | None = None) -> Response:
    """Return the page with the form for the code.

    refusal: why the present code cannot be used any more; the page then offers a new one.
    """
    asked = await service.asked(request.cookies.get(welcoming.REQUEST_COOKIE, ""))
    if asked is None:
        raise refusal or service.NotAsked
    why = refusal.message if refusal else None
    return page(request, "accounts/code.html", status=status, form=form, asked=asked, refusal=why)


async def use_code(request: Request) -> Response:
    async def act(given: CodeFields) -> Response:
        found = await service.use_code(
            request.cookies.get(welcoming.REQUEST_COOKIE, ""),
            given.code,
            preferred=request.state.preferred,
            asker=devices.asker(request),
            device=device_of(request.headers.get("user-agent", "")),
        )
        if isinstance(found, service.SignedIn):
            return await welcoming.welcome(request, found, to(local_path(found.next_path)))
        if not found.tries_left:
            return await _useless(request, service.CodeSpent(), 422)
        wrong = _("This is not the code in our latest e-mail.")
        raise forms.fault({"code": given.code}, "code", wrong, code="wrong-code")

    try:
        return await submitted(request, CodeFields, act, _code)
    except (service.LinkEnded, service.CodeSpent, CodesOff) as refused:
        return await _useless(request, refused, refused.status)


async def _useless(request: Request, refusal: Refused, status: int) -> Response:
    """Return the page for a code that cannot be used any more."""
    to_programs(request, refusal)
    return await _code(request, forms.Form(), status=status, refusal=refusal)


async def ask_again(request: Request) -> Response:
    """Send a new e-mail to the same address; if the request is too old, ask for the address again."""
    request_token = await service.ask_again(
        request.cookies.get(welcoming.REQUEST_COOKIE, ""),
        preferred=request.state.preferred,
        asker=devices.asker(request),
    )
    return _to_code(request, request_token) if request_token else to("/sign-in")


async def link(request: Request) -> Response:
    """Show a button that signs in: mail scanners open links, and a link that acted on GET would be used up by them."""
    ended = await service.ended(_token(request))
    if ended is None:
        return page(request, "accounts/link.html", headers=UNTOLD)
    viewer = access.viewer(request)
    if viewer is not None and viewer.email == ended.email:
        # The person has already signed in, by this link or otherwise.
        return to(local_path(ended.next_path))
    return _link_ended(request, ended)


def _link_ended(request: Request, ended: service.Ended) -> Response:
    to_programs(request, service.LinkEnded(ended))
    values = {"ended": ended, "why": ended.why, "token": _token(request)}
    return page(request, "accounts/link_ended.html", status=410, headers=UNTOLD, **values)


def _token(request: Request) -> str:
    """Return the token in the path, without characters that were copied with it from the text around."""
    found = re.match(r"[A-Za-z0-9_-]*", request.path_params["token"])
    return found[0] if found else ""


async def use_link(request: Request) -> Response:
    device = device_of(request.headers.get("user-agent", ""))
    try:
        signed_in = await service.use_link(_token(request), preferred=request.state.preferred, device=device)
    except service.LinkEnded as refused:
        return _link_ended(request, refused.ended)
    return await welcoming.welcome(request, signed_in, to(local_path(signed_in.next_path)))


async def ask_again_by_link(request: Request) -> Response:
    try:
        request_token = await service.ask_again_by_link(
            _token(request), preferred=request.state.preferred, asker=devices.asker(request)
        )
    except service.LinkEnded as refused:
        return _link_ended(request, refused.ended)
    return _to_code(request, request_token)


async def sign_out(request: Request) -> Response:
    await sessions.end(request)
    answer = to("/", notice="signed_out")
    answer.delete_cookie(sessions.cookie_name(request.app.state.settings))
    return answer


async def sign_out_everywhere(request: Request) -> Response:
    await service.sign_out_everywhere(access.person(request))
    answer = to("/", notice="signed_out_everywhere")
    answer.delete_cookie(sessions.cookie_name(request.app.state.settings))
    return answer


async def end_session(request: Request) -> Response:
    """Sign out another browser; for the present browser this is signing out."""
    if not await sessions.end_one(access.person(request), access.path_id(request, "session")):
        raise NotFound
    return to("/account#sessions", notice="session_ended")


async def choose_language(request: Request) -> Response:
    """Store the chosen language: in the account if signed in, else in a cookie."""
    chosen = await forms.parse(request, ChooseLanguage)
    answer = to(local_path(chosen.next))
    if chosen.to in request.app.state.offered:
        sessions.set_cookie(answer, request.app.state.settings, LOCALE_COOKIE, chosen.to, 365 * 24 * 3600)
        person = access.viewer(request)
        if person is not None:
            await service.change_locale(person, chosen.to)
    return answer


async def account(request: Request) -> Response:
    person = access.person(request)
    values = edits.columns_of(person, service.ACCOUNT)
    return await _account(request, forms.Form(values, drawn=edits.drawn_from(values)))


async def save_account(request: Request) -> Response:
    typed = await forms.typed_in(request)

    async def act(given: AccountFields) -> Response:
        await service.save_account(access.person(request), given.values(), edits.edit_of(typed))
        return to("/account", notice="saved")

    return await submitted(request, AccountFields, act, _account)


async def ask_to_change_address(request: Request) -> Response:
    """Send links to both addresses, to agree, and to the old one, to stop the change."""
    person = access.person(request)

    async def act(given: NewAddressFields) -> Response:
        if given.email == person.email:
            own = _("This is already your address.")
            raise forms.fault(await forms.typed_in(request), "email", own, code="own-address")
        await changing.ask(person, given.email, asker=devices.asker(request))
        return to("/account#address", notice="address_asked")

    async def again(request: Request, form: forms.Form, *, status: int) -> Response:
        account = forms.Form(edits.columns_of(person, service.ACCOUNT))
        return await _account(request, account, status=status, email_form=form)

    return await submitted(request, NewAddressFields, act, again)


async def ask_again_to_change_address(request: Request) -> Response:
    await changing.ask_again(access.person(request), asker=devices.asker(request))
    return to("/account#address", notice="address_asked")


async def cancel_change(request: Request) -> Response:
    await changing.cancel(access.person(request))
    return to("/account#address", notice="address_cancelled")


async def address(request: Request) -> Response:
    """Show a button that agrees from the new address, for the same reason as `link`."""
    return _address(request, await changing.to_confirm(_token(request)), "new")


async def change_address(request: Request) -> Response:
    return _agreed(request, await changing.confirm(_token(request)))


async def agreeing(request: Request) -> Response:
    """Show a button that agrees from the old address."""
    return _address(request, await changing.to_agree(_token(request)), "old")


async def agree_to_change(request: Request) -> Response:
    return _agreed(request, await changing.agree(_token(request)))


async def stopping(request: Request) -> Response:
    return _address(request, await changing.to_stop(_token(request)), "stop")


async def stop_change(request: Request) -> Response:
    await changing.stop(_token(request))
    return to("/sign-in", notice="address_kept")


def _address(request: Request, change: AddressChange, side: str) -> Response:
    """Return the page behind a link about a change. side: `new`, `old`, or `stop` to keep the old address."""
    return page(
        request,
        "accounts/address.html",
        headers=UNTOLD,
        side=side,
        change=change,
        waiting=changing.state_of(change),
        token=_token(request),
        own_zone=_own_zone(request),
    )


def _agreed(request: Request, state: changing.State) -> Response:
    if state is changing.State.ENDED:
        raise changing.ChangeEnded
    if state is changing.State.WAITS:
        return to(request.url.path, notice="address_agreed")
    return to("/account" if access.viewer(request) else "/sign-in", notice="address_changed")


def _own_zone(request: Request) -> ZoneInfo:
    viewer = access.viewer(request)
    return ZoneInfo((viewer.time_zone if viewer else "") or "UTC")


async def _account(
    request: Request, form: forms.Form, status: int = 200, email_form: forms.Form | None = None
) -> Response:
    person = access.person(request)
    found = await showing.involvement_of(person)
    connected, opened = await providers.of_person(person), request.app.state.providers
    return page(
        request,
        "accounts/account.html",
        status=status,
        form=form,
        email_form=email_form or forms.Form(),
        waiting=await changing.waiting_change(person),
        passkeys=await passkeys.of_person(person),
        has_passkeys=passkeys.are_possible(request.app.state.settings),
        connections=labels.connections(connected, opened),
        providers=labels.unconnected(connected, opened),
        refused=sentence(request.query_params.get("refused")),
        zones=sorted(available_timezones()),
        own_zone=_own_zone(request),
        organises=found.organises,
        registrations=found.registrations,
        delegations=found.delegations,
        sessions=[(each, sessions.is_this(request, each)) for each in await sessions.of_person(person)],
        interprets=found.interprets,
        translates=found.translates,
        reviews=found.reviews,
        crews=found.crews,
        homes=HOMES,
        leads=found.leads,
        email_kinds=choices(KINDS, request.state.locale),
        wanted=forms.Form({"wanted": [kind for kind in OptionalKind if kind not in (person.unwanted_emails or ())]}),
    )
