"""An event: texts, slots, halls, tables and programme items."""

from typing import Any

from tortoise import fields

from server.models import base

LEAST_VALUE = 0.35  # below this value a meeting without a wish is not worth a slot


class Event(base.Row):
    """An event. name, description, place: {locale: text}; locales: interface languages offered.

    expert_min_meetings, enterprise_min_meetings: meetings promised to every participant of a side who is available
    enough; the first tier of the plan counts the missing ones. serves_every_need: at least one meeting is promised to
    each enterprise with a published need. expert_max_meetings, enterprise_max_meetings: meeting limits, None for a
    limit computed from slots and numbers of participants. expert_max_consecutive, enterprise_max_consecutive:
    adjacent slots in a row in which a participant of the side has meetings, None for any number. least_value: least
    value of a pair in [0, 1] to be planned without a wish. walk_min: minutes that people need from one hall to
    another. own_topics: topics that organisers add to the topic scheme for this event, in the format of its files,
    or None. expert_top_wishes, enterprise_top_wishes: how many top wishes a party of a side can have, None for any
    number. wishes_due_on: day at the venue until which wishes are asked for, or None. tells_mutual_wishes: whether
    both sides get an e-mail once they want to meet each other. remind_on: day on which those without wishes are
    reminded by e-mail, None if nobody is to be. reviews_needs: a reviewer approves needs before experts see them.
    clears_needs: experts see only needs with a recorded secrecy review.
    suggests_profiles: experts may ask ORCID and ROR for suggestions.
    meeting_rules: which parties may not meet, as `server.barring.rules` reads them, or None.
    contact_email: where anybody can ask about the event, shown on its public page, or "".
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
    expert_max_consecutive: int | None = fields.IntField(null=True)
    enterprise_max_consecutive: int | None = fields.IntField(null=True)
    least_value = fields.FloatField(default=LEAST_VALUE, db_default=LEAST_VALUE)
    walk_min = fields.IntField(default=0, db_default=0)
    reviews_needs = fields.BooleanField(default=False, db_default=False)
    clears_needs = fields.BooleanField(default=False, db_default=False)
    own_topics: list[dict[str, Any]] | None = base.json_field(null=True)
    expert_top_wishes: int | None = fields.IntField(null=True)
    enterprise_top_wishes: int | None = fields.IntField(null=True)
    wishes_due_on: Any = fields.DateField(null=True)
    suggests_profiles = fields.BooleanField(default=False, db_default=False)
    tells_mutual_wishes = fields.BooleanField(default=True, db_default=True)
    remind_on: Any = fields.DateField(null=True)
    meeting_rules: list[dict[str, Any]] | None = base.json_field(null=True)
    contact_email = fields.CharField(max_length=254, default="", db_default="")

    class Meta:
        table = "event"


class FormerAddress(base.Row):
    """A former URL slug of an event: redirects to the event for ever; no other event gets it."""

    slug = fields.CharField(max_length=64, unique=True)
    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="former_addresses")

    class Meta:
        table = "former_address"


class Slot(base.Removable):
    """A shortest interval for a meeting, half-open. day: date at the venue. At most one row for each start."""

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
    """A room with tables. name: {locale: text}."""

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="halls")
    name: dict[str, str] = base.json_field()
    position = fields.IntField(default=0)

    class Meta:
        table = "hall"
        manager = base.NotRemoved()


class Table(base.Removable):
    """A table for one meeting at a time. number: as on its sign.

    closed: times at which no meeting takes place at it, as `server.presence.to_json` gives them; None for none.
    """

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="tables")
    hall_id: int
    hall: Any = fields.ForeignKeyField("server.Hall", related_name="tables")
    number = fields.IntField()
    closed: list[list[str]] | None = base.json_field(null=True)

    class Meta:
        table = "venue_table"
        manager = base.NotRemoved()
        unique_together = (("event", "number"),)


class PlenaryItem(base.Row):
    """A programme item (opening, lunch, visit): no meetings of a side, or of both (''), take place during it."""

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="plenary_items")
    name: dict[str, str] = base.json_field()
    start_at = fields.DatetimeField()
    end_at = fields.DatetimeField()
    side = fields.CharField(max_length=16, default="")

    class Meta:
        table = "plenary_item"
