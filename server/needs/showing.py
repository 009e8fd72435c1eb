"""Needs as pages show them, loaded."""

from typing import NamedTuple

from server.models import Need, NeedState, Registration
from server.needs.disclosure import ShownNeed, is_named, to_expert


class SeenNeed(NamedTuple):
    """A need as an expert reads it. enterprise: the name, "" while it is hidden."""

    need: ShownNeed
    enterprise: str


class BothViews(NamedTuple):
    """now: what experts read at once. agreed: what one reads once both sides want to meet, or meet."""

    now: SeenNeed
    agreed: SeenNeed


async def needs_of(party: Registration) -> list[Need]:
    """Return the needs that the enterprise has not withdrawn."""
    return await Need.filter(registration_id=party.id).exclude(state=NeedState.WITHDRAWN).order_by("id")


async def count_of(party: Registration) -> int:
    """Return how many needs the enterprise has."""
    return await Need.filter(registration_id=party.id).exclude(state=NeedState.WITHDRAWN).count()


async def as_experts_see(need: Need) -> BothViews:
    """Return a published need as experts see it. Two queries."""
    published = await Need.filter(registration_id=need.registration_id, state=NeedState.PUBLISHED)
    party = await Registration.get(id=need.registration_id).select_related("organisation")

    def seen(*, is_agreed: bool) -> SeenNeed:
        name = party.organisation.name if is_named(published, is_agreed=is_agreed) else ""
        return SeenNeed(to_expert(need, is_agreed=is_agreed), name)

    return BothViews(seen(is_agreed=False), seen(is_agreed=True))


async def need_at(id: int | None) -> Need | None:
    """Return the need of that id, also a withdrawn one."""
    return None if id is None else await Need.get_or_none(id=id)
