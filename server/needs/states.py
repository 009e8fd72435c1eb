"""Which state a need gets when it is saved, and which changes have to be reviewed again."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from server.models import Event, Need, NeedState
from server.needs.values import NeedValues

# Whoever changes one of these changes what experts read.
REVIEWED = frozenset(
    {
        *("title", "text", "tried", "acceptance", "topics", "must_topics", "rights", "decision_owner"),
        "confidentiality",
    }
)
# Columns that a form of a need edits.
FIELDS = (
    *("title", "text", "tried", "acceptance", "topics", "must_topics", "modes", "readiness", "deadline", "budget"),
    *("rights", "decision_owner", "confidentiality", "is_released", "delegates", "state"),
)
AT_WORK = frozenset({NeedState.DRAFT, NeedState.RETURNED})


def wish_of(state: NeedState) -> NeedState:
    """Return what the enterprise wants with a need in this state: DRAFT, or PUBLISHED as soon as may be."""
    return NeedState.DRAFT if state in AT_WORK else NeedState.PUBLISHED


def as_shown(need: Need) -> NeedValues:
    """Return the need as a form shows it: whether a reviewer has approved the need is not edited."""
    return replace(NeedValues.of(need), state=wish_of(need.state))


def is_reviewed(columns: Iterable[str]) -> bool:
    """Return whether a change of these columns has to be reviewed."""
    return not REVIEWED.isdisjoint(columns)


def shown_if(event: Event, *, is_cleared: bool) -> NeedState:
    """Return the state of an approved need. is_cleared: its secrecy review is recorded."""
    return NeedState.PUBLISHED if is_cleared or not event.clears_needs else NeedState.APPROVED


def next_state(
    event: Event, now: NeedState | None, wanted: NeedState, *, is_changed: bool, is_cleared: bool
) -> NeedState:
    """Return the state in which a need is saved.

    now: None for a new need. wanted: as `wish_of`. is_changed: something that has to be reviewed. is_cleared: the
    secrecy review of what is saved is recorded.
    """
    if wanted == NeedState.DRAFT:
        return NeedState.RETURNED if now == NeedState.RETURNED else NeedState.DRAFT
    was_approved = now in (NeedState.APPROVED, NeedState.PUBLISHED) and not is_changed
    if event.reviews_needs and not was_approved:
        return NeedState.SUBMITTED
    return shown_if(event, is_cleared=is_cleared)


def review_columns(
    event: Event, need: Need | None, wanted: NeedState, changed: Iterable[str], at: datetime
) -> dict[str, Any]:
    """Return the columns that tell how far a saved need is, those that change.

    need: as stored, None for a new one. wanted: as `wish_of`. changed: names of the columns that an edit changes.
    """
    now, was_cleared = (need.state, need.is_cleared) if need is not None else (None, False)
    is_changed = need is None or is_reviewed(changed)
    state = next_state(event, now, wanted, is_changed=is_changed, is_cleared=was_cleared and not is_changed)
    columns: dict[str, Any] = {"is_cleared": False} if was_cleared and is_changed else {}
    if state != now:
        columns["state"] = state
    if state == NeedState.SUBMITTED != now:
        columns["submitted_at"] = at
    return columns
