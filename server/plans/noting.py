"""An organiser's note on a plan."""

from dataclasses import dataclass

from server import edits
from server.db import atomic
from server.models import Plan
from server.values import Values


@dataclass(frozen=True, kw_only=True)
class Note(Values):
    """Columns of Plan: see there."""

    note: str


@atomic
async def keep(plan: Plan, note: Note, edit: edits.Edit = edits.UNSEEN) -> None:
    """Save the note on a plan. Raises EditConflict, and NotFound if the plan was deleted."""
    await edits.save(plan, note, edit)
