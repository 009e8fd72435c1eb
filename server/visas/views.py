"""The organisers' page of visa rules."""

from starlette.requests import Request
from starlette.responses import Response

from i18n import formats
from i18n.text import sort_key
from server import access, edits, forms
from server.models import VisaRule
from server.once import once
from server.pages import page, to
from server.submitting import submitted
from server.visas import service
from server.visas.forms import VisaRuleFields
from server.visas.values import VisaRuleValues


def _here(request: Request) -> str:
    return f"/e/{access.event(request).slug}/visa-rules"


async def index(request: Request) -> Response:
    return await _index(request, forms.Form())


async def _index(request: Request, form: forms.Form, status: int = 200) -> Response:
    rules = await service.rules_of(access.event(request))
    return page(request, "visas/index.html", status=status, form=form, rules=rules, countries=_countries(request))


def _countries(request: Request) -> list[tuple[str, str]]:
    code = request.state.locale
    return sorted(formats.countries(code).items(), key=lambda each: sort_key(each[1], code))


async def add(request: Request) -> Response:
    event = access.event(request)

    async def act(given: VisaRuleFields) -> Response:
        async def create() -> str:
            await service.add(event, VisaRuleValues(**given.model_dump()))
            return _here(request)

        return to(await once(request, create), notice="saved")

    return await submitted(request, VisaRuleFields, act, _index)


async def add_known(request: Request) -> Response:
    await service.add_known(access.event(request))
    return to(_here(request), notice="saved")


COLUMNS = tuple(VisaRuleFields.model_fields)


async def edit(request: Request) -> Response:
    """Show a rule to change it, such as the day on which it ends."""
    columns = edits.columns_of(await _rule(request), COLUMNS)
    values = {name: edits.as_typed(value) for name, value in columns.items()}
    return await _edit(request, forms.Form(values, drawn=edits.drawn_from(columns)))


async def _edit(request: Request, form: forms.Form, status: int = 200) -> Response:
    return page(request, "visas/edit.html", status=status, form=form, countries=_countries(request))


async def save(request: Request) -> Response:
    rule, typed = await _rule(request), await forms.typed_in(request)

    async def act(given: VisaRuleFields) -> Response:
        await service.change(rule, VisaRuleValues(**given.model_dump()), edits.edit_of(typed))
        return to(_here(request), notice="saved")

    return await submitted(request, VisaRuleFields, act, _edit)


async def _rule(request: Request) -> VisaRule:
    return await access.of_event(request, VisaRule, "visa")


async def remove(request: Request) -> Response:
    await service.remove(await _rule(request))
    return to(_here(request), notice="removed")
