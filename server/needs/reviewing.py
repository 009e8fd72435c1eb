"""Review needs before experts see them. Each public function that writes is one transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from i18n import _
from server import mail
from server.db import atomic, lock
from server.edits import Edit, save, write
from server.emails import EventEmail, NeedApproved, NeedReturned
from server.errors import NotFound, Refused
from server.models import (
    Delegate,
    Event,
    Need,
    NeedAct,
    NeedClearance,
    NeedHold,
    NeedRemark,
    NeedRevision,
    NeedState,
    Person,
    Registration,
)
from server.names import own_spelling
from server.needs import history
from server.needs.states import shown_if
from server.values import Values

HOLD = timedelta(minutes=30)
MAX_REMARKS = 30
# Needs in other states are at work, or withdrawn: reviewers do not see them.
REVIEWABLE = (NeedState.SUBMITTED, NeedState.RETURNED, NeedState.APPROVED, NeedState.PUBLISHED)


class TakenByAnother(Refused):
    """Another reviewer works on the need."""

    def __init__(self, name: str) -> None:
        # Translators: name: the reviewer
        super().__init__(_("Another reviewer is working on this need: %(name)s", name=name))


class OwnNeed(Refused):
    """Nobody reviews a need of an enterprise that they act for."""

    def __init__(self) -> None:
        super().__init__(_("You act for this enterprise, so another reviewer has to review its need."))


class NotWaiting(Refused):
    """The need does not wait for this step of the review."""

    def __init__(self) -> None:
        super().__init__(_("This need is no longer waiting for a review. Load the page again."))


class SinceChanged(Refused):
    """The need is no longer as the reviewer's page shows it."""

    def __init__(self) -> None:
        super().__init__(_("The need has changed since you opened this page. Load the page again and check it."))


class NoRemarks(Refused):
    """A need is sent back with at least one remark."""

    def __init__(self) -> None:
        super().__init__(_("Add a remark first, so that the enterprise knows what to change."))


class OpenRemarks(Refused):
    """A need with remarks that were not sent cannot be approved."""

    def __init__(self) -> None:
        super().__init__(_("Send the need back, or remove the remarks before you approve it."))


class TooManyRemarks(Refused):
    """A need has as many remarks as allowed."""

    def __init__(self) -> None:
        super().__init__(_("There are too many remarks on this need. Remove a remark first."))


@dataclass(frozen=True, kw_only=True)
class RemarkValues(Values):
    """A remark. field: of the need's form, "" for the whole need.

    expert: name of the specialist whose opinion it is, "" for the reviewer's own.
    """

    field: str
    text: str
    expert: str = ""


@dataclass(frozen=True, kw_only=True)
class ReviewRuleValues(Values):
    """Columns of an event, see there."""

    reviews_needs: bool
    clears_needs: bool


@dataclass(frozen=True, kw_only=True)
class ClearanceValues(Values):
    """The record of a secrecy review: see `NeedClearance`."""

    reviewer: str
    scope: str
    day: date
    remark: str = ""


def version_of(need: Need) -> str:
    """Return a text that differs after each change of the need, its files and its author's translations."""
    instant: datetime = need.updated_at
    return instant.astimezone(UTC).isoformat()


async def is_own(need: Need, person: Person) -> bool:
    """Return whether the person acts for the enterprise of the need."""
    return await Delegate.exists(registration_id=need.registration_id, person_id=person.id)


async def _locked(need: Need, by: Person, *states: NeedState, seen: str = "") -> Need:
    """Return the need, locked. by: the reviewer. seen: the version on the reviewer's page, "" if not known."""
    now = await lock(Need, need.id)
    if now is None or now.state == NeedState.WITHDRAWN:
        raise NotFound
    if await is_own(now, by):
        raise OwnNeed
    if now.state not in states:
        raise NotWaiting
    if seen and seen != version_of(now):
        raise SinceChanged
    return now


async def _hold(need: Need, by: Person, *, is_over: bool = False) -> None:
    """Make the person the reviewer of the locked need for a while. is_over: take it from another one."""
    now = datetime.now(UTC)
    hold = await NeedHold.get_or_none(need_id=need.id).select_related("person")
    if hold is None:
        await NeedHold.create(need_id=need.id, person_id=by.id, until=now + HOLD)
        return
    if hold.person_id != by.id and hold.until > now and not is_over:
        raise TakenByAnother(own_spelling(hold.person, by.locale) or hold.person.email)
    await write(hold, person_id=by.id, until=now + HOLD)


@atomic
async def take(need: Need, by: Person) -> None:
    """Make the person the reviewer of the need, also if another one has it. Raises OwnNeed, NotWaiting."""
    await _hold(await _locked(need, by, NeedState.SUBMITTED), by, is_over=True)


@atomic
async def remark(need: Need, values: RemarkValues, by: Person) -> None:
    """Add a remark, which the enterprise gets when the need is sent back.

    Raises OwnNeed, TakenByAnother, NotWaiting, TooManyRemarks.
    """
    now = await _locked(need, by, NeedState.SUBMITTED)
    await _hold(now, by)
    if await NeedRemark.filter(need_id=now.id, settled_at=None).count() >= MAX_REMARKS:
        raise TooManyRemarks
    await NeedRemark.create(need_id=now.id, by_id=by.id, **values.columns())


