"""The organisers' page of rules about who may meet whom."""

from typing import Annotated

from pydantic import AfterValidator, Field
from starlette.requests import Request
from starlette.responses import Response

from i18n import _
from server import access, forms
from server.barring import service
from server.barring.rules import RuleKind, barred, named_by, rules_of
from server.forms import Fault, Fields, Line, Text
from server.models import Registration, Side
from server.models.base import LINE, NAME, TEXT
from server.names import party_name
from server.once import once
from server.pages import page, to
from server.rows import load_rows
from server.submitting import submitted

MOST_NAMES = 50
SHOWN = 10  # names of those whom a rule bars, at most


def _lines(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        raise Fault(_("Enter at least one name."), code="missing")
    if len(lines) > MOST_NAMES or any(len(line) > NAME for line in lines):
        raise Fault(_("Enter at most 50 names, one on each line."), code="too-many-names")
    return "\n".join(lines)


class RuleFields(Fields):
    """The form that adds a rule. names: one on each line."""

    kind: RuleKind
    names: Annotated[Text, Field(max_length=TEXT), AfterValidator(_lines)]
    reason: Annotated[Line, Field(min_length=1, max_length=LINE)]


class PairFields(Fields):
    """The form that bars one pair, on its page."""

    reason: Annotated[Line, Field(min_length=1, max_length=LINE)]


async def index(request: Request) -> Response:
    return await _page(request, forms.Form({"kind": RuleKind.EACH_OTHER}))


async def _page(request: Request, form: forms.Form, *, status: int = 200) -> Response:
    event, locale = access.event(request), request.state.locale
    rows = await load_rows(event)
    shown = []
    for rule in rules_of(event):
        named = [party_name(party, locale) for party in named_by(rule, rows.parties)]
        shown.append((rule, named[:SHOWN], len(named), len(barred([rule], rows.parties))))
    return page(request, "barring/index.html", status=status, form=form, rules=shown)


async def add(request: Request) -> Response:
    event = access.event(request)
    here = f"/e/{event.slug}/meeting-rules"

    async def act(given: RuleFields) -> Response:
        async def create() -> str:
            names = given.names.splitlines()
            await service.add(event, given.kind, reason=given.reason, names=names, by=access.person(request))
            return here

        return to(await once(request, create), notice="saved")

    return await submitted(request, RuleFields, act, _page, ask=forms.nothing_else)


async def end(request: Request) -> Response:
    event = access.event(request)
    await service.end(event, access.path_id(request, "rule"), by=access.person(request))
    return to(f"/e/{event.slug}/meeting-rules", notice="removed")


async def add_pair(request: Request) -> Response:
    """Bar an expert and an enterprise from meeting."""
    event = access.event(request)
    expert = await access.of_event(request, Registration, "expert", "person", side=Side.EXPERT)
    enterprise = await access.of_event(request, Registration, "enterprise", "organisation", side=Side.ENTERPRISE)
    given = await forms.parse(request, PairFields)

    async def create() -> str:
        await service.add(
            event,
            RuleKind.EACH_OTHER,
            reason=given.reason,
            parties=[expert.id, enterprise.id],
            by=access.person(request),
        )
        return f"/e/{event.slug}/meeting-rules"

    return to(await once(request, create), notice="saved")
