"""Pages on which reviewers and organisers review needs."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from starlette.requests import Request
from starlette.responses import Response

from i18n import LOCALES, Message, Translator, _
from server import access, forms
from server.errors import NotFound, Refused
from server.fields import Day
from server.files import showing
from server.forms import Fault, Fields, Line, Text
from server.models import Need, NeedState, Right
from server.models.base import LINE, NAME
from server.names import organisation_name, own_spelling
from server.needs import history, queue, reviewing
from server.needs.completeness import account_of
from server.needs.ending import day_at
from server.needs.labels import ACTS, LABELS, STATES
from server.once import once
from server.pages import page, to
from server.profiles import BUDGETS, CONFIDENTIALITY, MODES, RIGHTS, choices
from server.schemes import scheme_of
from server.submitting import submitted
from server.translations.showing import text_reader

MAX_REMARK = 2000
TABS = (NeedState.SUBMITTED, NeedState.APPROVED, NeedState.RETURNED, NeedState.PUBLISHED)
FIELDS: Mapping[str, Message] = {
    "": _("The whole need"),
    **{name: label for name, label in LABELS.items() if name != "is_released"},
}


def _known_field(name: str) -> str:
    if name not in FIELDS:
        raise Fault(_("Choose one of the options."), code="not-an-option")
    return name


class RemarkFields(Fields):
    """A remark of a reviewer."""

    field: Annotated[str, AfterValidator(_known_field)] = ""
    text: Annotated[Text, Field(min_length=1, max_length=MAX_REMARK)]
    expert: Annotated[Line, Field(max_length=NAME)] = ""


class SeenFields(Fields):
    """The version of the need on the page, see `reviewing.version_of`; "" from a program."""

    seen: Annotated[Line, Field(max_length=NAME)] = ""


class ClearanceFields(SeenFields):
    """The record of a secrecy review."""

    reviewer: Annotated[Line, Field(min_length=1, max_length=NAME)]
    scope: Annotated[Line, Field(min_length=1, max_length=LINE)]
    day: Day
    remark: Annotated[Text, Field(max_length=MAX_REMARK)] = ""


async def index(request: Request) -> Response:
    """Show the queue of one state, and its first need."""
    event, asked = access.event(request), request.query_params.get("state", "")
    state = NeedState(asked) if asked in set(TABS) else NeedState.SUBMITTED
    found = await queue.queue_of(event, state, scheme_of(event))
    if found.lines:
        return to(f"/e/{event.slug}/review/{found.lines[0].need.id}")
    return page(request, "needs/review_empty.html", queue=found, tabs=_tabs(request))


async def show(request: Request) -> Response:
    return await _show(request, await access.need_for_reviewer(request))


async def take(request: Request) -> Response:
    need = await access.need_for_reviewer(request)
    await reviewing.take(need, access.person(request))
    return _back(request, need)


async def remark(request: Request) -> Response:
    need, by = await access.need_for_reviewer(request), access.person(request)

    async def act(given: RemarkFields) -> Response:
        async def add() -> str:
            await reviewing.remark(need, reviewing.RemarkValues(**given.model_dump()), by)
            return _path(request, need)

        return to(await once(request, add), notice="saved")

    return await submitted(request, RemarkFields, act, partial(_show_remark, need=need), ask=forms.nothing_else)


async def drop_remark(request: Request) -> Response:
    need = await access.need_for_reviewer(request)
    given = await queue.remark_at(need, access.path_id(request, "remark"))
    if given is None:
        raise NotFound
    await reviewing.drop_remark(need, given, access.person(request))
    return _back(request, need)


async def send_back(request: Request) -> Response:
    need = await access.need_for_reviewer(request)
    await reviewing.send_back(need, access.person(request))
    return to(f"/e/{access.event(request).slug}/review", notice="saved")


async def approve(request: Request) -> Response:
    need = await access.need_for_reviewer(request)
    given = await forms.parse(request, SeenFields)
    await reviewing.approve(need, access.person(request), seen=given.seen)
    return to(f"/e/{access.event(request).slug}/review", notice="saved")


async def clear(request: Request) -> Response:
    need, by = await access.need_for_reviewer(request), access.person(request)

    async def act(given: ClearanceFields) -> Response:
        values = reviewing.ClearanceValues(**given.model_dump(exclude={"seen"}))
        await reviewing.clear(need, values, by, seen=given.seen)
        return _back(request, need)

    return await submitted(request, ClearanceFields, act, partial(_show_clearance, need=need), ask=forms.nothing_else)


def _path(request: Request, need: Need) -> str:
    return f"/e/{access.event(request).slug}/review/{need.id}"


def _back(request: Request, need: Need) -> Response:
    return to(_path(request, need), notice="saved")


async def _show_remark(request: Request, form: forms.Form, status: int = 200, *, need: Need) -> Response:
    return await _show(request, need, remark_form=form, status=status)


async def _show_clearance(request: Request, form: forms.Form, status: int = 200, *, need: Need) -> Response:
    return await _show(request, need, clearance_form=form, status=status)


async def _show(
    request: Request,
    need: Need,
    *,
    remark_form: forms.Form | None = None,
    clearance_form: forms.Form | None = None,
    status: int = 200,
) -> Response:
    event, locale, who = access.event(request), request.state.locale, access.person(request)
    topics, locales, today = scheme_of(event), queue.locales_of(event, need), day_at(event).isoformat()
    wanted, texts = (request.query_params.get("to", ""), locale, *locales), await text_reader(request)
    shown_in = next((code for code in wanted if code in locales), "")
    found = await queue.queue_of(event, need.state, topics)
    remarks, other = await queue.remarks_of(need, locale), await queue.held_by(need, who)
    return page(
        request,
        "needs/review.html",
        status=status,
        need=need,
        version=reviewing.version_of(need),
        queue=found,
        texts=texts,
        tabs=_tabs(request),
        beside=found.beside(need.id),
        lanes=queue.lanes_of(need, texts.translations, shown_in),
        languages=[LOCALES[code] for code in locales if code in LOCALES],
        shown_in=shown_in,
        account=account_of(queue.stored_as_typed(need), topics),
        remarks=remarks,
        held_by=other,
        is_own=(is_own := await reviewing.is_own(need, who)),
        why_not=_why_not(need, remarks, other, is_own=is_own),
        clearance=await queue.clearance_of(need),
        files=await showing.for_reviewers(need),
        revisions=await history.revisions_of(need, locale),
        remark_form=remark_form or forms.Form({}),
        clearance_form=clearance_form or forms.Form({"reviewer": own_spelling(who, locale), "day": today}),
        is_organiser=access.own(request).may(Right.PEOPLE),
        **_labels(locale),
    )


def _labels(locale: str) -> dict[str, Any]:
    """Return what fields, states, options and organisations are called."""
    translate = Translator(locale).translate
    return {
        "labels": {name: translate(label) for name, label in LABELS.items()},
        "fields": [(name, translate(label)) for name, label in FIELDS.items()],
        "states": {state: translate(label) for state, label in STATES.items()},
        "modes": dict(choices(MODES, locale)),
        "budgets": dict(choices(BUDGETS, locale)),
        "rights": dict(choices(RIGHTS, locale)),
        "kinds": dict(choices(CONFIDENTIALITY, locale)),
        "acts": ACTS,
        "firm": partial(organisation_name, locale=locale),
    }


def _tabs(request: Request) -> list[tuple[NeedState, Message]]:
    """Return the queues that this event has."""
    event = access.event(request)
    return [(state, STATES[state]) for state in TABS if state != NeedState.APPROVED or event.clears_needs]


def _why_not(need: Need, remarks: list[queue.ShownRemark], held_by: str, *, is_own: bool) -> Message | None:
    """Return why the need cannot be approved now, None if it can."""
    refusal: Refused | None = None
    if need.state != NeedState.SUBMITTED:
        return STATES_SAID[need.state]
    if is_own:
        refusal = reviewing.OwnNeed()
    elif held_by:
        refusal = reviewing.TakenByAnother(held_by)
    elif any(each.row.sent_at is None for each in remarks):
        refusal = reviewing.OpenRemarks()
    return refusal.message if refusal else None


STATES_SAID: Mapping[NeedState, Message] = {
    NeedState.RETURNED: _("The enterprise is working on the remarks."),
    NeedState.APPROVED: _("The need is approved and waits for the secrecy review."),
    NeedState.PUBLISHED: _("The need is published."),
}
