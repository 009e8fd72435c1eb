"""Publish, change and withdraw needs. Each public function is one transaction."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from i18n import LOCALES, _, formats, ngettext_
from server.audit import recording
from server.db import atomic, lock
from server.delegates.service import own_ids
from server.edits import UNSEEN, Edit, columns_of, drawn_from, write
from server.errors import NotFound, Refused, refuse_first
from server.models import Event, Need, NeedAct, NeedClearance, NeedState, Person, Registration
from server.models.needs import MAX_NEEDS
from server.needs import history
from server.needs.ending import day_at
from server.needs.states import FIELDS, REVIEWED, as_shown, review_columns, wish_of
from server.needs.values import NeedValues
from server.profiles import MAX_TOPICS
from server.values import UNSET, Unset


class TooManyNeeds(Refused):
    """The enterprise has as many needs as allowed."""

    def __init__(self) -> None:
        super().__init__(
            ngettext_(
                "An enterprise can post at most %(num)s need. Withdraw a need first.",
                "An enterprise can post at most %(num)s needs. Withdraw a need first.",
                MAX_NEEDS,
            )
        )


class PastDeadline(Refused):
    """The deadline of the need has passed. today: date at the venue."""

    status = 422
    field = "deadline"

    def __init__(self, today: date) -> None:
        super().__init__(
            # Translators: today: a date
            _(
                "Choose a date after today. Today at the venue is %(today)s.",
                today={code: formats.date(today, code) for code in LOCALES},
            )
        )


async def refusals(
    registration: Registration, need: Need | None, *, deadline: date | Unset | None, is_published: bool
) -> AsyncIterator[Refused]:
    """Yield why a need cannot be saved: see `server.forms.submit`.

    need: as stored, None for a new one. deadline: UNSET if not valid or not changed. is_published: whether the need
    will be visible to experts.
    """
    if need is None and await _is_full(registration):
        yield TooManyNeeds()
    if deadline is UNSET:
        deadline = need.deadline if need else None
    if deadline is not None:
        event = await Event.get(id=registration.event_id)
        if refusal := past_deadline(event, need, deadline, is_published=is_published):
            yield refusal


def past_deadline(
    event: Event, need: Need | None, deadline: date | None, *, is_published: bool, now: datetime | None = None
) -> PastDeadline | None:
    """Return why the deadline is refused, or None. A need that was published may keep a deadline that has passed.

    need: as stored, None for a new one. is_published: whether the need is to be published. now: None for the present.
    """
    is_kept = need is not None and deadline == need.deadline
    is_new = not is_kept or (is_published and need is not None and wish_of(need.state) == NeedState.DRAFT)
    today = day_at(event, now)
    return PastDeadline(today) if deadline is not None and is_new and deadline <= today else None


async def _is_full(registration: Registration) -> bool:
    standing = Need.filter(registration_id=registration.id).exclude(state=NeedState.WITHDRAWN)
    return await standing.count() >= MAX_NEEDS


@atomic
async def post(registration: Registration, values: NeedValues, *, by: Person | None = None) -> Need:
    """Create a need of the enterprise. by: who does it. Raises TooManyNeeds and PastDeadline.

    If the event's needs are reviewed, a need to be published waits for that.
    If the enterprise has a need with equal FIELDS, return that one instead, so that a form sent twice creates one need;
    if that one is a draft, it is published. Its other columns, such as confidentiality, stay.
    """
    await lock(Registration, registration.id)
    values = await _with_own_delegates(registration.id, values)
    standing = Need.filter(registration_id=registration.id).exclude(state=NeedState.WITHDRAWN)
    alike = await standing.filter(title=values.title, text=values.text).order_by("id")
    same = next((need for need in alike if _says_the_same(need, values)), None)
    if same is not None and wish_of(same.state) == NeedState.PUBLISHED:
        return same
    if same is not None:
        return await _changed(same, replace(NeedValues.of(same), state=values.state), by)
    await refuse_first(refusals(registration, None, deadline=values.deadline, is_published=False))
    event = await Event.get(id=registration.event_id)
    columns = {**values.columns(), **review_columns(event, None, values.state, (), datetime.now(UTC))}
    made = await Need.create(registration_id=registration.id, **columns)
    recording.about("need", made.id)
    await history.record(made.id, NeedAct.CREATED, by, None, {})
    return made


async def _with_own_delegates(party_id: int, values: NeedValues) -> NeedValues:
    """Return the values without delegates who are not of the enterprise, or have left it."""
    if values.delegates is UNSET:
        return values
    return replace(values, delegates=await own_ids(party_id, values.delegates))


def _says_the_same(need: Need, values: NeedValues) -> bool:
    posted = Need(registration_id=need.registration_id, **values.columns())
    names = [name for name in FIELDS if name != "state"]
    return drawn_from(columns_of(need, names)) == drawn_from(columns_of(posted, names))


@atomic
async def change(need: Need, values: NeedValues, edit: Edit = UNSEEN, *, by: Person | None = None) -> Need:
    """Save the values, those of FIELDS merged with what others saved, and return the need. by: who does it.

    The language of unchanged texts stays. What experts read is reviewed again if it has changed. A published need may
    keep a deadline that has passed. Raises EditConflict, PastDeadline, and NotFound if the need is withdrawn.
    """
    return await _changed(need, values, by, edit)


async def _changed(need: Need, values: NeedValues, by: Person | None, edit: Edit = UNSEEN) -> Need:
    now = await lock(Need, need.id)
    if now is None or now.state == NeedState.WITHDRAWN:
        raise NotFound
    merged = edit.merged(await _with_own_delegates(now.registration_id, values), as_shown(now))
    after = merged.values
    registration = await Registration.get(id=now.registration_id)
    is_published = after.state == NeedState.PUBLISHED
    await refuse_first(refusals(registration, now, deadline=after.deadline, is_published=is_published))
    edited = merged.without("state", "text_locale").columns()
    edited |= await _state_of(now, registration, after.state, edited)
    await history.record(now.id, NeedAct.SAVED, by, now, edited)
    is_said_anew = (now.title, now.text) != (after.title, after.text)
    await write(now, **edited, **({"text_locale": after.text_locale} if is_said_anew else {}))
    return await Need.get(id=need.id)


async def _state_of(
    now: Need, registration: Registration, wanted: NeedState, changed: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the columns that tell how far the need is. changed: what an edit changes of it."""
    names = [name for name, value in changed.items() if getattr(now, name) != value]
    event, at = await Event.get(id=registration.event_id), datetime.now(UTC)
    columns = review_columns(event, now, wanted, names, at)
    await _end_clearance(now, columns, at)
    return columns


