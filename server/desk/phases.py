"""The phases of an event on the organisers' desk: preparing, the week before, and the days of the event."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from i18n import Message, _, pgettext_
from server.models import Event

WEEK = timedelta(days=7)


class Phase(StrEnum):
    """A part of the work on an event."""

    PREPARING = "preparing"
    WEEK = "week"
    DAY = "day"


NAMES: Mapping[Phase, Message] = {
    Phase.PREPARING: pgettext_("phase", "Preparing"),
    Phase.WEEK: _("The week before"),
    Phase.DAY: _("Days of the event"),
}


def phase_of(today: date, first: date | None) -> Phase:
    """Return the phase on a day at the venue. first: day of the event, None while there are no slots.

    The days after the event belong to the last phase.
    """
    if first is None or today < first - WEEK:
        return Phase.PREPARING
    return Phase.WEEK if today < first else Phase.DAY


@dataclass(frozen=True)
class Step:
    """A step on the scale of an event. first, last: its days at the venue; None if not known yet.

    is_done: it is over, or has happened.
    """

    name: Message
    first: date | None
    last: date | None
    is_done: bool


@dataclass(frozen=True)
class Scale:
    """The steps of an event, and which of them is the present one, None once all are over."""

    steps: Sequence[Step]

    @property
    def current(self) -> int | None:
        return next((at for at, step in enumerate(self.steps) if not step.is_done), None)


def scale(event: Event, today: date, days: tuple[date, date] | None, published_on: date | None) -> Scale:
    """Return the scale of an event. days: its first and last day. published_on: when a plan was published first."""
    zone = ZoneInfo(event.time_zone)
    opens, closes = event.registration_opens_at.astimezone(zone), event.registration_closes_at.astimezone(zone)
    wishes: date | None = event.wishes_due_on
    first, last = days or (None, None)
    # Translators: steps of the preparation of an event, each with its days
    return Scale(
        [
            Step(pgettext_("step", "Registration"), opens.date(), closes.date(), closes.date() < today),
            Step(
                pgettext_("step", "Wishes"), None, wishes, bool(wishes and wishes < today) or published_on is not None
            ),
            Step(pgettext_("step", "Plan published"), published_on, published_on, published_on is not None),
            Step(_("Days of the event"), first, last, last is not None and last < today),
        ]
    )


@dataclass(frozen=True)
class NextDate:
    """A day to come that the organisers should know."""

    what: Message
    day: date


def next_date(event: Event, today: date, first: date | None, due: Sequence[date]) -> NextDate | None:
    """Return the next day on which something happens, None if nothing is set. due: days of open tasks."""
    zone = ZoneInfo(event.time_zone)
    known = [
        (pgettext_("date", "Registration opens"), event.registration_opens_at.astimezone(zone).date()),
        (pgettext_("date", "Registration closes"), event.registration_closes_at.astimezone(zone).date()),
        (_("Reminders to participants without wishes"), event.remind_on),
        (_("Last day for wishes"), event.wishes_due_on),
        (_("First day of the event"), first),
        *((_("A task of the checklist is due"), day) for day in due),
    ]
    coming = [NextDate(what, day) for what, day in known if day is not None and day >= today]
    return min(coming, key=lambda each: each.day, default=None)
