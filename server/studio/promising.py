"""The page of what an organiser promises to one party in plans."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from i18n import Translator, pgettext_
from server import access, edits, forms
from server.models import Registration
from server.names import party_name
from server.pages import page, to
from server.plans import promised
from server.plans.promised import Promise
from server.studio.forms import PromiseFields
from server.submitting import submitted


async def form(request: Request) -> Response:
    party = await _party(request)
    stored = Promise.of(party).columns()
    return await _page(request, forms.Form(_as_typed(party), drawn=edits.drawn_from(stored)), party=party)


async def save(request: Request) -> Response:
    party, typed = await _party(request), await forms.typed_in(request)

    async def act(given: PromiseFields) -> Response:
        await promised.promise(party, given.promise(), edits.edit_of(typed))
        return to(f"/e/{access.event(request).slug}/parties/{party.id}", notice="saved")

    again = partial(_page, party=party)
    return await submitted(request, PromiseFields, act, again, typed=typed, ask=forms.nothing_else)


async def _party(request: Request) -> Registration:
    return await access.of_event(request, Registration, "registration", "person", "organisation")


def _as_typed(party: Registration) -> dict[str, str]:
    table = "" if party.table_id is None else str(party.table_id)
    return {"min_meetings": str(party.min_meetings), "table_id": table}


async def _page(request: Request, form: forms.Form, *, party: Registration, status: int = 200) -> Response:
    translator = Translator(request.state.locale)
    tables = [
        (str(table.id), f"{translator.translate(number)} · {translator.text(table.hall.name)[0]}")
        for table in await promised.free_tables(party)
        for number in [pgettext_("label", "Table %(number)s", number=table.number)]
    ]
    name = party_name(party, request.state.locale)
    return page(request, "plans/promised.html", status=status, form=form, party=party, name=name, tables=tables)
