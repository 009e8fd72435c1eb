"""People and organisations, once across all events; how they sign in; what they consented to."""

from enum import StrEnum
from typing import Any

from tortoise import fields

from server.models import base


class OrganisationKind(StrEnum):
    ENTERPRISE = "enterprise"
    INSTITUTE = "institute"


class Person(base.Row):
    """A human being. email is stored case-folded and is how one signs in."""

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


class Organisation(base.Row):
    """A local enterprise or institute. name_key: the folded name, so that one firm is registered once a country."""

    kind = fields.CharEnumField(OrganisationKind, max_length=16)
    name = fields.CharField(max_length=base.NAME)
    name_key = fields.CharField(max_length=base.NAME)
    latin_name = fields.CharField(max_length=base.NAME, default="")
    country = fields.CharField(max_length=2, default="CN")
    description = fields.TextField(default="")
    description_locale = fields.CharField(max_length=base.LOCALE, default="")

    class Meta:
        table = "organisation"
        unique_together = (("name_key", "country"),)


class Session(base.Row):
    """A browser that is signed in. Only the hash of its token is kept."""

    token_hash = fields.CharField(max_length=base.TOKEN_HASH, unique=True)
    person: Any = fields.ForeignKeyField("server.Person", related_name="sessions")
    expires_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "session"


class SignInLink(base.Row):
    """A single-use link, with a six-digit code beside it for those who read mail on another device.

    code_hash is keyed by the request that asked for it, so a code is of use only in that browser.
    """

    token_hash = fields.CharField(max_length=base.TOKEN_HASH, unique=True)
    code_hash = fields.CharField(max_length=base.TOKEN_HASH, default="")
    request_hash = fields.CharField(max_length=base.TOKEN_HASH, default="", db_index=True)
    email = fields.CharField(max_length=254, db_index=True)
    next_path = fields.CharField(max_length=500, default="/")
    attempts = fields.IntField(default=0)
    expires_at = fields.DatetimeField(db_index=True)
    used_at: Any = fields.DatetimeField(null=True)

    class Meta:
        table = "sign_in_link"


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
