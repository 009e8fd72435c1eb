"""Who takes part in an event, on which side, with what needs and wishes."""

from enum import StrEnum
from typing import Any

from tortoise import fields

from server.models import base

MAX_MEETINGS = 50
MAX_DELEGATES = 6
MAX_NEEDS = 20


class Side(StrEnum):
    EXPERT = "expert"
    ENTERPRISE = "enterprise"


class Mode(StrEnum):
    """Forms of cooperation, as in `affinity-request/1`."""

    PROJECT = "project"
    CONSULTING = "consulting"
    PART_TIME = "part_time"
    FULL_TIME = "full_time"
    REMOTE = "remote"
    JOINT_LAB = "joint_lab"
    LICENCE = "licence"
    TRAINING = "training"


class NeedState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class BudgetBand(StrEnum):
    """Yuan."""

    UNDER_500K = "under_500k"
    UP_TO_2M = "500k_2m"
    UP_TO_5M = "2m_5m"
    OVER_5M = "over_5m"
    OPEN = "open"


class Confidentiality(StrEnum):
    OPEN = "open"
    STAGED = "staged"
    FIELD_ONLY = "field_only"


class WishKind(StrEnum):
    LIKE = "like"
    MUST = "must"
    NO = "no"


class CorrectionKind(StrEnum):
    """What an organiser says of an expert and an enterprise, whatever the score says."""

    FITS = "fits"
    UNFIT = "unfit"


class Level(StrEnum):
    """How well somebody holds a talk in a language. At the basic level it is no language of a talk by itself."""

    BASIC = "basic"
    WORKING = "working"
    FLUENT = "fluent"


def proposal_field() -> Any:
    """What somebody else wrote of a person: {full_name, latin_name, zh_name, country}, each of them optional.

    None once the person has said themselves what they are called: then `Person` counts.
    """
    return base.json_field(null=True)


class Organiser(base.Row):
    """May run this event. proposed: see `proposal_field`."""

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="organisers")
    person_id: int
    person: Any = fields.ForeignKeyField("server.Person", related_name="organises")
    proposed: dict[str, str] | None = proposal_field()

    class Meta:
        table = "organiser"
        unique_together = (("event", "person"),)


