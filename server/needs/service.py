"""Publish, change and withdraw needs. Each public function is one transaction."""

from collections.abc import AsyncIterator, Mapping
from datetime import date, datetime
from typing import Any

from i18n import LOCALES, _, formats, ngettext_
from server.db import atomic, lock
from server.edits import UNSEEN, Edit, columns_of, drawn_from, write
from server.errors import NotFound, Refused, refuse_first
from server.models import Event, Need, NeedState, Registration
from server.models.needs import MAX_NEEDS
from server.needs.values import NeedValues
from server.pages import zone_of
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
    is_new = need is None or deadline != need.deadline or (is_published and need.state != NeedState.PUBLISHED)
    if deadline is not None and is_new and (refusal := await _past(registration.event_id, deadline)):
        yield refusal


async def _is_full(registration: Registration) -> bool:
    standing = Need.filter(registration_id=registration.id).exclude(state=NeedState.WITHDRAWN)
    return await standing.count() >= MAX_NEEDS


@atomic
async def post(registration: Registration, values: NeedValues) -> Need:
    """Create a need of the enterprise. Raises TooManyNeeds and PastDeadline.

    If the enterprise has a need with equal FIELDS, return that one instead, so that a form sent twice creates one need;
    if that one is a draft, it is published. Its other columns, such as confidentiality, stay.
    """
    await lock(Registration, registration.id)
    standing = Need.filter(registration_id=registration.id).exclude(state=NeedState.WITHDRAWN)
    alike = await standing.filter(title=values.title, text=values.text).order_by("id")
    same = next((need for need in alike if _says_the_same(need, values)), None)
    if same is not None and same.state == NeedState.PUBLISHED:
        return same
    if same is not None:
        return await _changed(same, {"state": values.state})
    await refuse_first(refusals(registration, None, deadline=values.deadline, is_published=False))
    return await Need.create(registration_id=registration.id, **values.columns())


FIELDS = (
    *("title", "text", "tried", "acceptance", "topics", "must_topics", "modes", "readiness", "deadline", "budget"),
    *("rights", "decision_owner", "confidentiality", "is_released", "state"),
)


def _says_the_same(need: Need, values: NeedValues) -> bool:
    posted = Need(registration_id=need.registration_id, **values.columns())
    names = [name for name in FIELDS if name != "state"]
    return drawn_from(columns_of(need, names)) == drawn_from(columns_of(posted, names))


@atomic
async def change(need: Need, values: NeedValues, edit: Edit = UNSEEN) -> Need:
    """Save the values, those of FIELDS merged with what others saved, and return the need.

    The language of unchanged texts stays. A published need may keep a deadline that has passed. Raises EditConflict,
    PastDeadline, and NotFound if the need is withdrawn.
    """
    return await _changed(need, values.columns(), edit)


async def _changed(need: Need, values: Mapping[str, Any], edit: Edit = UNSEEN) -> Need:
    now = await lock(Need, need.id)
    if now is None or now.state == NeedState.WITHDRAWN:
        raise NotFound
    fields = {name: value for name, value in values.items() if name in FIELDS}
    changed = edit.merged(fields, columns_of(now, fields))
    others = {name: value for name, value in values.items() if name not in FIELDS}
    registration = await Registration.get(id=now.registration_id)
    is_published = changed.get("state", now.state) == NeedState.PUBLISHED
    await refuse_first(refusals(registration, now, deadline=changed.get("deadline", UNSET), is_published=is_published))
    if (now.title, now.text) == (changed.get("title", now.title), changed.get("text", now.text)):
        others.pop("text_locale", None)
    await write(now, {**others, **changed})
    return await Need.get(id=need.id)


async def _past(event_id: int, deadline: date) -> PastDeadline | None:
    today = datetime.now(zone_of(await Event.get(id=event_id))).date()
    return PastDeadline(today) if deadline <= today else None


@atomic
async def add_topic(need: Need, topic: str) -> None:
    """Add a topic to the need, up to the limit."""
    await lock(Registration, need.registration_id)
    now = await lock(Need, need.id)
    if now is not None and topic not in now.topics and len(now.topics) < MAX_TOPICS:
        await write(now, {"topics": [*now.topics, topic]})


@atomic
async def withdraw_need(need: Need) -> None:
    """Hide the need and exclude it from the next plan; its published meetings stay until then."""
    await Need.filter(id=need.id).update(state=NeedState.WITHDRAWN)
