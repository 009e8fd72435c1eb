"""The organisers' page of visa rules."""

from starlette.requests import Request
from starlette.responses import Response

from i18n import formats
from i18n.text import sort_key
from server import access, forms
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
    code = request.state.locale
    names = formats.countries(code)
    rules = await service.rules_of(access.event(request))
    countries = sorted(names.items(), key=lambda each: sort_key(each[1], code))
    return page(request, "visas/index.html", status=status, form=form, rules=rules, countries=countries)


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


async def remove(request: Request) -> Response:
    await service.remove(await access.of_event(request, VisaRule, "visa"))
    return to(_here(request), notice="removed")