class Registration(base.Row):
    """A party of the event: an expert (person set) or an enterprise (organisation set, its people are delegates).

    proposed: of an expert, see `proposal_field`.
    presence: times at which the party is there, [[start, end], ...] in UTC, merged; None where only slots were kept.
    available: ids of the slots that lie wholly in these times. topics: ids of the topic scheme.
    languages: BCP 47 tags that are spoken; levels: of those for which one is stated, by tag.
    parallel: meetings held at once, at most the number of delegates. table: the party's own one, if it has one.
    registered_at: None while it is a draft whose steps are still being filled in; a draft takes no part.
    agreed_at: since when somebody who acts for it agrees to all that is needed; None: the other side is shown nothing
    of it. Follows from the consents; `registrations.agreeing.settle` keeps it.
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
    text_locale = fields.CharField(max_length=base.LOCALE, default="")
    topics: list[str] = base.json_field(default=list)
    modes: list[str] = base.json_field(default=list)
    languages: list[str] = base.json_field(default=list)
    levels: dict[str, str] | None = base.json_field(null=True)
    readiness: int | None = fields.IntField(null=True)
    presence: list[list[str]] | None = base.json_field(null=True)
    available: list[int] = base.json_field(default=list)
    max_meetings: int | None = fields.IntField(null=True)
    # What is promised to this party beyond its side; nothing writes it yet, plans keep it.
    min_meetings = fields.IntField(default=0)
    parallel = fields.IntField(default=1)
    # No page sets it yet: the demonstration does.
    table_id: int | None
    table: Any = fields.ForeignKeyField("server.Table", related_name="owners", null=True, on_delete=fields.SET_NULL)
    registered_at: Any = fields.DatetimeField(null=True)
    withdrawn_at: Any = fields.DatetimeField(null=True)
    agreed_at: Any = fields.DatetimeField(null=True)

    @property
    def takes_part(self) -> bool:
        return self.registered_at is not None and self.withdrawn_at is None

    @property
    def is_shown(self) -> bool:
        """Whether the other side may be shown it."""
        return self.takes_part and self.agreed_at is not None

    @property
    def talk_languages(self) -> list[str]:
        """Tags of the languages in which a talk can be held without an interpreter."""
        levels = self.levels or {}
        return [tag for tag in self.languages if levels.get(tag) != Level.BASIC]

    class Meta:
        table = "registration"
        unique_together = (("event", "person"), ("event", "organisation"))
        indexes = (("event", "side"),)


class Delegate(base.Row):
    """A person whom an enterprise sends; any delegate may act for it. proposed: see `proposal_field`."""

    registration_id: int
    registration: Any = fields.ForeignKeyField("server.Registration", related_name="delegates")
    person_id: int
    person: Any = fields.ForeignKeyField("server.Person", related_name="delegations")
    proposed: dict[str, str] | None = proposal_field()
    position = fields.CharField(max_length=base.NAME, default="")

    class Meta:
        table = "delegate"
        unique_together = (("registration", "person"),)


class Departure(base.Row):
    """Somebody has left the event: a party, or one delegate of several; or an interpreter says that they cannot come.

    person: who left, or who withdrew the party. is_whole: the party with all who act for it. by_organiser: an organiser
    took the party out. consents, position, proposed, available: what comes back with whoever undoes it.
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
    """That a person is at an event once: as an expert (registration set) or as a delegate.

    Written beside that row and gone with it, so that the database refuses a second one, whoever writes it at the same
    moment. Interpreters and organisers may be anything else as well.
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
    """What an organiser has done for a party, or for an interpreter. Append-only: it is told to them and to organisers.

    Triggers of the database refuse changes (migration 0017). act: a code of `server.stead.ACTS`.
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
    """What an organiser has decided about two registrations of an event that have the same name.

    one, other: the one of the lower key first. kept: into which of the two the other was joined; None: they are two
    firms.
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


class Need(base.Row):
    """A problem that an enterprise wants solved, in its own language.

    is_released: though it is not open, its enterprise may be planned to meet any expert, who then reads what an expert
    reads with whom a meeting is agreed.
    """

    registration_id: int
    registration: Any = fields.ForeignKeyField("server.Registration", related_name="needs")
    title = fields.CharField(max_length=base.LINE)
    text = fields.TextField(default="")
    text_locale = fields.CharField(max_length=base.LOCALE, default="")
    topics: list[str] = base.json_field(default=list)
    must_topics: list[str] = base.json_field(default=list)
    modes: list[str] = base.json_field(default=list)
    readiness: int | None = fields.IntField(null=True)
    deadline: Any = fields.DateField(null=True)
    budget = fields.CharEnumField(BudgetBand, max_length=16, default=BudgetBand.OPEN)
    confidentiality = fields.CharEnumField(Confidentiality, max_length=16, default=Confidentiality.OPEN)
    is_released = fields.BooleanField(default=False, db_default=False)
    state = fields.CharEnumField(NeedState, max_length=16, default=NeedState.PUBLISHED)

    class Meta:
        table = "need"


class Wish(base.Row):
    """A preference of one party about another; reserves nothing."""

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


class Correction(base.Row):
    """An organiser's word on whether two parties fit. One that was taken back stays as history.

    stands: True, or NULL once it is taken back: the unique key takes NULLs for different, so that one stands at most.
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
    """Interprets between any two of its languages while present; presence and available as in Registration.

    proposed: see `proposal_field`.
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

    class Meta:
        table = "interpreter"
        manager = base.NotRemoved()
        unique_together = (("event", "person"),)


class FeedToken(base.Row):
    """A person's calendar address for an event. The token is derived from the secret and `nonce`; its hash finds it."""

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
