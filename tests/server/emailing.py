"""An example of each e-mail, and e-mails to addresses of nobody."""

from typing import Any

from server import db, mail
from server.account_emails import (
    AddressChangeAsked,
    AddressChanged,
    AddressHasAccount,
    AddressWaits,
    AddressWorks,
    ConfirmAddress,
    PasskeyAdded,
    ProviderConnected,
    SignIn,
)
from server.emails import (
    AbsenceAsked,
    AbsenceDecided,
    AccountEmail,
    AdministratorEntered,
    BothWantToMeet,
    ChangesDecided,
    Email,
    EventHandedOver,
    EventMoved,
    InviteDelegate,
    InviteDeskStaff,
    InviteEscort,
    InviteInterpreter,
    InviteLeader,
    InviteOrganiser,
    InviteParty,
    InviteReviewer,
    InviteTranslator,
    LeaderLeft,
    Leaver,
    LostMeeting,
    MeetingChange,
    NeedApproved,
    NeedReturned,
    PlanPublished,
    ReaderRole,
    RegistrationComplete,
    RegistrationsJoined,
    SomebodyBack,
    SomebodyLeft,
    WishesDue,
    YouLeft,
)
from server.models import Mail, Side

NAME, EVENT = "Анна Петрова", {"en": "Docking days", "zh_Hans": "对接会", "ru": "Дни встреч"}
PATH, UNTIL = "/e/beilun/me", "21 May 2026, 09:00"
CHANGES = [MeetingChange(said=["Tuesday, 09:00, table 7: Beilun Motors"])]
LOST = [LostMeeting(when="Tuesday, 09:00", table="7")]

_EXAMPLES = [
    SignIn(path=PATH, code="123456", minutes=15),
    ConfirmAddress(path=PATH, when=UNTIL),
    AddressHasAccount(path=PATH),
    AddressChangeAsked(path=PATH, new="new@example.org", agree=PATH, when=UNTIL),
    AddressChanged(path=PATH, new="new@example.org"),
    AddressWorks(path=PATH),
    AddressWaits(path=PATH, old="o•••@example.org", when=UNTIL),
    PasskeyAdded(path=PATH, device="Firefox, Windows"),
    ProviderConnected(path=PATH, provider="企业微信 WeCom"),
    InviteParty(path=PATH, side=Side.EXPERT),
    InviteDelegate(path=PATH),
    InviteOrganiser(path=PATH),
    EventHandedOver(path=PATH, by=NAME),
    AdministratorEntered(path=PATH, by=NAME),
    InviteInterpreter(path=PATH),
    InviteTranslator(path=PATH),
    InviteReviewer(path=PATH),
    InviteDeskStaff(path=PATH),
    InviteEscort(path=PATH),
    InviteLeader(path=PATH, delegation={"en": "Tomsk"}),
    LeaderLeft(path=PATH, delegation={"en": "Tomsk"}),
    NeedReturned(path=PATH, title="Quieter motors", remarks=2),
    NeedApproved(path=PATH, title="Quieter motors", is_published=True),
    RegistrationComplete(path=PATH),
    EventMoved(path=PATH, before="19–20 May 2026", after="21–22 May 2026"),
    PlanPublished(path=PATH, added=CHANGES, moved=[], reseated=[], staffed=[], cancelled=[], released=[]),
    SomebodyLeft(
        path=PATH,
        role=ReaderRole.PARTNER,
        kind=Leaver.PARTY,
        by_organiser=False,
        who="Beilun Motors",
        meetings=LOST,
        affected=1,
        until=UNTIL,
        at_once=None,
    ),
    YouLeft(path=PATH, kind=Leaver.PARTY, until=UNTIL),
    SomebodyBack(path=PATH, who="Beilun Motors"),
    RegistrationsJoined(path=PATH, role=ReaderRole.PARTNER, who="Beilun Motors", new=[], meetings=LOST),
    AbsenceAsked(path=PATH, who="Beilun Motors", slots=["Tuesday, 09:00"]),
    ChangesDecided(path=PATH, accepted=["Topics"], declined=["Degree"], remark="Send the diploma."),
    AbsenceDecided(path=PATH, is_granted=True, slots=["Tuesday, 09:00"]),
    BothWantToMeet(path=PATH, who="Beilun Motors"),
    WishesDue(path=PATH, side=Side.EXPERT, until="21 May 2026"),
]
EXAMPLES: dict[str, Email] = {each.template: each for each in _EXAMPLES}


def made(key: str, to: str = "anna@example.org", template: str = "registered", **columns: Any) -> Mail:
    """Return an e-mail with the example's values, not stored. values: of some of them, instead."""
    example = EXAMPLES[template]
    names = {} if isinstance(example, AccountEmail) else {"name": NAME, "event_name": EVENT}
    values = {**names, **example.values(), **columns.pop("values", {})}
    return Mail(key=key, to_address=to, template=template, **{"locale": "en", **columns}, values=values)


async def queued(key: str, to: str = "anna@example.org", template: str = "registered", **columns: Any) -> None:
    """Put such an e-mail into the outbox."""
    await db.atomic(mail.queue_all)([made(key, to, template, **columns)])
