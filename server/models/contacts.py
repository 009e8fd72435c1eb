"""Contact data that people give for an event, and to whom they show it."""

from enum import StrEnum
from typing import Any

from tortoise import fields

from server.models import base


class ContactKind(StrEnum):
    """Kinds of contact data."""

    EMAIL = "email"
    PHONE = "phone"
    WECHAT = "wechat"
    TELEGRAM = "telegram"
    WEBSITE = "website"


class ContactReaders(StrEnum):
    """Who may read a contact, the fewest first: AGREED after both sides of a meeting have agreed to exchange contacts;
    OTHER_SIDE whoever has a published meeting with the person.
    """

    NOBODY = "nobody"
    ORGANISERS = "organisers"
    AGREED = "agreed"
    OTHER_SIDE = "other_side"


class Contact(base.Row):
    """A contact of a person for an event."""

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="contacts")
    person_id: int
    person: Any = fields.ForeignKeyField("server.Person", related_name="contacts")
    kind = fields.CharEnumField(ContactKind, max_length=16)
    value = fields.CharField(max_length=base.NAME)
    readers = fields.CharEnumField(ContactReaders, max_length=16, default=ContactReaders.AGREED)

    class Meta:
        table = "contact"
        unique_together = (("event", "person", "kind"),)


class ContactShare(base.Row):
    """A party agrees that another one reads its contacts; deleted when the party revokes that."""

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="contact_shares")
    by_id: int
    by: Any = fields.ForeignKeyField("server.Registration", related_name="contact_shares")
    about_id: int
    about: Any = fields.ForeignKeyField("server.Registration", related_name="contacts_shared_with")

    class Meta:
        table = "contact_share"
        unique_together = (("by", "about"),)
