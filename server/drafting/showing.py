"""What the pages of translations show about machine drafts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from i18n import Message
from server.drafting import choosing, service, spending
from server.drafting.choosing import Choice
from server.drafting.service import OrderView
from server.drafting.wording import FAULTS
from server.models import DraftFault, Event
from server.settings import Settings
from server.translations.work import Reach, Work, WorkList


@dataclass(frozen=True)
class Offer:
    """What a machine can draft now. engine: its name. host: to which texts go, "" if they stay on this server.

    left: characters that may be sent today.
    """

    engine: str
    host: str
    choice: Choice
    left: int


@dataclass(frozen=True)
class ShownDrafts:
    """orders: under way, or with faults that nobody has dismissed. offer: for the chosen language, None without an
    engine.
    """

    orders: Sequence[OrderView]
    offer: Offer | None
    faults: Mapping[DraftFault, Message]

    @property
    def is_under_way(self) -> bool:
        return any(view.order.ended_at is None for view in self.orders)

    def of(self, locale: str) -> OrderView | None:
        """Return the order into a language."""
        return next((view for view in self.orders if view.order.locale == locale), None)


async def shown_drafts(event: Event, work: WorkList, reach: Reach, locale: str, settings: Settings) -> ShownDrafts:
    """Return what to show to an organiser or a translator. At most seven queries."""
    orders, engine = await service.open_orders(event), settings.engine
    if engine is None or not locale:
        return ShownDrafts(orders, None, FAULTS)
    choice = await choosing.chosen(event, work, reach, locale, engine)
    left = max(settings.translate_budget - await spending.spent_today(), 0)
    return ShownDrafts(orders, Offer(engine.name, engine.host, choice, left), FAULTS)


@dataclass(frozen=True)
class ShownDraft:
    """What a machine can do for one text. host, left: as in `Offer`.

    is_under_way: a draft is being made. fault: why the last try gave none. is_offered: the text may go to the engine.
    """

    host: str
    left: int
    is_under_way: bool
    fault: Message | None
    is_offered: bool


async def shown_draft(event: Event, work: WorkList, each: Work, reach: Reach, settings: Settings) -> ShownDraft | None:
    """Return what to show beside one text, None without an engine, or if people have translated it. At most seven
    queries.
    """
    engine = settings.engine
    if engine is None or not choosing.is_open(each):
        return None
    key, orders = each.piece.key, await service.open_orders(event)
    faults = [fault for view in orders if (fault := view.fault_of(key, each.locale)) is not None]
    choice = await choosing.chosen(event, work, reach, each.locale, engine)
    return ShownDraft(
        host=engine.host,
        left=max(settings.translate_budget - await spending.spent_today(), 0),
        is_under_way=any(view.is_making(key, each.locale) for view in orders),
        fault=FAULTS[faults[0]] if faults else None,
        is_offered=any(one.piece.key == key for one in choice.works),
    )
