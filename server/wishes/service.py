"""Save wishes. Each public function is one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass

from i18n import _, ngettext_
from server.barring.rules import bars
from server.db import atomic, lock
from server.errors import NotFound, Refused
from server.models import Event, Registration, Side, Wish, WishKind
from server.needs import ending
from server.wishes import telling


class NotTakingPart(Refused):
    """Only parties whose registration is complete and not withdrawn can have wishes."""

    def __init__(self, *, is_withdrawn: bool) -> None:
        super().__init__(
            _("The registration is withdrawn.")
            if is_withdrawn
            else _("Complete your registration first. Then you can mark your wishes.")
        )


class NoTopWishLeft(Refused):
    """The party has as many top wishes as the event allows. number: how many these are."""

    def __init__(self, number: int) -> None:
        super().__init__(
            ngettext_(
                "You have used your %(num)s top wish. Remove it first.",
                "You have used all your %(num)s top wishes. Remove one of them first.",
                number,
            )
        )


@dataclass(frozen=True)
class Saved:
    """A wish that was saved. was: the wish before. given_back: the party whose top wish became an ordinary one."""

    was: WishKind | None
    given_back: int | None


@atomic
async def wish(
    by: Registration,
    about_id: int,
    kind: WishKind | None,
    *,
    instead_of: int | None = None,
    becomes: WishKind | None = WishKind.LIKE,
) -> Saved:
    """Save a wish of `by` about a party of the other side; None takes the wish back. Returns what it replaces.

    instead_of: the party whose top wish is given back if no top wish is left. becomes: the lesser wish about it, or
    None for no wish. Raises NotTakingPart for drafts, withdrawn parties and parties without consent, NotFound if the
    other party does not exist, take part or have consent or if a rule bars the two from meeting, and NoTopWishLeft.
    """
    # Both, in one order: of two sides that wish at once, the later one sees that both want to meet.
    for id in sorted({by.id, about_id}):
        await lock(Registration, id)
    event, stored = await Event.get(id=by.event_id), await _with_names(by.id, by.event_id)
    if stored is None or not stored.is_shown:
        raise NotTakingPart(is_withdrawn=stored is not None and stored.withdrawn_at is not None)
    about = await _with_names(about_id, by.event_id)
    if about is None or about.side == by.side or not about.is_shown or bars(event, stored, about):
        raise NotFound
    before = await Wish.get_or_none(by_id=by.id, about_id=about.id)
    given_back = None
    if kind == WishKind.MUST and (before is None or before.kind != kind):
        given_back = await _make_room(event, stored, instead_of)
    if given_back is not None:
        await _put(event, stored, given_back, becomes)
    await _put(event, stored, about, kind)
    await telling.take_back_reminders(event, stored)
    return Saved(before.kind if before else None, given_back.id if given_back else None)


async def _put(event: Event, by: Registration, about: Registration, kind: WishKind | None) -> None:
    """Write down a wish and what follows from it."""
    if kind is None:
        await Wish.filter(by_id=by.id, about_id=about.id).delete()
    else:
        await Wish.update_or_create(by_id=by.id, about_id=about.id, defaults={"event_id": event.id, "kind": kind})
    await telling.tell(event, by, about)


async def _with_names(id: int, event_id: int) -> Registration | None:
    return await Registration.filter(id=id, event_id=event_id).select_related("person", "organisation").first()


def most_top_wishes(event: Event, side: Side) -> int | None:
    """Return how many top wishes a party of this side can have, None for any number."""
    return event.expert_top_wishes if side == Side.EXPERT else event.enterprise_top_wishes


async def _make_room(event: Event, by: Registration, instead_of: int | None) -> Registration | None:
    """Return the party whose top wish is given back so that `by`, whose row is locked, may have one more; None if a top
    wish is left. Raises NoTopWishLeft.
    """
    most = most_top_wishes(event, by.side)
    held = await _top_wishes(event, by)
    if most is None or len(held) < most:
        return None
    # A limit that was lowered since can take more than one.
    given_back = held.get(instead_of or 0)
    if given_back is None or len(held) > most:
        raise NoTopWishLeft(most)
    return given_back


async def _top_wishes(event: Event, by: Registration) -> Mapping[int, Registration]:
    """Return by id whom the party has top wishes about, as long as it sees them. An expert's wish about an enterprise
    whose needs have all ended does not count.
    """
    rows = Wish.filter(by_id=by.id, kind=WishKind.MUST, about__withdrawn_at=None, about__agreed_at__not_isnull=True)
    parties = [wish.about for wish in await rows.select_related("about__person", "about__organisation")]
    over = await ending.without_needs(event, [party.id for party in parties if party.side == Side.ENTERPRISE])
    return {party.id: party for party in parties if party.id not in over and not bars(event, by, party)}
