"""The roles of people: in the installation, and at an event, with the rights of organisers."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from enum import StrEnum

from server.models import (
    Consent,
    CrewRole,
    Delegate,
    Delegation,
    Event,
    EventCrew,
    EventReviewer,
    EventTranslator,
    Interpreter,
    Organiser,
    Person,
    Registration,
    Right,
    Side,
)
from server.registrations.consents import OF_INTERPRETERS, WORKING, Purpose


class Role(StrEnum):
    """Callers of a route. Those from OWNER on are roles in the event that the path names.

    ORGANISER: all organisers of the event, whatever their rights. A route for some of them names a `Right`. OWNER: an
    organiser who has all rights and decides who else has them. HELPER: everybody with one of WORKS, whether
    they have agreed or not.
    """

    ANYONE = "anyone"
    SIGNED_IN = "signed_in"
    CREATOR = "creator"
    ADMINISTRATOR = "administrator"
    OWNER = "owner"
    ORGANISER = "organiser"
    EXPERT = "expert"
    ENTERPRISE = "enterprise"
    INTERPRETER = "interpreter"
    TRANSLATOR = "translator"
    REVIEWER = "reviewer"
    LEADER = "leader"
    DESK_STAFF = "desk_staff"
    ESCORT = "escort"
    HELPER = "helper"


Permission = Role | Right
# Roles of people who help the organiser: they are asked for consents, and their pages close if they withdraw them.
WORKS: frozenset[Permission] = frozenset(
    {Role.INTERPRETER, Role.TRANSLATOR, Role.REVIEWER, Role.LEADER, Role.DESK_STAFF, Role.ESCORT}
)
# The page, below the event's address, where each role in it starts.
HOMES: Mapping[Role, str] = {
    Role.ORGANISER: "desk",
    Role.EXPERT: "me",
    Role.ENTERPRISE: "me",
    Role.INTERPRETER: "agenda",
    Role.TRANSLATOR: "translations",
    Role.REVIEWER: "review",
    Role.LEADER: "delegation",
    Role.DESK_STAFF: "arrivals",
    Role.ESCORT: "escorting",
}


@dataclass(frozen=True)
class Standing:
    """The roles of a person in an event. A draft registration counts for its owner.

    organiser: whether the person is one, with any rights. rights: of the organiser; all for an owner. delegation: the
    one that the person leads. crew: how the person helps on the days of the event. proposed: data that others entered
    about the person here, until the person has entered their own. agreed, withdrawn: codes of the purposes that helpers
    are asked for: those to whose present wording the person has agreed, and those whose consent the person has ended.
    """

    organiser: bool = False
    is_owner: bool = False
    rights: frozenset[Right] = frozenset()
    expert: Registration | None = None
    enterprise: Registration | None = None
    interpreter: Interpreter | None = None
    translator: EventTranslator | None = None
    reviewer: EventReviewer | None = None
    delegation: Delegation | None = None
    crew: frozenset[CrewRole] = frozenset()
    proposed: Mapping[str, str] | None = None
    agreed: frozenset[str] = frozenset()
    withdrawn: frozenset[str] = frozenset()

    @property
    def asked(self) -> Sequence[Purpose]:
        """The purposes that the person's work at the event needs."""
        return OF_INTERPRETERS if self.interpreter is not None else (WORKING,) if self.roles & WORKS else ()

    @property
    def has_to_agree(self) -> bool:
        """Whether a consent that the person's work needs is missing."""
        return any(purpose.code not in self.agreed for purpose in self.asked)

    @property
    def locked(self) -> frozenset[Permission]:
        """The roles of helpers that a withdrawn consent has closed."""
        ended = self.withdrawn.intersection(purpose.code for purpose in self.asked)
        return (WORKS if WORKING.code in ended else frozenset()) | ({Role.INTERPRETER} if ended else frozenset())

    @property
    def roles(self) -> frozenset[Role]:
        held = {
            Role.OWNER: self.is_owner,
            Role.ORGANISER: self.organiser,
            Role.EXPERT: self.expert is not None,
            Role.ENTERPRISE: self.enterprise is not None,
            Role.INTERPRETER: self.interpreter is not None,
            Role.TRANSLATOR: self.translator is not None,
            Role.REVIEWER: self.reviewer is not None,
            Role.LEADER: self.delegation is not None,
            Role.DESK_STAFF: CrewRole.DESK_STAFF in self.crew,
            Role.ESCORT: CrewRole.ESCORT in self.crew,
        }
        own = frozenset(role for role, holds in held.items() if holds)
        return own | {Role.HELPER} if own & WORKS else own

    @property
    def permissions(self) -> frozenset[Permission]:
        """What routes ask for: the roles, and the rights of an organiser."""
        return self.roles | self.rights

    @property
    def role(self) -> Role | None:
        """The first of the person's roles, which decides the navigation bar."""
        return next((role for role in Role if role in self.roles and role is not Role.OWNER), None)

    @property
    def home(self) -> str | None:
        """The page of `role`, as in HOMES, or None for somebody without a role."""
        return HOMES[self.role] if self.role else None

    def may(self, right: str) -> bool:
        """Return whether the person is an organiser with this right, or "owner" for an owner."""
        return self.is_owner if right == Role.OWNER else right in self.rights

    @property
    def party(self) -> Registration | None:
        """The registration that the person acts for, or None."""
        return self.expert or self.enterprise


