"""Participants of an event: registrations, delegates, wishes, interpreters, organisers."""

from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.queryset import QuerySet

from server.models import base

MAX_MEETINGS = 50
MAX_DELEGATES = 6
MAX_NOTE = 600  # characters: a note is read between two meetings


class Side(StrEnum):
    """Side of a party: experts or enterprises."""

    EXPERT = "expert"
    ENTERPRISE = "enterprise"


class Mode(StrEnum):
    """Cooperation modes, as in `affinity-request/1`."""

    PROJECT = "project"
    CONSULTING = "consulting"
    PART_TIME = "part_time"
    FULL_TIME = "full_time"
    REMOTE = "remote"
    JOINT_LAB = "joint_lab"
    LICENCE = "licence"
    TRAINING = "training"


class WishKind(StrEnum):
    """Grade of a wish."""

    LIKE = "like"
    MUST = "must"
    NO = "no"


class CorrectionKind(StrEnum):
    """An organiser's assessment of a pair, which overrides the score. REQUIRED: a match that plans have to contain."""

    FITS = "fits"
    UNFIT = "unfit"
    REQUIRED = "required"


# Assessments by which a pair is a match.
CONFIRMING = frozenset({CorrectionKind.FITS, CorrectionKind.REQUIRED})


class Level(StrEnum):
    """How well a person speaks a language. A basic level is not enough to talk without an interpreter."""

    BASIC = "basic"
    WORKING = "working"
    FLUENT = "fluent"


class DelegateRole(StrEnum):
    """What a delegate does at the meetings of the enterprise."""

    DECISION_MAKER = "decision_maker"
    ENGINEER = "engineer"
    INTERPRETER = "interpreter"
    CONTACT = "contact"


def proposal_field() -> Any:
    """Return the column for data about a person entered by others: {full_name, latin_name, zh_name, country}, all
    optional.

    NULL once the person has entered their own; then `Person` counts.
    """
    return base.json_field(null=True)


class Organiser(base.Row):
    """A person who may run this event.

    is_owner: may do everything there, and decides what other organisers may do. rights: values of `Right`, separated by
    spaces; those of an owner do not count. proposed: see `proposal_field`. exports: codes of the columns chosen last
    for each list that is saved as a file, by code of the list.
    """

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="organisers")
    person_id: int
    person: Any = fields.ForeignKeyField("server.Person", related_name="organises")
    is_owner = fields.BooleanField(default=False, db_default=False)
    rights = fields.CharField(max_length=64, default="", db_default="")
    proposed: dict[str, str] | None = proposal_field()
    exports: dict[str, list[str]] | None = base.json_field(null=True)

    class Meta:
        table = "organiser"
        unique_together = (("event", "person"),)


class FieldReaders(StrEnum):
    """Who reads a field of an expert's profile beside the expert; each includes the next ones.

    AGREED: the other side once both want to meet, or their meeting is published.
    """

    OTHER_SIDE = "other_side"
    AGREED = "agreed"
    ORGANISERS = "organisers"
    NOBODY = "nobody"


