"""Save wishes. Each public function is one transaction."""

from i18n import _
from server.db import atomic, lock
from server.errors import NotFound, Refused
from server.models import Registration, Wish, WishKind


class NotTakingPart(Refused):
    """Only parties whose registration is complete and not withdrawn can have wishes."""

    def __init__(self, *, is_withdrawn: bool) -> None:
        super().__init__(
            _("The registration is withdrawn.")
            if is_withdrawn
            else _("Complete your registration first. Then you can mark your wishes.")
        )


@atomic
async def wish(by: Registration, about_id: int, kind: WishKind | None) -> None:
    """Save a wish of `by` about a party of the other side; None takes the wish back.

    Raises NotTakingPart for drafts, withdrawn parties and parties without consent, and NotFound if the other party does
    not exist, take part or have consent.
    """
    stored = await lock(Registration, by.id)
    if stored is None or not stored.is_shown:
        raise NotTakingPart(is_withdrawn=stored is not None and stored.withdrawn_at is not None)
    about = await Registration.get_or_none(id=about_id, event_id=by.event_id)
    if about is None or about.side == by.side or not about.is_shown:
        raise NotFound
    if kind is None:
        await Wish.filter(by_id=by.id, about_id=about.id).delete()
        return
    await Wish.update_or_create(by_id=by.id, about_id=about.id, defaults={"event_id": by.event_id, "kind": kind})
