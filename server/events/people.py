"""The organisers' pages of interpreters, translators and other organisers."""

from collections.abc import AsyncIterator
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from i18n import LOCALES, formats
from server import access, edits, forms
from server.emails import InviteTranslator
from server.errors import Refused
from server.events import inviting, service, showing, team
from server.events.forms import InterpreterFields, TranslatorFields
from server.events.grid import SlotsChanged
from server.events.presence import grid_of
from server.fields import MAIL_LOCALES
from server.models import EventTranslator, Interpreter
from server.names import called, shown_name
from server.once import once
from server.pages import page, to
from server.problems import to_programs
from server.speaking import TALK_LANGUAGES
from server.submitting import submitted

# Interpreters -----------------------------------------------------------------------------------------------------


async def interpreters(request: Request) -> Response:
    """Show all interpreters, or those available in no slot for meetings."""
    event, is_absent = access.event(request), request.query_params.get("state") == "no-presence"
    shown = await showing.interpreters_of(event, is_absent=is_absent)
    template = "events/interpreters.html"
    return page(request, template, interpreters=shown.interpreters, is_absent=is_absent, usable=shown.usable)


async def new_interpreter(request: Request) -> Response:
    every = await showing.slot_ids(access.event(request))
    start = {
        "available": [str(slot) for slot in every],
        "max_consecutive": "4",
        "mail_locale": service.mail_locale(access.event(request)),
    }
    return await _interpreter(request, forms.Form(start))


async def add_interpreter(request: Request) -> Response:
    return await _save_interpreter(request, None)


async def interpreter(request: Request) -> Response:
    found = await access.of_event(request, Interpreter, "interpreter", "person")
    values = {
        "email": found.person.email,
        "full_name": called(found).full_name,
        "languages": found.languages,
        "available": [str(slot) for slot in found.available],
        "max_meetings": "" if found.max_meetings is None else str(found.max_meetings),
        "max_consecutive": "" if found.max_consecutive is None else str(found.max_consecutive),
    }
    return await _interpreter(request, forms.Form(values, drawn=team.drawn(found)), found)


async def save_interpreter(request: Request) -> Response:
    return await _save_interpreter(request, await access.of_event(request, Interpreter, "interpreter", "person"))


async def remove_interpreter(request: Request) -> Response:
    found = await access.of_event(request, Interpreter, "interpreter")
    await team.remove_interpreter(found, seen=str((await request.form()).get("seen", "")))
    return to(f"/e/{access.event(request).slug}/interpreters", notice="removed")


async def _save_interpreter(request: Request, found: Interpreter | None) -> Response:
    event = access.event(request)
    typed = await forms.typed_in(request)
    if found is not None:
        typed["email"] = found.person.email
        if found.proposed is None:
            typed["full_name"] = shown_name(found, request.state.locale)

    by, edit = access.person(request), edits.edit_of(typed)

    async def act(given: InterpreterFields) -> Response:
        values, name, home = given.values(), given.full_name, f"/e/{event.slug}/interpreters"

        async def add() -> str:
            locale = given.mail_locale
            await team.add_interpreter(event, values, email=given.email, full_name=name, locale=locale, by=by)
            return home

        if found is None:
            return to(await once(request, add), notice="saved")
        seen = str(typed.get("seen", ""))
        await team.change_interpreter(found, values, full_name=name, by=by, edit=edit, seen=seen)
        return to(home, notice="saved")

    def ask(known: InterpreterFields) -> AsyncIterator[Refused]:
        is_new = found is None and known.has("email")
        return team.interpreter_refusals(event, known.email, by) if is_new else forms.nothing_else(known)

    again = partial(_interpreter, found=found)
    try:
        return await submitted(request, InterpreterFields, act, again, typed=typed, ask=ask)
    except SlotsChanged as changed:
        to_programs(request, changed)
        there = [str(slot) for slot in found.available] if found else []
        form = forms.Form({**typed, "available": there}, {"": changed.message})
        return await _interpreter(request, form, found, status=changed.status)


async def _interpreter(
    request: Request, form: forms.Form, found: Interpreter | None = None, status: int = 200
) -> Response:
    code = request.state.locale
    return page(
        request,
        "events/interpreter.html",
        status=status,
        form=form,
        interpreter=found,
        languages=[(tag, formats.language(tag, code)) for tag in TALK_LANGUAGES],
        mail_locales=MAIL_LOCALES,
        grid=await grid_of(access.event(request), code),
    )


# Translators ------------------------------------------------------------------------------------------------------


async def translators(request: Request) -> Response:
    return await _translators(request, forms.Form({"mail_locale": service.mail_locale(access.event(request))}))


async def add_translator(request: Request) -> Response:
    event, by = access.event(request), access.person(request)

    async def act(given: TranslatorFields) -> Response:
        await team.add_translator(event, given.email, languages=given.languages, locale=given.mail_locale, by=by)
        return to(f"/e/{event.slug}/translators", notice="saved")

    return await submitted(
        request, TranslatorFields, act, _translators, ask=partial(inviting.refusals, InviteTranslator, by)
    )


async def invite_interpreter(request: Request) -> Response:
    event = access.event(request)
    interpreter = await access.of_event(request, Interpreter, "interpreter")
    await team.invite_interpreter_again(event, interpreter, access.person(request))
    return to(f"/e/{event.slug}/interpreters", notice="invited")


async def invite_translator(request: Request) -> Response:
    event = access.event(request)
    translator = await access.of_event(request, EventTranslator, "translator")
    await team.invite_again(event, translator, access.person(request))
    return to(f"/e/{event.slug}/translators", notice="invited")


async def remove_translator(request: Request) -> Response:
    event = access.event(request)
    await team.remove_helper(event, await access.of_event(request, EventTranslator, "translator"))
    return to(f"/e/{event.slug}/translators", notice="removed")


async def _translators(request: Request, form: forms.Form, status: int = 200) -> Response:
    event = access.event(request)
    return page(
        request,
        "events/translators.html",
        status=status,
        form=form,
        translators=await showing.translators_of(event),
        languages=[(code, LOCALES[code].endonym) for code in event.locales if code in LOCALES],
        endonyms={code: locale.endonym for code, locale in LOCALES.items()},
        mail_locales=MAIL_LOCALES,
    )