class Registration(base.Row):
    """A party of the event: an expert (person set), or an enterprise (organisation set; its people are delegates).

    results: what an expert has achieved, with figures. patents: an expert's patents, one on each line.
    note: what the people whom the party meets should know beforehand, such as to bring samples. Scores do not read it:
    it is about the meeting, not about topics.
    readers: `FieldReaders` by column of an expert's profile, where it is not OTHER_SIDE; see `server.visible`.
    proposed: of an expert, see `proposal_field`. presence: availability as [[start, end], ...] in UTC, merged; NULL in
    rows where only slots were stored. available: ids of the slots that lie completely in presence. topics: ids of the
    topic scheme. languages: BCP 47 tags of spoken languages; levels: by tag, where stated. parallel: simultaneous
    meetings, at most the number of delegates. table: the party's fixed table, if any. registered_at: NULL for a draft,
    which does not take part. agreed_at: since when a person who acts for the party has given all needed consents; NULL:
    the party is not shown to the other side. Derived from consents by `registrations.agreeing.update_agreed_at`.
    """

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="registrations")
    side = fields.CharEnumField(Side, max_length=16)
    person_id: int | None
    person: Any = fields.ForeignKeyField("server.Person", related_name="registrations", null=True)
    organisation_id: int | None
    organisation: Any = fields.ForeignKeyField("server.Organisation", related_name="registrations", null=True)
    proposed: dict[str, str] | None = proposal_field()
    affiliation = fields.CharField(max_length=base.NAME, default="")
    position = fields.CharField(max_length=base.NAME, default="")
    degree = fields.CharField(max_length=base.NAME, default="")
    headline = fields.CharField(max_length=base.LINE, default="")
    offer = fields.TextField(default="")
    results = fields.TextField(default="", db_default="")
    patents = fields.TextField(default="", db_default="")
    note = fields.TextField(default="", db_default="")
    readers: dict[str, str] | None = base.json_field(null=True)
    text_locale = fields.CharField(max_length=base.LOCALE, default="")
    topics: list[str] = base.json_field(default=list)
    modes: list[str] = base.json_field(default=list)
    languages: list[str] = base.json_field(default=list)
    levels: dict[str, str] | None = base.json_field(null=True)
    readiness: int | None = fields.IntField(null=True)
    presence: list[list[str]] | None = base.json_field(null=True)
    available: list[int] = base.json_field(default=list)
    max_meetings: int | None = fields.IntField(null=True)
    # What is promised to this party beyond its side.
    min_meetings = fields.IntField(default=0)
    parallel = fields.IntField(default=1)
    table_id: int | None
    table: Any = fields.ForeignKeyField("server.Table", related_name="owners", null=True, on_delete=fields.SET_NULL)
    registered_at: Any = fields.DatetimeField(null=True)
    withdrawn_at: Any = fields.DatetimeField(null=True)
    agreed_at: Any = fields.DatetimeField(null=True)

    @classmethod
    def present(cls, event_id: int, **more: Any) -> QuerySet["Registration"]:
        """Return the parties of an event that take part. more: further conditions."""
        return cls.filter(event_id=event_id, registered_at__not_isnull=True, withdrawn_at=None, **more)

    @property
    def takes_part(self) -> bool:
        return self.registered_at is not None and self.withdrawn_at is None

    @property
    def is_shown(self) -> bool:
        """Whether the party may be shown to the other side."""
        return self.takes_part and self.agreed_at is not None

    @property
    def talk_languages(self) -> list[str]:
        """Tags of the languages in which the party can talk without an interpreter."""
        levels = self.levels or {}
        return [tag for tag in self.languages if levels.get(tag) != Level.BASIC]

    class Meta:
        table = "registration"
        unique_together = (("event", "person"), ("event", "organisation"))
        indexes = (("event", "side"), ("event", "side", "id"), ("event", "id"))


class Delegate(base.Row):
    """A person whom an enterprise sends. Every delegate may act for the enterprise. proposed: see `proposal_field`.

    presence: when the person is at the event, as in `Registration`; NULL: whenever the enterprise is. Which slots lie
    in it is found when it is read.
    """

    registration_id: int
    registration: Any = fields.ForeignKeyField("server.Registration", related_name="delegates")
    person_id: int
    person: Any = fields.ForeignKeyField("server.Person", related_name="delegations")
    proposed: dict[str, str] | None = proposal_field()
    position = fields.CharField(max_length=base.NAME, default="")
    role: Any = fields.CharEnumField(DelegateRole, max_length=16, null=True)
    presence: list[list[str]] | None = base.json_field(null=True)

    class Meta:
        table = "delegate"
        unique_together = (("registration", "person"),)


class Departure(base.Row):
    """A party, one of several delegates, or an interpreter has left the event.

    person: who left, or who withdrew the party. is_whole: the whole party left. by_organiser: an organiser removed the
    party. consents, position, proposed, available: restored if the departure is undone.
    """

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="departures")
    registration_id: int | None
    registration: Any = fields.ForeignKeyField("server.Registration", related_name="departures", null=True)
    interpreter_id: int | None
    interpreter: Any = fields.ForeignKeyField("server.Interpreter", related_name="departures", null=True)
    person_id: int
    person: Any = fields.ForeignKeyField("server.Person", related_name="departures")
    is_whole = fields.BooleanField(default=True)
    by_organiser = fields.BooleanField(default=False)
    position = fields.CharField(max_length=base.NAME, default="")
    consents: list[int] = base.json_field(default=list)
    available: Any = base.json_field(null=True)
    proposed: dict[str, str] | None = proposal_field()
    left_at = fields.DatetimeField()
    undone_at: Any = fields.DatetimeField(null=True)

    class Meta:
        table = "departure"
        indexes = (("event", "person"),)


class Participation(base.Row):
    """A person takes part in an event once: as an expert (registration set) or as a delegate.

    Created and deleted with that row, so that the database refuses a second participation, even a simultaneous one.
    Interpreters and organisers can have other roles as well.
    """

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="participations")
    person_id: int
    person: Any = fields.ForeignKeyField("server.Person", related_name="participations")
    registration_id: int | None
    registration: Any = fields.ForeignKeyField("server.Registration", related_name="participations", null=True)
    delegate_id: int | None
    delegate: Any = fields.ForeignKeyField("server.Delegate", related_name="participations", null=True)

    class Meta:
        table = "participation"
        unique_together = (("event", "person"),)