async def standing(event: Event, person: Person | None) -> Standing:
    """Return the roles of a person in an event. At most nine queries."""
    if person is None:
        return Standing()
    expert = await Registration.get_or_none(event_id=event.id, person_id=person.id, side=Side.EXPERT).select_related(
        "person"
    )
    delegate = (
        await Delegate.filter(person_id=person.id, registration__event_id=event.id)
        .order_by("id")
        .select_related("registration__organisation")
        .first()
    )
    organiser = await Organiser.get_or_none(event_id=event.id, person_id=person.id)
    interpreter = await Interpreter.get_or_none(event_id=event.id, person_id=person.id)
    translator = await EventTranslator.get_or_none(event_id=event.id, person_id=person.id)
    reviewer = await EventReviewer.get_or_none(event_id=event.id, person_id=person.id)
    led = await Delegation.get_or_none(event_id=event.id, leader_id=person.id)
    crew = await EventCrew.filter(event_id=event.id, person_id=person.id)
    rows = [row for row in (expert, delegate, interpreter, organiser, translator, reviewer, *crew) if row is not None]
    helps = any((interpreter, translator, reviewer, led, crew))
    agreed, withdrawn = await _agreed(event, person) if helps else (frozenset[str](), frozenset[str]())
    return Standing(
        agreed=agreed,
        withdrawn=withdrawn,
        organiser=organiser is not None,
        is_owner=organiser is not None and organiser.is_owner,
        rights=rights_of(organiser) if organiser else frozenset(),
        expert=expert,
        enterprise=delegate.registration if delegate else None,
        interpreter=interpreter,
        translator=translator,
        reviewer=reviewer,
        delegation=led,
        crew=frozenset(each.role for each in crew),
        proposed=next((row.proposed for row in rows if row.proposed is not None), None),
    )


async def _agreed(event: Event, person: Person) -> tuple[frozenset[str], frozenset[str]]:
    """Return the codes of the purposes to which the person has agreed as they are worded now, and of those ended."""
    versions = {purpose.code: purpose.version for purpose in OF_INTERPRETERS}
    rows = await Consent.filter(event_id=event.id, person_id=person.id, purpose__in=list(versions))
    standing = {row.purpose for row in rows if row.withdrawn_at is None}
    agreed = {row.purpose for row in rows if row.withdrawn_at is None and row.version == versions[row.purpose]}
    return frozenset(agreed), frozenset(row.purpose for row in rows if row.purpose not in standing)


def rights_of(organiser: Organiser) -> frozenset[Right]:
    """Return the rights of an organiser; a value that this version does not know is none."""
    given = organiser.rights.split()
    return frozenset(right for right in Right if organiser.is_owner or right in given)


def of_viewer(known: Standing, person: Person) -> Standing:
    """Return remembered roles with the person as read in this request, and with rows that a view may change."""
    expert = copy(known.expert)
    if expert is not None:
        expert.person = person
    others = {name: copy(getattr(known, name)) for name in ("enterprise", "interpreter", "translator", "reviewer")}
    return replace(known, expert=expert, **others)
