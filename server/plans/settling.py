"""What pages show of a solved plan: read, and made first if it is lacking, as of a draft that was changed by hand."""

import asyncio
from collections.abc import Mapping, Sequence

from i18n import _
from matching.formats.schedule import read_problem
from server.db import atomic, lock
from server.errors import Refused
from server.memory import Counts, remembered
from server.models import DocumentKind, Meeting, Plan, PlanAct
from server.models.plans import PLAN_COLUMNS
from server.plans import documents, handmade, snapshot
from server.plans import outline as outlines
from server.plans.outline import Outline

TRIES = 3


class BeingChanged(Refused):
    """Somebody changes the draft by hand while its page is made."""

    def __init__(self) -> None:
        super().__init__(_("This plan is being changed at the moment. Load the page again."))


async def outline_of(plan: Plan, counts: Counts) -> Outline:
    """Return what pages show of a solved plan, shared by all readers. No query if it was read before, else one.

    counts: of the event. Plans that were kept before there were outlines get theirs now, and drafts after an act.
    """

    async def read() -> Outline:
        [document] = await documents.read(plan.id, DocumentKind.OUTLINE)
        if document is None:
            await settle(plan)
            [document] = await documents.read(plan.id, DocumentKind.OUTLINE)
        if document is None:
            raise BeingChanged
        return await asyncio.to_thread(outlines.read, document)

    name = "outline", plan.id, plan.revision
    return await remembered(plan.event_id, name, (), read, counts=counts, weigh=lambda it: len(it.parties))


async def settle(plan: Plan) -> None:
    """Make the documents of a solved plan that it lacks: of a draft that was changed by hand, all but the problem.

    Raises BeingChanged if it is changed again and again meanwhile.
    """
    for _time in range(TRIES):
        if await documents.has(plan.id, DocumentKind.OUTLINE):
            return
        await _keep_outline(await Plan.get(id=plan.id).only(*PLAN_COLUMNS))
    raise BeingChanged


async def _keep_outline(plan: Plan) -> None:
    problem, result, scores = await documents.read(
        plan.id, DocumentKind.PROBLEM, DocumentKind.RESULT, DocumentKind.SCORES
    )
    rows = await Meeting.filter(plan_id=plan.id).order_by("id")
    given = [] if result else (await PlanAct.get(plan_id=plan.id, number=0)).changes["tiers"]

    def find() -> Mapping[DocumentKind, bytes | Sequence[bytes]]:
        read = read_problem(problem)
        made = result or handmade.result(read, given, map(snapshot.engine_meeting, rows), plan.seed)
        new = {} if result else {DocumentKind.RESULT: documents.packed(made)}
        return {**new, **outlines.found(read, made, scores, rows)}

    await _store_outline(plan, await asyncio.to_thread(find))


@atomic
async def _store_outline(plan: Plan, contents: Mapping[DocumentKind, bytes | Sequence[bytes]]) -> None:
    """Store the documents, unless they are there, or a draft has been changed since its meetings were read."""
    found = await lock(Plan, plan.id)
    is_same = found is not None and found.revision == plan.revision
    if is_same and not await documents.has(plan.id, DocumentKind.OUTLINE):
        await documents.store(plan.id, contents)
