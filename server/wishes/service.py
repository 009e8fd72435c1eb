"""Wishing. Each public function is one transaction."""

from i18n import _
from server.db import atomic, lock
from server.errors import NotFound, Refused
from server.models import Registration, Wish, WishKind


class NotTakingPart(Refused):
    """Wishes are for those whose registration is complete and not withdrawn."""

    def __init__(self) -> None:
        super().__init__(_("Complete your registration first. Then you can say whom you want to meet."))


@atomic
async def wish(by: Registration, about_id: int, kind: WishKind | None) -> None:
    """Keep what `by` wishes about a party of the other side of the same event; None takes it back.

    Raises NotTakingPart for a draft or one that has left, and NotFound where there is no such party that takes part.
    """
    if not by.takes_part:
        raise NotTakingPart
    await lock(Registration, by.id)
    about = await Registration.get_or_none(
        id=about_id, event_id=by.event_id, registered_at__not_isnull=True, withdrawn_at=None
    )
    if about is None or about.side == by.side:
        raise NotFound
    if kind is None:
        await Wish.filter(by_id=by.id, about_id=about.id).delete()
        return
    await Wish.update_or_create(by_id=by.id, about_id=about.id, defaults={"event_id": by.event_id, "kind": kind})
