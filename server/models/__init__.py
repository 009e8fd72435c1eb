"""The data model: people, events, registrations (who takes part), plans, jobs (work to do), typed (form texts),
translations (of what participants wrote), drafts (by machine, of these).

Instants are UTC and aware. Organisers' texts in several languages are JSON objects `{locale: text}`; a participant's
text is stored once, with its language, and its translations are rows beside it. Uniqueness is ensured by database
constraints.
"""

from server.models.counters import EventChange, Part
from server.models.drafts import DraftDay, DraftFault, DraftOrder
from server.models.events import Event, FormerAddress, Hall, PlenaryItem, Slot, Table
from server.models.files import FileKind, FileReaders, StoredFile
from server.models.imports import ImportFile, ImportUpload, Unclaimed
from server.models.jobs import Job, JobKind, JobState, Mail, MailFailure
from server.models.needs import BudgetBand, Confidentiality, Need, NeedState, Rights
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
from server.models.registrations import (
    ActOnBehalf,
    Correction,
    CorrectionKind,
    Delegate,
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
from server.models.requests import Decision, PresenceRequest
from server.models.translations import (
    EventTranslator,
    TextField,
    Translation,
    TranslationState,
    TranslationUpload,
)
from server.models.travel import HelpState, Travel
from server.models.typed import HeldForm, SentForm

__all__ = [
    "ActOnBehalf",
    "AddressChange",
    "BudgetBand",
    "CalendarEntry",
    "Claim",
    "ClaimKind",
    "Confidentiality",
    "Consent",
    "Correction",
    "CorrectionKind",
    "Decision",
    "Delegate",
    "Departure",
    "DocumentKind",
    "DraftDay",
    "DraftFault",
    "DraftOrder",
    "Erasure",
    "Event",
    "EventChange",
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
    "NeedState",
    "Organisation",
    "OrganisationKind",
    "Organiser",
    "Part",
    "Participation",
    "Person",
    "Plan",
    "PlanDocument",
    "PlanState",
    "PlenaryItem",
    "PresenceRequest",
    "Publication",
    "Registration",
    "Release",
    "Rights",
    "SameName",
    "SentForm",
    "Session",
    "Side",
    "SignInLink",
    "Slot",
    "StoredFile",
    "Table",
    "TextField",
    "Throttle",
    "Translation",
    "TranslationState",
    "TranslationUpload",
    "Travel",
    "Unclaimed",
    "Wish",
    "WishKind",
]
