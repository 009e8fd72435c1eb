"""The data model: people, events, registrations (who takes part), plans, jobs (work to do), typed (form texts),
translations (of what participants wrote), drafts (by machine, of these).

Instants are UTC and aware. Organisers' texts in several languages are JSON objects `{locale: text}`; a participant's
text is stored once, with its language, and its translations are rows beside it. Uniqueness is ensured by database
constraints.
"""

from server.models.contacts import Contact, ContactKind, ContactReaders, ContactShare
from server.models.counters import EventChange, Part
from server.models.delegations import Delegation, DelegationMember, TwinMerge
from server.models.drafts import DraftDay, DraftFault, DraftOrder
from server.models.events import Event, FormerAddress, Hall, PlenaryItem, Slot, Table
from server.models.files import FileKind, FileReaders, StoredFile
from server.models.imports import ImportFile, ImportUpload, Unclaimed
from server.models.invitations import Entries, Invitation, InvitationHost
from server.models.jobs import Job, JobKind, JobState, Mail, MailFailure
from server.models.needs import BudgetBand, Confidentiality, Need, NeedState, Rights
from server.models.passports import Passport, PassportRead, PassportRequest
from server.models.people import (
    AddressChange,
    Consent,
    Erasure,
    LinkEnd,
    Organisation,
    OrganisationKind,
    Person,
    Session,
    SignInLink,
    Throttle,
)
from server.models.plans import (
    CalendarEntry,
    Claim,
    ClaimKind,
    DocumentKind,
    Meeting,
    Plan,
    PlanDocument,
    PlanState,
    Publication,
    Release,
)
from server.models.reception import Escort, Reception
from server.models.registrations import (
    ActOnBehalf,
    Correction,
    CorrectionKind,
    Delegate,
    DelegateRole,
    Departure,
    FeedToken,
    Interpreter,
    Level,
    Mode,
    Organiser,
    Participation,
    Registration,
    SameName,
    Side,
    Wish,
    WishKind,
)
from server.models.requests import ChangeRequest, Decision, PresenceRequest
from server.models.reviews import (
    EventReviewer,
    NeedAct,
    NeedAgreement,
    NeedClearance,
    NeedHold,
    NeedRemark,
    NeedRevision,
)
from server.models.team import Right, TeamAct, TeamChange
from server.models.translations import (
    EventTranslator,
    TextField,
    Translation,
    TranslationState,
    TranslationUpload,
)
from server.models.travel import HelpState, Travel
from server.models.typed import HeldForm, SentForm
from server.models.visas import VisaRule

__all__ = [
    "ActOnBehalf",
    "AddressChange",
    "BudgetBand",
    "CalendarEntry",
    "ChangeRequest",
    "Claim",
    "ClaimKind",
    "Confidentiality",
    "Consent",
    "Contact",
    "ContactKind",
    "ContactReaders",
    "ContactShare",
    "Correction",
    "CorrectionKind",
    "Decision",
    "Delegate",
    "DelegateRole",
    "Delegation",
    "DelegationMember",
    "Departure",
    "DocumentKind",
    "DraftDay",
    "DraftFault",
    "DraftOrder",
    "Entries",
    "Erasure",
    "Escort",
    "Event",
    "EventChange",
    "EventReviewer",
    "EventTranslator",
    "FeedToken",
    "FileKind",
    "FileReaders",
    "FormerAddress",
    "Hall",
    "HeldForm",
    "HelpState",
    "ImportFile",
    "ImportUpload",
    "Interpreter",
    "Invitation",
    "InvitationHost",
    "Job",
    "JobKind",
    "JobState",
    "Level",
    "LinkEnd",
    "Mail",
    "MailFailure",
    "Meeting",
    "Mode",
    "Need",
    "NeedAct",
    "NeedAgreement",
    "NeedClearance",
    "NeedHold",
    "NeedRemark",
    "NeedRevision",
    "NeedState",
    "Organisation",
    "OrganisationKind",
    "Organiser",
    "Part",
    "Participation",
    "Passport",
    "PassportRead",
    "PassportRequest",
    "Person",
    "Plan",
    "PlanDocument",
    "PlanState",
    "PlenaryItem",
    "PresenceRequest",
    "Publication",
    "Reception",
    "Registration",
    "Release",
    "Right",
    "Rights",
    "SameName",
    "SentForm",
    "Session",
    "Side",
    "SignInLink",
    "Slot",
    "StoredFile",
    "Table",
    "TeamAct",
    "TeamChange",
    "TextField",
    "Throttle",
    "Translation",
    "TranslationState",
    "TranslationUpload",
    "Travel",
    "TwinMerge",
    "Unclaimed",
    "VisaRule",
    "Wish",
    "WishKind",
]