@atomic
async def add_topic(need: Need, topic: str, *, by: Person | None = None) -> None:
    """Add a topic to the need, up to the limit; the need is reviewed again. by: who does it."""
    await lock(Registration, need.registration_id)
    now = await lock(Need, need.id)
    if now is None or now.state == NeedState.WITHDRAWN:
        return
    if topic not in now.topics and len(now.topics) < MAX_TOPICS:
        registration = await Registration.get(id=now.registration_id)
        edited: dict[str, Any] = {"topics": [*now.topics, topic]}
        edited |= await _state_of(now, registration, wish_of(now.state), edited)
        await history.record(now.id, NeedAct.SAVED, by, now, edited)
        await write(now, **edited)


@atomic
async def withdraw_need(need: Need, *, by: Person | None = None) -> None:
    """Hide the need and exclude it from the next plan; its published meetings stay until then.

    by: who does it. Raises NotFound.
    """
    now = await lock(Need, need.id)
    if now is None or now.state == NeedState.WITHDRAWN:
        raise NotFound
    await history.record(now.id, NeedAct.WITHDRAWN, by, None, {})
    # Of a need that was not published, published meetings go on to hide the title.
    hidden_at = None if now.state == NeedState.PUBLISHED else now.submitted_at or datetime.now(UTC)
    await write(now, state=NeedState.WITHDRAWN, submitted_at=hidden_at)


async def review_again(event: Event, need: Need, by: Person) -> None:
    """Have a locked need reviewed again whose author changed a translation or a file of it. by: the author.

    Call inside a transaction. Also the record of a secrecy review of a draft ends, so that it does not return with it.
    """
    if need.state == NeedState.WITHDRAWN:
        return
    at = datetime.now(UTC)
    columns = review_columns(event, need, wish_of(need.state), REVIEWED, at)
    await _end_clearance(need, columns, at)
    await history.record(need.id, NeedAct.SAVED, by, need, columns)
    # Written even if no column changes: pages that reviewers have open are then known to be old.
    await Need.filter(id=need.id).update(**columns, updated_at=at)


async def _end_clearance(need: Need, columns: Mapping[str, Any], at: datetime) -> None:
    if "is_cleared" in columns:
        await NeedClearance.filter(need_id=need.id, ended_at=None).update(ended_at=at)