@atomic
async def drop_remark(need: Need, given: NeedRemark, by: Person) -> None:
    """Take a remark back; one that was sent counts as answered. Raises OwnNeed, TakenByAnother, NotWaiting."""
    now = await _locked(need, by, NeedState.SUBMITTED)
    await _hold(now, by)
    if given.sent_at is None:
        await given.delete()
    else:
        await NeedRemark.filter(id=given.id).update(settled_at=datetime.now(UTC))


@atomic
async def send_back(need: Need, by: Person) -> None:
    """Send the need back with its remarks, and tell the enterprise.

    Raises OwnNeed, NoRemarks, TakenByAnother, NotWaiting.
    """
    now = await _locked(need, by, NeedState.SUBMITTED)
    await _hold(now, by)
    if not await NeedRemark.exists(need_id=now.id, settled_at=None):
        raise NoRemarks
    await NeedRemark.filter(need_id=now.id, sent_at=None).update(sent_at=datetime.now(UTC))
    await _end(now, NeedAct.RETURNED, NeedState.RETURNED, by)
    await _tell_returned(now)


@atomic
async def approve(need: Need, by: Person, *, seen: str = "") -> None:
    """Approve the need: experts see it, unless it has to wait for the secrecy review. The enterprise is told.

    seen: the version on the reviewer's page. Raises OwnNeed, OpenRemarks, TakenByAnother, NotWaiting,
    SinceChanged.
    """
    now = await _locked(need, by, NeedState.SUBMITTED, seen=seen)
    await _hold(now, by)
    if await NeedRemark.exists(need_id=now.id, sent_at=None):
        raise OpenRemarks
    await NeedRemark.filter(need_id=now.id, settled_at=None).update(settled_at=datetime.now(UTC))
    event = await _event_of(now)
    state = shown_if(event, is_cleared=now.is_cleared)
    await _end(now, NeedAct.APPROVED, state, by)
    await _tell_approved(now, state)


@atomic
async def clear(need: Need, values: ClearanceValues, by: Person, *, seen: str = "") -> None:
    """Record the secrecy review of the need; an approved need is then published.

    seen: the version on the reviewer's page. Raises OwnNeed, NotWaiting, SinceChanged.
    """
    now = await _locked(need, by, *REVIEWABLE, seen=seen)
    if now.is_cleared:
        raise NotWaiting
    await NeedClearance.create(need_id=now.id, by_id=by.id, **values.columns())
    state = NeedState.PUBLISHED if now.state == NeedState.APPROVED else now.state
    await history.record(now.id, NeedAct.CLEARED, by, now, {"state": state})
    is_published = state != now.state
    await write(now, is_cleared=True, state=state)
    if is_published:
        await _tell_approved(now, state)


async def _end(need: Need, act: NeedAct, state: NeedState, by: Person) -> None:
    await history.record(need.id, act, by, need, {"state": state})
    await write(need, state=state)
    await NeedHold.filter(need_id=need.id).delete()


async def _event_of(need: Need) -> Event:
    party = await Registration.get(id=need.registration_id).select_related("event")
    event: Event = party.event
    return event


async def _tell_returned(need: Need) -> None:
    number = await NeedRemark.filter(need_id=need.id, settled_at=None).count()
    await _tell(need, lambda path: NeedReturned(path=path, title=need.title, remarks=number))


async def _tell_approved(need: Need, state: NeedState) -> None:
    is_published = state == NeedState.PUBLISHED
    await _tell(need, lambda path: NeedApproved(path=path, title=need.title, is_published=is_published))


async def _tell(need: Need, made: Callable[[str], EventEmail]) -> None:
    """E-mail everybody who acts for the enterprise. made: the e-mail for the path of the need."""
    event = await _event_of(need)
    email = made(f"/e/{event.slug}/me/needs/{need.id}")
    number = await NeedRevision.filter(need_id=need.id).count()
    delegates = await Delegate.filter(registration_id=need.registration_id).order_by("id").select_related("person")
    await mail.queue_all(
        mail.email_to(each.person, event, f"need:{need.id}:{number}:{each.person_id}", email)
        for each in delegates
        if each.person.has_address
    )


# Rules of the event -----------------------------------------------------------------------------------------------


@atomic
async def set_rules(event: Event, rules: ReviewRuleValues, *, edit: Edit) -> None:
    """Set whether needs are reviewed, and whether their secrecy review has to be recorded. Raises EditConflict.

    Published needs without a recorded secrecy review are hidden at once, and shown again once none is required.
    """
    merged = await save(event, rules, edit)
    if "clears_needs" not in merged.changed:
        return
    needs = Need.filter(registration__event_id=event.id, is_cleared=False)
    before, after = NeedState.PUBLISHED, NeedState.APPROVED
    if not merged.values.clears_needs:
        before, after = after, before
    ids = [int(str(id)) for id in await needs.filter(state=before).values_list("id", flat=True)]
    await Need.filter(id__in=ids, state=before).update(state=after, updated_at=datetime.now(UTC))
