"""The sign-in pages, the language switch, the account page and the front page."""

from datetime import UTC, datetime
from zoneinfo import available_timezones

from starlette.requests import Request
from starlette.responses import Response

from i18n import _
from server import access, edits, forms
from server.accounts import service, sessions
from server.accounts.forms import Account, ChooseLanguage, Code, SignIn
from server.middleware import LOCALE_COOKIE, client_key
from server.models import Delegate, Event, Interpreter, Organiser, Registration
from server.pages import local_path, page, to

REQUEST_COOKIE = "sign_in_request"


async def front(request: Request) -> Response:
    """The events that take registrations; a new installation is led to its first organiser and event."""
    now, viewer = datetime.now(UTC), access.viewer(request)
    events = await Event.filter(registration_closes_at__gt=now).order_by("registration_closes_at").limit(50)
    return page(
        request,
        "accounts/front.html",
        events=events,
        is_new=not events and not await Event.exists(),
        may_create=bool(viewer and viewer.may_create_events),
    )


async def sign_in(request: Request) -> Response:
    going = local_path(request.query_params.get("next"))
    return page(request, "accounts/sign_in.html", form=forms.Form({"next": going}))


async def ask_to_sign_in(request: Request) -> Response:
    try:
        asked = await forms.parse(request, SignIn)
    except forms.Invalid as invalid:
        return page(request, "accounts/sign_in.html", status=422, form=invalid.form)
    request_token = await service.ask_to_sign_in(
        asked.email, locale=request.state.locale, next_path=local_path(asked.next), caller=client_key(request)
    )
    answer = to("/sign-in/code")
    seconds = int(service.LINK_LIFETIME.total_seconds())
    sessions.remember(answer, request.app.state.settings, REQUEST_COOKIE, request_token, seconds)
    return answer


async def code(request: Request) -> Response:
    return page(request, "accounts/code.html", form=forms.Form())


async def use_code(request: Request) -> Response:
    try:
        given = await forms.parse(request, Code)
        token = request.cookies.get(REQUEST_COOKIE, "")
        signed_in = await service.use_code(token, given.code, locale=request.state.locale)
        if signed_in is None:
            raise forms.fault({"code": given.code}, code=_("These are not the digits of the last letter."))
    except forms.Invalid as invalid:
        return page(request, "accounts/code.html", status=422, form=invalid.form)
    return await _welcome(request, signed_in)


async def link(request: Request) -> Response:
    """Shows a button: mail scanners open links, and a link that acted on GET would be used up by them."""
    return page(request, "accounts/link.html")


async def use_link(request: Request) -> Response:
    return await _welcome(request, await service.use_link(request.path_params["token"], locale=request.state.locale))


async def _welcome(request: Request, signed_in: service.SignedIn) -> Response:
    # Whoever was signed in here before is not any more; a token that somebody else put here is worth nothing.
    await sessions.end(request)
    settings = request.app.state.settings
    answer = to(local_path(signed_in.next_path))
    seconds = int(sessions.LIFETIME.total_seconds())
    sessions.remember(answer, settings, sessions.cookie_name(settings), signed_in.token, seconds)
    answer.delete_cookie(REQUEST_COOKIE)
    return answer


async def sign_out(request: Request) -> Response:
    await sessions.end(request)
    answer = to("/", notice="signed_out")
    answer.delete_cookie(sessions.cookie_name(request.app.state.settings))
    return answer


async def choose_language(request: Request) -> Response:
    """The choice sticks: in the account of whoever is signed in, else in a cookie."""
    chosen = await forms.parse(request, ChooseLanguage)
    answer = to(local_path(chosen.next))
    if chosen.to in request.app.state.offered:
        sessions.remember(answer, request.app.state.settings, LOCALE_COOKIE, chosen.to, 365 * 24 * 3600)
        person = access.viewer(request)
        if person is not None:
            await service.change_locale(person, chosen.to)
    return answer


async def account(request: Request) -> Response:
    person = access.person(request)
    values = edits.columns_of(person, service.ACCOUNT)
    return await _account(request, forms.Form(values, drawn=edits.drawn_from(values)))


async def save_account(request: Request) -> Response:
    typed = forms.typed_values(await request.form())
    try:
        given = forms.check(Account, typed)
        await service.save_account(access.person(request), given.model_dump(), edits.edit_of(typed))
    except forms.Invalid as invalid:
        return await _account(request, invalid.form, status=422)
    except edits.Conflict as conflict:
        return await _account(request, conflict.form(typed), status=conflict.status)
    return to("/account", notice="saved")


async def _account(request: Request, form: forms.Form, status: int = 200) -> Response:
    person = access.person(request)
    return page(
        request,
        "accounts/account.html",
        status=status,
        form=form,
        zones=sorted(available_timezones()),
        organises=await Organiser.filter(person_id=person.id).select_related("event"),
        registrations=await Registration.filter(person_id=person.id).select_related("event"),
        delegations=await Delegate.filter(person_id=person.id).select_related(
            "registration__event", "registration__organisation"
        ),
        interprets=await Interpreter.filter(person_id=person.id).select_related("event"),
    )
