"""An event: its texts, days, slots, halls, tables and what takes presence away."""

from typing import Any

from tortoise import fields

from server.models import base

LEAST_VALUE = 0.35  # below it a meeting that nobody wished fills a slot and no more


class Event(base.Row):
    """What the organiser runs. name, description, place: {locale: text}; locales: interface languages offered.

    expert_min_meetings, enterprise_min_meetings: what is promised to everyone of a side who can be there; the plan's
    first tier counts what is short of it. serves_every_need: one meeting at least is promised to each enterprise that
    has published a need. expert_max_meetings, enterprise_max_meetings: how many meetings one of a side gets at most,
    None for a limit made of slots and sizes. least_value: what a pair has to be worth, in [0, 1], to be planned though
    neither side wished it. own_topics: entries that organisers add to the topic scheme for this event,
    in the shape of its files; None for none.
    """

    slug = fields.CharField(max_length=64, unique=True)
    name: dict[str, str] = base.json_field()
    description: dict[str, str] = base.json_field(default=dict)
    place: dict[str, str] = base.json_field(default=dict)
    time_zone = fields.CharField(max_length=base.ZONE)
    locales: list[str] = base.json_field()
    registration_opens_at = fields.DatetimeField()
    registration_closes_at = fields.DatetimeField()
    grid: dict[str, Any] = base.json_field(default=dict)
    expert_min_meetings = fields.IntField(default=0)
    enterprise_min_meetings = fields.IntField(default=0)
    serves_every_need = fields.BooleanField(default=False, db_default=False)
    expert_max_meetings: int | None = fields.IntField(null=True)
    enterprise_max_meetings: int | None = fields.IntField(null=True)
    least_value = fields.FloatField(default=LEAST_VALUE, db_default=LEAST_VALUE)
    own_topics: list[dict[str, Any]] | None = base.json_field(null=True)

    class Meta:
        table = "event"


class FormerAddress(base.Row):
    """An address that an event had before: it leads to the event for ever, and no other event is given it."""

    slug = fields.CharField(max_length=64, unique=True)
    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="former_addresses")

    class Meta:
        table = "former_address"


class Slot(base.Removable):
    """The shortest plannable interval, half-open. day: the venue's calendar date. One row for each start, ever."""

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="slots")
    start_at = fields.DatetimeField()
    end_at = fields.DatetimeField()
    day = fields.DateField()

    class Meta:
        table = "slot"
        manager = base.NotRemoved()
        unique_together = (("event", "start_at"),)


class Hall(base.Removable):
    """A room holding tables. name: {locale: text}."""

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="halls")
    name: dict[str, str] = base.json_field()
    position = fields.IntField(default=0)

    class Meta:
        table = "hall"
        manager = base.NotRemoved()


class Table(base.Removable):
    """Furniture where a meeting sits; number is what stands on its sign."""

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="tables")
    hall_id: int
    hall: Any = fields.ForeignKeyField("server.Hall", related_name="tables")
    number = fields.IntField()

    class Meta:
        table = "venue_table"
        manager = base.NotRemoved()
        unique_together = (("event", "number"),)


class PlenaryItem(base.Row):
    """An opening, a lunch, a visit: takes the presence of a side (or of both: '') away while it lasts."""

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="plenary_items")
    name: dict[str, str] = base.json_field()
    start_at = fields.DatetimeField()
    end_at = fields.DatetimeField()
    side = fields.CharField(max_length=16, default="")

    class Meta:
        table = "plenary_item"
