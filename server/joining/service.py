"""Merge one registration of an enterprise into another, or mark the two as different firms. One transaction each."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tortoise.expressions import Q

from i18n import Message, _
from server import behalf
from server.db import atomic
from server.errors import Refused
from server.joining import finding, telling
from server.joining.deciding import decide, decision, filled
from server.models import (
    CalendarEntry,
    ChangeRequest,
    Correction,
    Delegate,
    Departure,
    Event,
    Need,
    NeedState,
    Participation,
    Person,
    PresenceRequest,
    Registration,
    StoredFile,
    Wish,
)
from server.models.needs import MAX_NEEDS
from server.models.registrations import MAX_DELEGATES
from server.registrations import agreeing, farewell

log = logging.getLogger(__name__)
# Columns that the kept registration takes over where its own are empty, each group together.
FILLED: Sequence[tuple[str, ...]] = (("presence", "available"), ("languages", "levels"))


class NotTwice(Refused):
    """The two registrations cannot be one enterprise, or one of them no longer takes part."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "These registrations can no longer be joined: one registration is withdrawn, has another "
                "name, or belongs to another enterprise."
            )
        )


class TooMuch(Refused):
    """The merged registration would exceed the limits of delegates or needs."""


@dataclass(frozen=True)
class Moves:
    """What merging moves, as ids of rows.

    doubled_*: rows that the kept registration already has. own: delegates of the kept registration. all_delegates,
    all_needs: numbers after the merge. meetings: published meetings that are cancelled. requests: open absence
    requests.
    """

    own: Sequence[Delegate]
    people: Sequence[Delegate]
    doubled_people: Sequence[Delegate]
    needs: Sequence[Need]
    doubled_needs: int
    wishes_by: Sequence[int]
    wishes_about: Sequence[int]
    doubled_wishes: int
    corrections: Sequence[int]
    doubled_corrections: Sequence[int]
    meetings: Sequence[CalendarEntry]
    requests: Sequence[int]
    all_needs: int

    @property
    def all_delegates(self) -> int:
        return len(self.own) + len(self.people)

    @property
    def refusal(self) -> Message | None:
        """Why the two cannot be merged now, or None."""
        if self.all_delegates > MAX_DELEGATES:
            # Translators: number, most: numbers of delegates
            return _(
                "Delegates of both registrations together: %(number)s. An enterprise can have at most %(most)s. "
                "Remove some delegates first.",
                number=self.all_delegates,
                most=MAX_DELEGATES,
            )
        if self.all_needs > MAX_NEEDS:
            # Translators: number, most: numbers of needs
            return _(
                "Needs of both registrations together: %(number)s. An enterprise can post at most %(most)s. "
                "Withdraw some needs first.",
                number=self.all_needs,
                most=MAX_NEEDS,
            )
        return None


async def moves(kept: Registration, joined: Registration) -> Moves:
    """Return what merging joined into kept would move. Ten queries."""
    own, people, doubled_people = await _delegates(kept, joined)
    needs, doubled_needs, all_needs = await _needs(kept, joined)
    by, about, doubled_wishes = await _wishes(kept, joined)
    corrections, doubled_corrections = await _corrections(kept, joined)
    return Moves(
        own=own,
        people=people,
        doubled_people=doubled_people,
        needs=needs,
        doubled_needs=doubled_needs,
        wishes_by=by,
        wishes_about=about,
        doubled_wishes=doubled_wishes,
        corrections=corrections,
        doubled_corrections=doubled_corrections,
        meetings=await farewell.published_meetings_of(joined),
        requests=await _requests(joined),
        all_needs=all_needs,
    )


async def _delegates(kept: Registration, joined: Registration) -> tuple[list[Delegate], list[Delegate], list[Delegate]]:
    """Return the delegates of kept, those who move to it, and rows of joined whose people are already delegates of
    kept.
    """
    own, theirs = [
        await Delegate.filter(registration_id=party.id).order_by("id").select_related("person")
        for party in (kept, joined)
    ]
    there = {each.person_id for each in own}
    moving = [each for each in theirs if each.person_id not in there]
    return own, moving, [each for each in theirs if each.person_id in there]


async def _needs(kept: Registration, joined: Registration) -> tuple[list[Need], int, int]:
    """Return the needs that move, how many are doubled, and how many kept would have.

    A need is doubled if kept has one with the same content and state.
    """
    own, theirs = [
        await Need.filter(registration_id=party.id).exclude(state=NeedState.WITHDRAWN).order_by("id")
        for party in (kept, joined)
    ]
    there = {(need.title, need.text, need.state) for need in own}
    moving = [need for need in theirs if (need.title, need.text, need.state) not in there]
    return moving, len(theirs) - len(moving), len(own) + len(moving)


async def _wishes(kept: Registration, joined: Registration) -> tuple[list[int], list[int], int]:
    of_kept = await Wish.filter(Q(by_id=kept.id) | Q(about_id=kept.id)).values("by_id", "about_id")
    of_joined = await Wish.filter(Q(by_id=joined.id) | Q(about_id=joined.id)).order_by("id")
    taken = {(row["by_id"], row["about_id"]) for row in of_kept}
    by = [each.id for each in of_joined if each.by_id == joined.id and (kept.id, each.about_id) not in taken]
    about = [each.id for each in of_joined if each.about_id == joined.id and (each.by_id, kept.id) not in taken]
    return by, about, len(of_joined) - len(by) - len(about)


async def _corrections(kept: Registration, joined: Registration) -> tuple[list[int], list[int]]:
    """Return ids of corrections that move and that are doubled; corrections that were taken back always move as
    history.
    """
    standing = Correction.filter(enterprise_id=kept.id, stands=True)
    taken = {row["expert_id"] for row in await standing.values("expert_id")}
    theirs = await Correction.filter(enterprise_id=joined.id).order_by("id")
    doubled = [each.id for each in theirs if each.stands and each.expert_id in taken]
    return [each.id for each in theirs if each.id not in doubled], doubled


