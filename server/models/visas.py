"""Rules of entry without a visa, as organisers know them."""

from typing import Any

from tortoise import fields

from server.models import base


class VisaRule(base.Row):
    """A rule by which people of a nationality enter the country of an event without a visa.

    nationality: ISO code of the passport's country. purpose: of stays that the rule covers, in the organiser's words.
    days: longest stay. valid_until: last day of entry, NULL if the rule has no end. source: where it is published.
    """

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="visa_rules")
    nationality = fields.CharField(max_length=2)
    purpose = fields.CharField(max_length=base.LINE, default="")
    days = fields.IntField()
    valid_from = fields.DateField()
    valid_until: Any = fields.DateField(null=True)
    source = fields.CharField(max_length=base.LINE)

    class Meta:
        table = "visa_rule"
        indexes = (("event", "nationality"),)
