"""People and organisations, independent of events; sign-in; consents."""

from enum import StrEnum
from typing import Any

from tortoise import fields

from server.models import base

DEVICE = 64
CREDENTIAL = 1400  # characters of base64url for 1,023 bytes, the most that WebAuthn allows
SUBJECT = 255  # characters that OpenID Connect allows for a subject
# Domain of placeholder addresses: they receive no mail, cannot sign in, and no page shows them.
NOWHERE = "@unclaimed.invalid"
# Addresses at NOWHERE of rows that stand for people whose data was deleted.
ERASED = "erased-"


class OrganisationKind(StrEnum):
    """Enterprise or research institute."""

    ENTERPRISE = "enterprise"
    INSTITUTE = "institute"


class LinkEnd(StrEnum):
    """Why a sign-in link ended early: a newer link, or a withdrawn invitation."""

    NONE = ""
    REPLACED = "replaced"
    REVOKED = "revoked"


class Person(base.Row):
    """A person. email: case-folded, used to sign in.

    unwanted_emails: values of `emails.OptionalKind` that the person has switched off, NULL for none.
    Names and country are what the person entered. What others entered about them is in the column `proposed` of their
    row at an event. `server.names` decides which of the two is shown.
    """

    email = fields.CharField(max_length=254, unique=True)
    full_name = fields.CharField(max_length=base.NAME, default="")
    latin_name = fields.CharField(max_length=base.NAME, default="")
    zh_name = fields.CharField(max_length=base.NAME, default="")
    country = fields.CharField(max_length=2, default="")
    locale = fields.CharField(max_length=base.LOCALE, default="en")
    time_zone = fields.CharField(max_length=base.ZONE, default="")
    unwanted_emails: list[str] | None = base.json_field(null=True)
    may_create_events = fields.BooleanField(default=False)
    is_administrator = fields.BooleanField(default=False, db_default=False)
    signed_in_at: Any = fields.DatetimeField(null=True)

    class Meta:
        table = "person"

    @property
    def has_address(self) -> bool:
        return not self.email.endswith(NOWHERE)

    @property
    def is_erased(self) -> bool:
        """Whether the row stands for a person whose data was deleted."""
        return self.email.startswith(ERASED) and not self.has_address


class Organisation(base.Row):
    """An enterprise or institute as one registration describes it; each registration has its own row.

    name_key: the folded name; equal keys show two registrations of one firm.
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
    """A signed-in browser. Only the hash of its token is stored.

    device: browser and system, "" if unknown. used_at: last use, to a quarter of an hour.
    """

    token_hash = fields.CharField(max_length=base.TOKEN_HASH, unique=True)
    person_id: int
    person: Any = fields.ForeignKeyField("server.Person", related_name="sessions")
    device = fields.CharField(max_length=DEVICE, default="", db_default="")
    expires_at = fields.DatetimeField(db_index=True)
    used_at: Any = fields.DatetimeField(null=True)

    class Meta:
        table = "session"


class Passkey(base.Row):
    """A key on a device or in a password manager that signs a person in without an e-mail (WebAuthn).

    credential: its id, base64url. public_key: COSE, base64url. uses: the counter of the device, 0 if it has none.
    device: browser and system in which it was added, "" if unknown.
    """

    person_id: int
    person: Any = fields.ForeignKeyField("server.Person", related_name="passkeys")
    credential = fields.CharField(max_length=CREDENTIAL, unique=True)
    public_key = fields.TextField()
    uses = fields.BigIntField(default=0)
    device = fields.CharField(max_length=DEVICE, default="")
    used_at: Any = fields.DatetimeField(null=True)

    class Meta:
        table = "passkey"


class ProviderAccount(base.Row):
    """An account at a sign-in service that signs a person in here.

    source: the issuer of OpenID Connect, or kind and organisation. subject: the account's permanent id there.
    """

    person_id: int
    person: Any = fields.ForeignKeyField("server.Person", related_name="provider_accounts")
    source = fields.CharField(max_length=SUBJECT)
    subject = fields.CharField(max_length=SUBJECT)
    used_at = fields.DatetimeField()

    class Meta:
        table = "provider_account"
        unique_together = (("source", "subject"), ("source", "person"))


class SignInLink(base.Row):
    """A single-use sign-in link, with a six-digit code for people who read e-mail on another device.

    code_hash is keyed by the request, so that a code works only in the browser that asked for it. Links without
    request_hash are invitations; an invitation to an event lives until the event ends if that is later than expires_at.
    is_typed: the address was typed in the browser of the request. ended_as: why the link ended before it was used or
    expired.
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
    """A request to change a person's address; kept as a record.

    confirm_hash: hash of the token sent to the new address, which agrees. stop_hash: hash of the token first sent to
    the old address, which agrees, refuses or undoes. undo_hash: of the one sent there last, which does the same.
    expires_at: the change ends if it has not taken effect by then. new_agreed_at, old_agreed_at: when the mailboxes
    agreed. confirmed_at: when the change took effect. stopped_at: when it was refused, cancelled or undone.
    """

    person_id: int
    person: Any = fields.ForeignKeyField("server.Person", related_name="address_changes")
    old_email = fields.CharField(max_length=254)
    new_email = fields.CharField(max_length=254)
    confirm_hash = fields.CharField(max_length=base.TOKEN_HASH, unique=True)
    stop_hash = fields.CharField(max_length=base.TOKEN_HASH, unique=True)
    undo_hash: Any = fields.CharField(max_length=base.TOKEN_HASH, null=True)
    expires_at = fields.DatetimeField()
    new_agreed_at: Any = fields.DatetimeField(null=True)
    old_agreed_at: Any = fields.DatetimeField(null=True)
    confirmed_at: Any = fields.DatetimeField(null=True)
    stopped_at: Any = fields.DatetimeField(null=True)

    class Meta:
        table = "address_change"


class Throttle(base.Row):
    """How often an act was tried in a window of time. key: name of the act, and a hash of the person or caller."""

    key = fields.CharField(max_length=128)
    window_start = fields.DatetimeField()
    count = fields.IntField(default=0)

    class Meta:
        table = "throttle"
        unique_together = (("key", "window_start"),)


class Consent(base.Row):
    """A consent: purpose, wording and language. Append-only, except that withdrawing sets withdrawn_at."""

    person_id: int
    person: Any = fields.ForeignKeyField("server.Person", related_name="consents")
    event_id: int
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


class Erasure(base.Row):
    """A person whose data was deleted: what a restored backup needs in order to delete it again.

    person_id, made_at: id of the former row, and when it was created. There is no foreign key.
    """

    person_id = fields.IntField()
    made_at = fields.DatetimeField()

    class Meta:
        table = "erasure"
