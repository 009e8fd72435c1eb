"""Show organisers which published meetings a change of the event makes impossible, before the change."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from i18n import _
from server.errors import Refused
from server.plans import staleness
from server.plans.staleness import Lost


class TakesMeetings(Refused):
    """The change makes published meetings impossible. lost: which, and why."""

    has_page = True

    def __init__(self, lost: Sequence[Lost]) -> None:
        super().__init__(_("Nothing is changed yet. This change removes meetings from the published plan."))
        self.lost = lost

    @property
    def mark(self) -> str:
        """A digest of the loss; the form sends it back to show which loss the organiser has seen."""
        return staleness.mark(self.lost)


@asynccontextmanager
async def shown_first(event_id: int, seen: str) -> AsyncIterator[None]:
    """Allow a change of the event only if it makes no more meetings impossible than the organiser was shown.

    seen: mark of what was shown, "" for nothing. Raises TakesMeetings after the change: use it inside an atomic
    function, whose transaction is then rolled back.
    """
    before = {each.meeting.id for each in await staleness.lost_in_force(event_id)}
    yield
    refusal = TakesMeetings([each for each in await staleness.lost_in_force(event_id) if each.meeting.id not in before])
    if refusal.lost and refusal.mark != seen:
        raise refusal
