"""What e-mails say: a class for each template under templates/mail, with the values that the template shows. Those of
signing in and of the account are in `server.account_emails`.

The outbox stores the values as JSON (`Mail.values`), and e-mails that wait there may have been queued by an earlier
version: a template has to cope without a value that was added later.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, ClassVar

from server.models import Side


class OptionalKind(StrEnum):
    """A kind of e-mails that a person can switch off, because nobody needs them to take part."""

    REMINDERS = "reminders"
    MUTUAL = "mutual"
    APPROVALS = "approvals"


@dataclass(frozen=True, kw_only=True)
class Email:
    """Base class. template: its name. optional: if it can be switched off. path: of the page that the e-mail links to,
    beginning with "/".
    """

    template: ClassVar[str]
    optional: ClassVar[OptionalKind | None] = None

    path: str

    def values(self) -> dict[str, Any]:
        """Return the fields as JSON."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class AccountEmail(Email):
    """Base class of e-mails to an address, which may have no account yet."""


@dataclass(frozen=True, kw_only=True)
class EventEmail(Email):
    """Base class of e-mails to a person about an event; `mail` adds the names of both."""


@dataclass(frozen=True, kw_only=True)
class Invitation(EventEmail):
    """Base class of e-mails whose path signs the person in."""


# Invitations ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class InviteParty(Invitation):
    """To a person whom an organiser has registered. side: of the party."""

    template = "invited"

    side: Side


@dataclass(frozen=True, kw_only=True)
class InviteDelegate(Invitation):
    template = "delegate"


@dataclass(frozen=True, kw_only=True)
class InviteOrganiser(Invitation):
    template = "organiser"


@dataclass(frozen=True, kw_only=True)
class EventHandedOver(EventEmail):
    """To the new owner of an event. by: name of the owner before."""

    template = "owner"

    by: str


@dataclass(frozen=True, kw_only=True)
class AdministratorEntered(EventEmail):
    """To the organisers of an event that an administrator has entered. by: the administrator's name."""

    template = "administrator_entered"

    by: str


@dataclass(frozen=True, kw_only=True)
class InviteInterpreter(Invitation):
    template = "interpreter"


@dataclass(frozen=True, kw_only=True)
class InviteTranslator(Invitation):
    template = "translator"


@dataclass(frozen=True, kw_only=True)
class InviteDeskStaff(Invitation):
    template = "desk_staff"


@dataclass(frozen=True, kw_only=True)
class InviteEscort(Invitation):
    template = "escort"


@dataclass(frozen=True, kw_only=True)
class InviteReviewer(Invitation):
    template = "reviewer"


@dataclass(frozen=True, kw_only=True)
class InviteLeader(Invitation):
    """To the leader of a delegation. delegation: its name by locale."""

    template = "leader"

    delegation: Mapping[str, str]


# Taking part ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class RegistrationComplete(EventEmail):
    template = "registered"


@dataclass(frozen=True, kw_only=True)
class EventMoved(EventEmail):
    """before, after: the days of the event, in the reader's language."""

    template = "event_moved"

    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class MeetingChange:
    """said: sentences in the reader's language about the meeting before and after."""

    said: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class PlanPublished(EventEmail):
    """The person's changed meetings by kind of change, each by time. has_drafts: some texts are machine drafts."""

    template = "published"

    added: Sequence[MeetingChange]
    moved: Sequence[MeetingChange]
    reseated: Sequence[MeetingChange]
    staffed: Sequence[MeetingChange]
    cancelled: Sequence[MeetingChange]
    released: Sequence[MeetingChange]
    has_drafts: bool = False


class Leaver(StrEnum):
    """Who has left: a whole party, one of several delegates, or an interpreter."""

    PARTY = "party"
    DELEGATE = "delegate"
    INTERPRETER = "interpreter"