class ActOnBehalf(base.Row):
    """Something that an organiser or the leader of a delegation did for a party or interpreter.

    Append-only. The party or interpreter and all organisers can read it.
    Database triggers refuse changes (migration 0017). act: a code of `server.behalf.ACTS`.
    """

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="acts_on_behalf")
    organiser_id: int | None
    organiser: Any = fields.ForeignKeyField(
        "server.Person", related_name="acts_on_behalf", null=True, on_delete=fields.SET_NULL
    )
    registration_id: int | None
    registration: Any = fields.ForeignKeyField("server.Registration", related_name="acts_on_behalf", null=True)
    interpreter_id: int | None
    interpreter: Any = fields.ForeignKeyField("server.Interpreter", related_name="acts_on_behalf", null=True)
    act = fields.CharField(max_length=32)

    class Meta:
        table = "act_on_behalf"


class SameName(base.Row):
    """An organiser's decision about two registrations with similar names.

    one, other: the registration with the lower id first. kept: the registration into which the other was merged; NULL:
    they are different firms.
    """

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="same_names")
    one_id: int
    one: Any = fields.ForeignKeyField("server.Registration", related_name="named_like_later")
    other_id: int
    other: Any = fields.ForeignKeyField("server.Registration", related_name="named_like_earlier")
    kept_id: int | None
    kept: Any = fields.ForeignKeyField("server.Registration", related_name="joined", null=True)
    by_id: int | None
    by: Any = fields.ForeignKeyField("server.Person", related_name="same_names", null=True, on_delete=fields.SET_NULL)

    class Meta:
        table = "same_name"
        unique_together = (("one", "other"),)
        indexes = (("event",),)


class Wish(base.Row):
    """A party's preference about another party. Reserves no slot."""

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="wishes")
    by_id: int
    by: Any = fields.ForeignKeyField("server.Registration", related_name="wishes")
    about_id: int
    about: Any = fields.ForeignKeyField("server.Registration", related_name="wished_by")
    kind = fields.CharEnumField(WishKind, max_length=8)

    class Meta:
        table = "wish"
        unique_together = (("by", "about"),)
        indexes = (("event", "id"),)


class Correction(base.Row):
    """An organiser's assessment whether a pair is a match. Assessments that were taken back stay as history.

    stands: True, or NULL once taken back: the unique key ignores NULLs, so that at most one assessment is in force.
    """

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="corrections")
    expert_id: int
    expert: Any = fields.ForeignKeyField("server.Registration", related_name="expert_corrections")
    enterprise_id: int
    enterprise: Any = fields.ForeignKeyField("server.Registration", related_name="enterprise_corrections")
    kind = fields.CharEnumField(CorrectionKind, max_length=8)
    reason = fields.CharField(max_length=base.LINE, default="")
    by_id: int | None
    by: Any = fields.ForeignKeyField("server.Person", related_name="corrections", null=True, on_delete=fields.SET_NULL)
    stands: Any = fields.BooleanField(null=True, default=True)
    taken_back_at: Any = fields.DatetimeField(null=True)
    taken_back_by_id: int | None
    taken_back_by: Any = fields.ForeignKeyField(
        "server.Person", related_name="corrections_taken_back", null=True, on_delete=fields.SET_NULL
    )

    class Meta:
        table = "correction"
        unique_together = (("expert", "enterprise", "stands"),)
        indexes = (("event", "stands"),)


class Interpreter(base.Removable):
    """An interpreter between any two of their languages. presence and available as in Registration.

    proposed: see `proposal_field`. withheld_at: since when the two sides do not see the name, because the interpreter
    has withdrawn a consent. Written by `crew.consenting` alone.
    """

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="interpreters")
    person_id: int
    person: Any = fields.ForeignKeyField("server.Person", related_name="interprets")
    proposed: dict[str, str] | None = proposal_field()
    languages: list[str] = base.json_field(default=list)
    presence: list[list[str]] | None = base.json_field(null=True)
    available: list[int] = base.json_field(default=list)
    max_meetings: int | None = fields.IntField(null=True)
    max_consecutive: int | None = fields.IntField(null=True)
    withheld_at: Any = fields.DatetimeField(null=True)

    class Meta:
        table = "interpreter"
        manager = base.NotRemoved()
        unique_together = (("event", "person"),)


class FeedToken(base.Row):
    """A person's calendar URL for an event. The token is derived from the secret and nonce; its hash finds the row."""

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="feeds")
    person_id: int
    person: Any = fields.ForeignKeyField("server.Person", related_name="feeds")
    nonce = fields.CharField(max_length=64)
    token_hash = fields.CharField(max_length=base.TOKEN_HASH, unique=True)
    revoked_at: Any = fields.DatetimeField(null=True)

    class Meta:
        table = "feed_token"
        indexes = (("event", "person"),)
