"""Organisations to which an event passes data of participants, each with its own consent."""

from typing import Any

from tortoise import fields

from server.models import base


class Recipient(base.Removable):
    """A recipient of data. country: ISO code. purpose: {locale: text}, what the recipient uses the data for.

    A removed row stays, so that the transfer register and people's consents still name the recipient.
    """

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="recipients")
    name = fields.CharField(max_length=base.NAME)
    country = fields.CharField(max_length=2)
    purpose: dict[str, str] = base.json_field()

    class Meta:
        table = "recipient"
        manager = base.NotRemoved()
        indexes = (("event", "id"),)
