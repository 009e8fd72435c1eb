"""Invitations for visas: what the host says in each, and one for each expert."""

from enum import StrEnum
from typing import Any

from tortoise import fields

from server.models import base


class Entries(StrEnum):
    """How many entries the visa should have."""

    SINGLE = "single"
    DOUBLE = "double"
    MULTIPLE = "multiple"


class InvitationHost(base.Row):
    """The organisation that invites to an event. Texts are {locale: text} in Chinese, English and Russian.

    contact: person whom the consulate can call. signatory: who signs, with position. costs: who bears which costs.
    places: that guests visit. purpose: of the visit.
    """

    event_id: int
    event: Any = fields.OneToOneField("server.Event", related_name="invitation_host")
    organisation: dict[str, str] = base.json_field(default=dict)
    address: dict[str, str] = base.json_field(default=dict)
    contact: dict[str, str] = base.json_field(default=dict)
    signatory: dict[str, str] = base.json_field(default=dict)
    purpose: dict[str, str] = base.json_field(default=dict)
    places: dict[str, str] = base.json_field(default=dict)
    costs: dict[str, str] = base.json_field(default=dict)
    phone = fields.CharField(max_length=base.NAME, default="")
    email = fields.CharField(max_length=254, default="")

    class Meta:
        table = "invitation_host"


class Invitation(base.Row):
    """The invitation of one expert. Name and nationality are those of the profile, passport data is opened when used.

    employer, position: {locale: text} in the same languages. first_day, last_day: of the stay. companions: names of
    people who come along, or "". has_passport: whether passport data is in it, as far as it is stored. released_at:
    since when the expert can download it, NULL before.
    """

    registration_id: int
    registration: Any = fields.OneToOneField("server.Registration", related_name="invitation")
    employer: dict[str, str] = base.json_field(default=dict)
    position: dict[str, str] = base.json_field(default=dict)
    first_day: Any = fields.DateField(null=True)
    last_day: Any = fields.DateField(null=True)
    entries = fields.CharEnumField(Entries, max_length=16, default=Entries.SINGLE)
    companions = fields.CharField(max_length=base.LINE, default="")
    has_passport = fields.BooleanField(default=False)
    released_at: Any = fields.DatetimeField(null=True)

    class Meta:
        table = "invitation"