async def _requests(joined: Registration) -> list[int]:
    found = PresenceRequest.filter(registration_id=joined.id, decided_at=None).order_by("id")
    return [row["id"] for row in await found.values("id")]


# Deciding ---------------------------------------------------------------------------------------------------------


@atomic
async def join(kept: Registration, joined: Registration, organiser: Person) -> None:
    """Move everything from joined to kept, withdraw joined for good, and tell the people of both by e-mail.

    A second call changes nothing. Raises NotTwice and TooMuch.
    """
    rows = await _locked(kept, joined)
    decided = await decision(kept, joined)
    if decided is not None and decided.kept_id == kept.id:
        return
    if decided is not None or not await _are_alike(*rows):
        raise NotTwice
    found = await moves(kept, joined)
    if found.refusal is not None:
        raise TooMuch(found.refusal)
    row = await decide(kept, joined, organiser, kept=kept)
    await _move(found, kept, joined, organiser)
    await _settle(*rows)
    event = await Event.get(id=kept.event_id)
    for party in rows:
        await behalf.note(event.id, organiser, "joined", party=party)
    await telling.tell_joined(row, kept, found.own, joined, found.people, found.meetings)
    log.info("person %s has joined registration %s into %s", organiser.id, joined.id, kept.id)


@atomic
async def tell_apart(one: Registration, other: Registration, organiser: Person) -> None:
    """Store that the two are different firms, so that nobody is asked again. A second call changes nothing."""
    rows = await _locked(one, other)
    decided = await decision(one, other)
    if decided is not None and decided.kept_id is None:
        return
    if decided is not None or not await _are_alike(*rows):
        raise NotTwice
    await decide(one, other, organiser, kept=None)
    log.info("person %s says that registrations %s and %s are two firms", organiser.id, one.id, other.id)


async def _locked(kept: Registration, joined: Registration) -> list[Registration]:
    """Return both registrations as stored, after locking them and all registrations with a wish or correction about
    them.

    Rows are locked in the order of their ids. Saving a wish locks the registration of its author, so that no wish about
    either of the two changes meanwhile.
    """
    both = [kept.id, joined.id]
    wishes = await Wish.filter(Q(by_id__in=both) | Q(about_id__in=both)).values_list("by_id", "about_id")
    corrections = await Correction.filter(enterprise_id__in=both).values_list("expert_id", flat=True)
    ids = {*both, *(id for pair in wishes for id in pair), *(int(str(id)) for id in corrections)}
    rows = await Registration.filter(id__in=sorted(ids)).order_by("id").select_for_update(no_key=True)
    by_id = {row.id: row for row in rows}
    return [by_id[id] for id in both]


async def _are_alike(one: Registration, other: Registration) -> bool:
    """Return whether both registrations still exist with similar names."""
    event = await Event.get(id=one.event_id)
    return any({one.id, other.id}.issubset(group) for group in await finding.groups(event))


async def _move(found: Moves, kept: Registration, joined: Registration, organiser: Person) -> None:
    now = datetime.now(UTC)
    await Delegate.filter(id__in=[each.id for each in found.people]).update(registration_id=kept.id)
    for each in found.doubled_people:
        await _merge_person(each, kept)
    needs = [each.id for each in found.needs]
    await Need.filter(id__in=needs).update(registration_id=kept.id)
    await StoredFile.filter(need_id__in=needs).update(registration_id=kept.id)
    await Wish.filter(id__in=found.wishes_by).update(by_id=kept.id)
    await Wish.filter(id__in=found.wishes_about).update(about_id=kept.id)
    await Correction.filter(id__in=found.doubled_corrections).update(
        stands=None, taken_back_at=now, taken_back_by_id=organiser.id
    )
    await Correction.filter(id__in=[*found.corrections, *found.doubled_corrections]).update(enterprise_id=kept.id)
    # Decided requests move as well: they belong to the same people. If both have an open request, each is decided
    # separately.
    await PresenceRequest.filter(registration_id=joined.id).update(registration_id=kept.id)
    # What was asked for about joined has no place in kept, which has its own profile.
    await ChangeRequest.filter(registration_id=joined.id, stands=True).delete()
    # If a delegate who has left joined comes back, they come back to kept.
    await Departure.filter(registration_id=joined.id, is_whole=False).update(registration_id=kept.id)


async def _merge_person(delegate: Delegate, kept: Registration) -> None:
    """Keep one delegate row for a person who acts for both, with the record that they are at the event once."""
    standing = await Delegate.get(registration_id=kept.id, person_id=delegate.person_id)
    await Participation.filter(delegate_id=delegate.id).update(delegate_id=standing.id)
    for need in await Need.filter(registration_id=delegate.registration_id):
        if delegate.id in (need.delegates or ()):
            named = [standing.id if id == delegate.id else id for id in need.delegates or ()]
            await Need.filter(id=need.id).update(delegates=named)
    await delegate.delete()


async def _settle(kept: Registration, joined: Registration) -> None:
    """Withdraw joined. Complete kept: it takes part if either did, and takes over columns that it lacks."""
    now = datetime.now(UTC)
    columns: dict[str, Any] = {"registered_at": kept.registered_at or joined.registered_at, "updated_at": now}
    columns |= filled(kept, joined, FILLED)
    await Registration.filter(id=kept.id).update(**columns)
    await Registration.filter(id=joined.id).update(withdrawn_at=now, updated_at=now)
    for party in (kept, joined):
        await agreeing.update_agreed_at(party)
