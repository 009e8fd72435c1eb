"""Counters that tell whether anything in an event has changed."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model


class Part(StrEnum):
    """A part of an event's data that changes by itself."""

    PEOPLE = "people"
    GRID = "grid"
    WISHES = "wishes"
    PUBLISHED = "published"
    TEXTS = "texts"


class EventChange(Model):
    """How many statements have changed a part of an event; raised by triggers, in the transaction of the change.

    writer: process id of the database connection on PostgreSQL, so that two transactions never wait for each other's
    counter; 0 on SQLite, and for the sum of connections that have been closed. There is no foreign key: deleting an
    event also deletes rows that raise its counter.
    """

    id = fields.BigIntField(primary_key=True)
    event_id = fields.IntField()
    part = fields.CharField(max_length=16)
    writer = fields.IntField()
    number = fields.BigIntField(default=0)

    class Meta:
        table = "event_change"
        unique_together = (("event_id", "part", "writer"),)
