"""The tables of plans, and of drafts that are changed by hand, in the register of tables."""

from collections.abc import Iterator

from server import models
from server.privacy.periods import Period
from server.privacy.tables import INTERNAL, Category, TableRule, because


def of_plans() -> Iterator[TableRule]:
    """Yield the rules of the tables that name who asked for a plan or changed one."""
    yield TableRule(
        models.Plan,
        Category.ACTS,
        Period.WITH_EVENT,
        ("asked_by_id",),
        "event_id version asked_by_id as_of solved_at published_at note",
        because(
            INTERNAL,
            "state preset seed seconds problem result progress scores cancel_requested base_id revision inputs_hash",
        ),
    )
    yield TableRule(
        models.PlanAct,
        Category.ACTS,
        Period.WITH_EVENT,
        ("by_id",),
        "plan_id number kind by_id",
        because(INTERNAL, "of changes"),
    )
