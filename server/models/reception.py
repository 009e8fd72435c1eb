"""How guests are received: the ledger of cars, rooms, meals and escorts. Organisers keep it; guests see their own."""

from typing import Any

from tortoise import fields

from server.models import base

PHONE = 64
NOTE = 1000


class Escort(base.Row):
    """Somebody who accompanies guests. email: of the account, "" if there is none."""

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="escorts")
    name = fields.CharField(max_length=base.NAME)
    phone = fields.CharField(max_length=PHONE, default="")
    email = fields.CharField(max_length=254, default="")

    class Meta:
        table = "escort"
        indexes = (("event",),)


class Reception(base.Row):
    """How one expert is received.

    plate, driver: of the car; driver with a phone number. meals: what is arranged, and taboos.
    """

    registration_id: int
    registration: Any = fields.OneToOneField("server.Registration", related_name="reception")
    plate = fields.CharField(max_length=base.NAME, default="")
    driver = fields.CharField(max_length=base.NAME, default="")
    hotel = fields.CharField(max_length=base.NAME, default="")
    room = fields.CharField(max_length=base.NAME, default="")
    meals = fields.CharField(max_length=NOTE, default="")
    escort_id: int | None
    escort: Any = fields.ForeignKeyField("server.Escort", related_name="guests", null=True, on_delete=fields.SET_NULL)

    class Meta:
        table = "reception"
