"""People and organisations, once across all events; how they sign in; what they consented to."""

from enum import StrEnum
from typing import Any

from tortoise import fields

from server.models import base

DEVICE = 64
# The end of an address that stands for none: no mail goes there, nobody can sign in with it, and no page shows it.
NOWHERE = "@unclaimed.invalid"


class OrganisationKind(StrEnum):
    ENTERPRISE = "enterprise"
    INSTITUTE = "institute"


class LinkEnd(StrEnum):
    """What ended a sign-in link before its time: a newer one, or that what it invited to was taken back."""

    NONE = ""
    REPLACED = "replaced"
    REVOKED = "revoked"


class Person(base.Row):
    """A human being. email is stored case-folded and is how one signs in.

    Names and country are what the person says of themselves; what others write of them stands in the `proposed` column
    of the row by which they take part in an event. `server.names` decides which of the two is shown.
    """

    email = fields.CharField(max_length=254, unique=True)
    full_name = fields.CharField(max_length=base.NAME, default="")
    latin_name = fields.CharField(max_length=base.NAME, default="")
    zh_name = fields.CharField(max_length=base.NAME, default="")
    country = fields.CharField(max_length=2, default="")
    locale = fields.CharField(max_length=base.LOCALE, default="en")
    time_zone = fields.CharField(max_length=base.ZONE, default="")
    may_create_events = fields.BooleanField(default=False)
    signed_in_at: Any = fields.DatetimeField(null=True)

    class Meta:
        table = "person"

    @property
    def has_address(self) -> bool:
        return not self.email.endswith(NOWHERE)


class Organisation(base.Row):
    """A local enterprise or institute as one registration describes it: each registration has a row of its own.

    name_key: the folded name, by which an organiser is told of two registrations of one firm.
    """

    kind = fields.CharEnumField(OrganisationKind, max_length=16)
    name = fields.CharField(max_length=base.NAME)
    name_key = fields.CharField(max_length=base.NAME)
    latin_name = fields.CharField(max_length=base.NAME, default="")
    country = fields.CharField(max_length=2, default="CN")
    description = fields.TextField(default="")
    description_locale = fields.CharField(max_length=base.LOCALE, default="")

    class Meta:
        table = "organisation"


class Session(base.Row):
    """A browser that is signed in. Only the hash of its token is kept.

    device: which browser on which system, in a few words; "" where it does not say. used_at: to the quarter of an hour.
    """

    token_hash = fields.CharField(max_length=base.TOKEN_HASH, unique=True)
    person_id: int
    person: Any = fields.ForeignKeyField("server.Person", related_name="sessions")
    device = fields.CharField(max_length=DEVICE, default="", db_default="")
    expires_at = fields.DatetimeField(db_index=True)
    used_at: Any = fields.DatetimeField(null=True)

    class Meta:
        table = "session"


class SignInLink(base.Row):
    """A single-use link, with a six-digit code beside it for those who read mail on another device.

    code_hash is keyed by the request that asked for it, so a code is of use only in that browser. Without request_hash
    it is an invitation; one to an event lives until the event is over, where that is later than expires_at. is_typed:
    somebody typed the address in the browser of the request. ended_as: what ended it before it was used or too old.
    """

    token_hash = fields.CharField(max_length=base.TOKEN_HASH, unique=True)
    code_hash = fields.CharField(max_length=base.TOKEN_HASH, default="")
    request_hash = fields.CharField(max_length=base.TOKEN_HASH, default="", db_index=True)
    email = fields.CharField(max_length=254, db_index=True)
    next_path = fields.CharField(max_length=500, default="/")
    event_id: int | None
    event: Any = fields.ForeignKeyField("server.Event", related_name="sign_in_links", null=True)
    attempts = fields.IntField(default=0)
    is_typed = fields.BooleanField(default=False, db_default=False)
    expires_at = fields.DatetimeField(db_index=True)
    used_at: Any = fields.DatetimeField(null=True)
    ended_as = fields.CharEnumField(LinkEnd, max_length=16, default=LinkEnd.NONE, db_default="")

    class Meta:
        table = "sign_in_link"


class AddressChange(base.Row):
    """A person's wish to sign in with another address; kept as the record of what became of it.

    confirm_hash: of the token that goes to the new address and makes the change. stop_hash: of the one that goes to the
    old address and stops the change, or takes it back.
    """

    person_id: int
    person: Any = fields.ForeignKeyField("server.Person", related_name="address_changes")
    old_email = fields.CharField(max_length=254)
    new_email = fields.CharField(max_length=254)
    confirm_hash = fields.CharField(max_length=base.TOKEN_HASH, unique=True)
    stop_hash = fields.CharField(max_length=base.TOKEN_HASH, unique=True)
    expires_at = fields.DatetimeField()
    confirmed_at: Any = fields.DatetimeField(null=True)
    stopped_at: Any = fields.DatetimeField(null=True)

    class Meta:
        table = "address_change"


class Throttle(base.Row):
    """How often something was tried in a window of time: key names the act and a hash of who."""

    key = fields.CharField(max_length=128)
    window_start = fields.DatetimeField()
    count = fields.IntField(default=0)

    class Meta:
        table = "throttle"
        unique_together = (("key", "window_start"),)


class Consent(base.Row):
    """Append-only: what a person agreed to, in which words and language. A withdrawal sets withdrawn_at."""

    person: Any = fields.ForeignKeyField("server.Person", related_name="consents")
    event: Any = fields.ForeignKeyField("server.Event", related_name="consents")
    purpose = fields.CharField(max_length=32)
    version = fields.CharField(max_length=16)
    text_hash = fields.CharField(max_length=base.TOKEN_HASH)
    locale = fields.CharField(max_length=base.LOCALE)
    given_at = fields.DatetimeField()
    withdrawn_at: Any = fields.DatetimeField(null=True)

    class Meta:
        table = "consent"
        indexes = (("event", "person"),)