class ReaderRole(StrEnum):
    """What the reader is to the party that an e-mail is about.

    OWN: the expert. COLLEAGUE: a delegate of the enterprise. PARTNER: somebody who meets the party. KEPT, JOINED: a
    delegate of the registration that was kept, or of the one that was joined to it.
    """

    OWN = "own"
    COLLEAGUE = "colleague"
    PARTNER = "partner"
    INTERPRETER = "interpreter"
    ORGANISER = "organiser"
    KEPT = "kept"
    JOINED = "joined"


@dataclass(frozen=True, kw_only=True)
class LostMeeting:
    """A meeting that will not take place. when: in the reader's language. table: its number."""

    when: str
    table: str


@dataclass(frozen=True, kw_only=True)
class SomebodyLeft(EventEmail):
    """Somebody left. who: their name. meetings: the reader's meetings that cannot take place. affected: how many
    published meetings cannot take place in all.

    until: when undoing ends, None where the e-mail does not say it. at_once: how many meetings the enterprise can now
    have at the same time, None if unchanged.
    """

    template = "left"

    role: ReaderRole
    kind: Leaver
    by_organiser: bool
    who: str
    meetings: Sequence[LostMeeting]
    affected: int
    until: str | None
    at_once: int | None


@dataclass(frozen=True, kw_only=True)
class YouLeft(EventEmail):
    """To the one who left. until: when undoing ends."""

    template = "you_left"

    kind: Leaver
    until: str


@dataclass(frozen=True, kw_only=True)
class SomebodyBack(EventEmail):
    """To those who were told that somebody left. who: the name of the one who is back."""

    template = "back"

    who: str


@dataclass(frozen=True, kw_only=True)
class RegistrationsJoined(EventEmail):
    """Two registrations of an enterprise became one. who: its name. new: names of the delegates who came to it.

    meetings: the reader's meetings that cannot take place.
    """

    template = "joined"

    role: ReaderRole
    who: str
    new: Sequence[str]
    meetings: Sequence[LostMeeting]


@dataclass(frozen=True, kw_only=True)
class AbsenceAsked(EventEmail):
    """To organisers. who: the name of the participant or interpreter. slots: in the reader's language."""

    template = "absence_asked"

    who: str
    slots: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class AbsenceDecided(EventEmail):
    """To the one who asked. slots: in the reader's language."""

    template = "absence_decided"

    is_granted: bool
    slots: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class ChangesDecided(EventEmail):
    """To the one who asked for changes of a registration. accepted, declined: names of fields, in the reader's
    language. remark: of the organiser, or "".
    """

    template = "changes_decided"

    accepted: Sequence[str]
    declined: Sequence[str]
    remark: str


@dataclass(frozen=True, kw_only=True)
class BothWantToMeet(EventEmail):
    """To both sides, once each wants to meet the other. who: the name of the other side, in the reader's language."""

    template = "agreed"
    optional = OptionalKind.MUTUAL

    who: str


@dataclass(frozen=True, kw_only=True)
class WishesDue(EventEmail):
    """To those without wishes. until: the day until which wishes are asked for, in the reader's language, or ""."""

    template = "wishes_due"
    optional = OptionalKind.REMINDERS

    side: Side
    until: str


@dataclass(frozen=True, kw_only=True)
class NeedReturned(EventEmail):
    """To the enterprise. title: of the need that a reviewer sent back. remarks: how many there are."""

    template = "need_returned"

    title: str
    remarks: int


@dataclass(frozen=True, kw_only=True)
class NeedApproved(EventEmail):
    """To the enterprise. title: of the need. is_published: experts see it; else it waits for the secrecy review."""

    template = "need_approved"
    optional = OptionalKind.APPROVALS

    title: str
    is_published: bool


@dataclass(frozen=True, kw_only=True)
class LeaderLeft(EventEmail):
    """To organisers: nobody leads a delegation any more. delegation: its name by locale."""

    template = "leader_left"

    delegation: Mapping[str, str]
