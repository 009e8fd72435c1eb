"""The tables of the organisers' desk in the register of tables."""

from collections.abc import Iterator

from server import models
from server.privacy.periods import Period
from server.privacy.tables import OF_OTHERS, Category, TableRule, because


def of_desk() -> Iterator[TableRule]:
    """Yield the rules of the tables that name who does what at the desk."""
    yield TableRule(
        models.DeskTask,
        Category.ACTS,
        Period.PARTICIPATION,
        ("owner__person_id", "done_by_id"),
        "event_id code title why owner_id working_group due_on done_at",
        because(OF_OTHERS, "done_by_id"),
    )
    yield TableRule(
        models.PartyCall,
        Category.ACTS,
        Period.PARTICIPATION,
        ("registration__person_id", "registration__delegates__person_id", "by_id"),
        "event_id registration_id result note next_at by_id",
        because(OF_OTHERS, "owner_id"),
    )
