"""Showing first what a change of the event takes away from the plan in force."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from i18n import _
from server.errors import Refused
from server.plans import staleness
from server.plans.staleness import Lost


class TakesMeetings(Refused):
    """The change makes it impossible to hold meetings of the plan in force. lost: which, and why."""

    has_page = True

    def __init__(self, lost: Sequence[Lost]) -> None:
        super().__init__(_("Nothing is changed yet. This change removes meetings from the published plan."))
        self.lost = lost

    @property
    def mark(self) -> str:
        """Tells this loss from another one."""
        return staleness.mark(self.lost)


@asynccontextmanager
async def shown_first(event_id: int, seen: str) -> AsyncIterator[None]:
    """Let a change of the event through if no more meetings are lost by it than its organiser has been shown.

    seen: the mark of what was shown, "" for nothing. Raises TakesMeetings after the change: use it in an atomic
    function, whose transaction that undoes.
    """
    before = {each.meeting.id for each in await staleness.lost_in_force(event_id)}
    yield
    refusal = TakesMeetings([each for each in await staleness.lost_in_force(event_id) if each.meeting.id not in before])
    if refusal.lost and refusal.mark != seen:
        raise refusal
