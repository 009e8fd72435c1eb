"""Pages of plans, for organisers."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from i18n import Message, Translator, formats, npgettext_, pgettext_
from matching.plan import Rule
from server import access, forms, memory
from server.errors import NotFound
from server.models import DocumentKind, Part, Plan, PlanState, Side
from server.names import own_spelling, party_name
from server.needs.showing import need_at
from server.pages import page, picture, to, zone_of
from server.plans import concerns, documents, publishing, service, settling, staleness
from server.plans.concerns import Concern
from server.plans.ledger import Share
from server.plans.publishing import PUBLISHABLE
from server.plans.service import UNDER_WAY, Failure
from server.plans.telling import EmailLine, Sentences
from server.plans.versions import is_published, versions
from server.problems import to_programs
from server.rows import load_rows, numbers
from server.scores.corrections import Counted
from server.scores.points import points
from server.scores.wording import PARTS
from server.studio import drawing, losses, picturing, refusing, remedies, showing, timetable, wording
from server.studio.forms import AskForPlan, By, PlanView, Preset, plan_view_of
from server.studio.showing import Material, Whole
from server.submitting import submitted
from server.translations.showing import text_reader
from server.wishes.labels import WISHES

VERSIONS_SHOWN = 50
NAMES_SHOWN = 5
CONFLICTS_SHOWN = 60
PAIR = re.compile(r"e[0-9]{1,9}-f[0-9]{1,9}")
PICTURED = (Part.PEOPLE, Part.GRID, Part.PUBLISHED)
SIDES = {Side.EXPERT: pgettext_("label", "Experts"), Side.ENTERPRISE: pgettext_("label", "Enterprises")}


async def index(request: Request) -> Response:
    return await _index(request)


def _usual_preset(is_published: bool) -> Preset:
    """Return the usual preset: after publishing, few changes."""
    return Preset.REPAIR if is_published else Preset.FRESH


async def ask(request: Request) -> Response:
    event = access.event(request)

    async def act(asked: AskForPlan) -> Response:
        preset = asked.preset or _usual_preset(await is_published(event))
        plan = await service.ask_for_plan(
            event,
            access.person(request),
            seconds=asked.seconds,
            seed=asked.seed,
            preset=preset,
        )
        return to(f"/e/{event.slug}/plans/{plan.id}")

    return await submitted(request, AskForPlan, act, _index)


async def _index(request: Request, form: forms.Form | None = None, status: int = 200) -> Response:
    event, locale = access.event(request), request.state.locale
    rows = await load_rows(event)
    shown = await versions(event, VERSIONS_SHOWN)
    preset = _usual_preset(shown.is_published)
    usual = {"seconds": int(request.app.state.settings.solve_seconds), "seed": 0, "preset": preset}
    lost = await staleness.lost_of_plans(event.id, shown.watched)
    counts, found = await concerns.concerns_of(rows, is_embedder_failing=request.app.state.scorer.is_failing)
    return page(
        request,
        "plans/index.html",
        status=status,
        form=form or forms.Form(usual),
        lost={plan_id: len(meetings) for plan_id, meetings in lost.items()},
        plans=shown.plans,
        sums=shown.sums,
        asked_by={id: own_spelling(person, locale) for id, person in shown.people.items()},
        states=wording.STATES,
        under_way=shown.under_way,
        counts=counts,
        concerns=[_sentence(each, locale) for each in found],
        is_published=shown.is_published,
        movable=len(rows.movable),
        frozen=len(rows.frozen),
    )


def _sentence(concern: Concern, locale: str) -> Message:
    names = [party_name(party, locale) for party in concern.parties[:NAMES_SHOWN]]
    if len(concern.parties) > NAMES_SHOWN:
        names.append("…")
    one, other = (
        formats.sequence([formats.language(tag, locale) for tag in tags], locale, style="or")
        for tags in concern.languages
    )
    shown = formats.sequence(names, locale)
    return wording.concern(concern.code, num=concern.number, most=concern.most, names=shown, one=one, other=other)


async def show(request: Request) -> Response:
    """Show the plan, its progress, or why it failed."""
    plan, event = await access.plan_for_organiser(request), access.event(request)
    if plan.state in UNDER_WAY:
        return _running(request, plan)
    if plan.state == PlanState.FAILED:
        return await _failed(request, plan, [(wording.failure(plan.progress), [])])
    if plan.state == PlanState.INFEASIBLE:
        whole = await showing.load_whole(plan, event, request.state.locale)
        return await _failed(request, plan, await asyncio.to_thread(_conflict, whole))
    material = await showing.load_material(plan, event, request.state.locale, with_lost=True)
    return await _plan(request, material, plan_view_of(request.query_params))


async def _failed(request: Request, plan: Plan, why: Sequence[tuple[Message, Sequence[Message]]]) -> Response:
    state, has_problem = wording.STATES[plan.state], await documents.has(plan.id, DocumentKind.PROBLEM)
    return page(request, "plans/failed.html", plan=plan, state=state, why=why, has_problem=has_problem)


def _running(request: Request, plan: Plan) -> Response:
    progress = plan.progress
    return page(
        request,
        "plans/running.html",
        plan=plan,
        state=wording.STATES[plan.state],
        phase=wording.PHASES.get(progress.get("phase", ""), wording.WORKING),
        is_retried=progress.get("failure") == Failure.CRASHED,
        elapsed=min(service.elapsed_s(plan, datetime.now(UTC)), plan.seconds),
        value=progress.get("value"),
        bound=progress.get("bound"),
    )


async def _plan(request: Request, material: Material, look: PlanView) -> Response:
    repair = await refusing.repair(request) if material.lost else {}
    drawn, picked = await drawing.drawn(material, look), await timetable.picked(material, look)
    unheld, pages = await showing.unheld(material, look)

    def draw() -> Response:
        return page(
            request,
            "plans/plan.html",
            plan=material.plan,
            state=wording.STATES[material.plan.state],
            headline=showing.head(material),
            look=look,
            form=forms.Form({"person": look.person}),
            by=By,
            drawn=drawn,
            days=[(day, date.fromisoformat(day)) for day in timetable.days(material)],
            day=timetable.shown_day(material, look),
            picked=picked,
            tiers=showing.tiers(material),
            unheld=unheld,
            unheld_pages=pages,
            unheld_tabs=showing.unheld_tabs(material, look),
            unheld_number=material.outline.unheld,
            worst=[(side, _worst(material, side)) for side in Side],
            fair=[
                (SIDES[Side(each.side)], each, material.words.party(each.worst.party)) for each in material.outline.fair
            ],
            is_publishable=material.plan.state in PUBLISHABLE,
            is_removable=material.plan.published_at is None,
            lost=losses.shown(material.lost.values(), material.places, material.locale),
            repair=repair,
        )

    return draw()


def _worst(material: Material, side: Side) -> list[tuple[str, Share]]:
    return [(material.words.party(share.party), share) for share in material.outline.worst[side]]


def _conflict(whole: Whole) -> list[tuple[Message, list[Message]]]:
    """Return conflicts: the rule with the names concerned, and what would resolve it. Long lists are cut."""
    entries = whole.result["conflict"]
    shown = [
        (
            # Translators: rule: a whole sentence with its full stop. about: names
            pgettext_(
                "rule",
                "%(rule)s Concerns: %(about)s",
                rule=wording.RULES[Rule(each["rule"])],
                about=showing.pointed_names(whole, each["at"]),
            ),
            remedies.remedy(each["relax"], whole.problem, whole.words),
        )
        for each in entries[:CONFLICTS_SHOWN]
    ]
    rest = len(entries) - len(shown)
    # Translators: the end of a list of conditions
    return shown + (
        [(npgettext_("count", "%(num)s more condition", "%(num)s more conditions", rest), [])] if rest else []
    )


async def pair(request: Request) -> Response:
    """Show why two parties do or do not meet, and the value of the pair."""
    plan, event = await access.plan_for_organiser(request), access.event(request)
    if plan.state in UNDER_WAY or plan.state in (PlanState.FAILED, PlanState.INFEASIBLE):
        raise NotFound
    id = str(request.path_params["pair"])
    if not PAIR.fullmatch(id):
        raise NotFound
    material = await showing.load_material(plan, event, request.state.locale, with_lost=True)
    stored, (expert, enterprise) = await showing.stored_pair(material, id), numbers(id)
    meeting = next(iter(await showing.meetings_of(plan, expert_id=expert, enterprise_id=enterprise)), None)
    interpreter = meeting.interpreter_id if meeting else None
    gone = material.lost.get(meeting.id) if meeting else None
    return page(
        request,
        "plans/pair.html",
        plan=plan,
        pair=(expert, enterprise),
        is_there=all(material.places.takes_part(id) for id in (expert, enterprise)),
        expert=material.words.party(f"e{expert}"),
        enterprise=material.words.party(f"f{enterprise}"),
        value=stored.value,
        meeting=meeting,
        lost=losses.why(gone, material.places, material.locale) if gone else None,
        slot=material.outline.slot[f"s{meeting.slot_id}"] if meeting else None,
        table=material.places.tables[meeting.table_id] if meeting else None,
        interpreter=material.words.interpreter(f"i{interpreter}") if interpreter else None,
        explained=stored.explained,
        wishes=[WISHES[kind] for kind in stored.score.get("wishes", (None, None))],
        parts=[(PARTS[code], *both) for code, *both in points(_parts(stored.score.get("parts", ())))],
        need=await need_at(stored.score.get("need")),
        texts=await text_reader(request),
    )


def _parts(parts: Iterable[Mapping[str, Any]]) -> list[Counted]:
    """Return the parts of a score as stored in plans."""
    return [Counted(part["code"], part["weight"], part["value"]) for part in parts]


async def cancel(request: Request) -> Response:
    plan = await access.plan_for_organiser(request)
    await service.cancel(plan)
    return to(f"/e/{access.event(request).slug}/plans/{plan.id}")


async def confirm(request: Request) -> Response:
    """Show what publishing would change, or why it is impossible."""
    plan = await access.plan_for_organiser(request)
    if plan.state not in PUBLISHABLE:
        return to(f"/e/{access.event(request).slug}/plans/{plan.id}")
    found = await staleness.lost_of_plan(plan.event_id, plan.id)
    return await refusing.stale(request, plan, found, 200) if found else await _confirm(request, plan)


async def _confirm(request: Request, plan: Plan, overtaken: Message | None = None) -> Response:
    impact, against = await publishing.impact_of(plan), await publishing.in_force_mark(plan.event_id)

    def confirm() -> Response:
        return page(
            request,
            "plans/publish.html",
            status=409 if overtaken else 200,
            plan=plan,
            impact=impact,
            changes=_sentences(request, impact),
            against=against,
            overtaken=overtaken,
        )

    # In a thread, because thousands of meetings can change.
    return await asyncio.to_thread(confirm)


def _sentences(request: Request, impact: publishing.Impact) -> Mapping[str, list[list[str]]]:
    """Return the changes as sentences, by kind."""
    words = Sentences(impact.places, Translator(request.state.locale), zone_of(access.event(request)))
    found: dict[str, list[list[str]]] = {}
    for change in impact.changes:
        both = (change.expert_id, change.enterprise_id)
        found.setdefault(change.kind.value, []).append(words.of(EmailLine(change.kind, change, both)))
    return found


async def publish(request: Request) -> Response:
    plan = await access.plan_for_organiser(request)
    against = str((await request.form()).get("against", ""))
    notice = "published"
    try:
        if not await publishing.publish(plan, access.person(request), against=against):
            notice = "published_quietly"
    except publishing.AlreadyInForce:
        pass  # A second press; the first one has published
    except publishing.Overtaken as overtaken:
        to_programs(request, overtaken)
        return await _confirm(request, plan, overtaken.message)
    except publishing.Stale as stale:
        to_programs(request, stale)
        return await refusing.stale(request, plan, stale.lost, 409)
    except publishing.ChangesThePast as refused:
        to_programs(request, refused)
        return await refusing.past(request, plan, refused)
    return to(f"/e/{access.event(request).slug}/plans/{plan.id}", notice=notice)


async def ask_to_remove(request: Request) -> Response:
    plan = await access.plan_for_organiser(request)
    service.check_removable(plan)
    return page(request, "plans/remove.html", plan=plan)


async def remove(request: Request) -> Response:
    await service.remove(await access.plan_for_organiser(request))
    return to(f"/e/{access.event(request).slug}/plans", notice="removed")


async def timetable_svg(request: Request) -> Response:
    """Return the timetable of one day as an SVG picture."""
    plan, event = await _solved(request), access.event(request)
    material = await showing.load_material(plan, event, request.state.locale)
    day = timetable.shown_day(material, plan_view_of(request.query_params))
    name = ("timetable picture", plan.id, day, material.locale)
    return await _picture(request, name, lambda: picturing.timetable_svg(material, day))


async def graph_svg(request: Request) -> Response:
    """Send the meetings as a picture of a graph."""
    plan, event, locale = await _solved(request), access.event(request), request.state.locale

    async def draw() -> str:
        whole = await showing.load_whole(plan, event, locale)
        return await asyncio.to_thread(picturing.graph_svg, whole)

    return await _picture(request, ("graph", plan.id, locale), draw)


async def graph_graphml(request: Request) -> Response:
    """Send possible pairs and meetings as GraphML."""
    plan, event = await _solved(request), access.event(request)
    whole = await showing.load_whole(plan, event, request.state.locale)
    drawn = await asyncio.to_thread(picturing.graphml, whole)
    headers = {"Content-Disposition": f'attachment; filename="{event.slug}-{plan.version}-graph.graphml"'}
    return Response(drawn, media_type="application/graphml+xml", headers=headers)


async def _solved(request: Request) -> Plan:
    """Return a solved plan with all its documents. Raises NotFound."""
    plan = await access.plan_for_organiser(request)
    if plan.state in UNDER_WAY or plan.state in (PlanState.FAILED, PlanState.INFEASIBLE):
        raise NotFound
    if plan.revision is not None:
        await settling.settle(plan)
    return plan


async def _picture(request: Request, name: Hashable, draw: Callable[[], Awaitable[str]]) -> Response:
    """Return a picture of a plan, drawn again only if names, places or meetings have changed."""
    event = access.event(request)

    async def drawn() -> bytes:
        return (await draw()).encode()

    found = await memory.remembered(event.id, name, PICTURED, drawn, weigh=lambda it: len(it) // showing.BYTES_OF_ROW)
    return picture(request, found)


async def problem_json(request: Request) -> Response:
    """Send the stored problem, the bytes given to the solver."""
    return await _download(request, DocumentKind.PROBLEM, "problem")


async def plan_json(request: Request) -> Response:
    """Send the solver's result."""
    return await _download(request, DocumentKind.RESULT, "plan")


async def _download(request: Request, kind: DocumentKind, name: str) -> Response:
    plan = await access.plan_for_organiser(request)
    if plan.revision is not None:
        await settling.settle(plan)
    content = await documents.content(plan.id, kind)
    file = f"{access.event(request).slug}-{plan.version}-{name}.json"
    headers = {"Content-Disposition": f'attachment; filename="{file}"'}
    return StreamingResponse(documents.chunks(content), media_type="application/json", headers=headers)
