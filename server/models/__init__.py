"""The data model at one glance: who (people), what event (events), who takes part (registrations), what is planned
(plans), what remains to be done (jobs), what was typed (typed).

Instants are UTC and aware. Texts that organisers write in several languages are JSON objects `{locale: text}`; what a
participant writes stands once, beside the language it is written in. Uniqueness is the database's work.
"""

from server.models.events import Event, FormerAddress, Hall, PlenaryItem, Slot, Table
from server.models.imports import ImportFile, ImportUpload, Unclaimed
from server.models.jobs import Job, JobKind, JobState, Mail, MailFailure
from server.models.people import (
    AddressChange,
    Consent,
    LinkEnd,
    Organisation,
    OrganisationKind,
    Person,
    Session,
    SignInLink,
    Throttle,
)
from server.models.plans import CalendarEntry, Claim, ClaimKind, Meeting, Plan, PlanState, Publication, Release
from server.models.registrations import (
    ActOnBehalf,
    BudgetBand,
    Confidentiality,
    Correction,
    CorrectionKind,
    Delegate,
    Departure,
    FeedToken,
    Interpreter,
    Level,
    Mode,
    Need,
    NeedState,
    Organiser,
    Participation,
    Registration,
    SameName,
    Side,
    Wish,
    WishKind,
)
from server.models.requests import Decision, PresenceRequest
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
    "Event",
    "FeedToken",
    "FormerAddress",
    "Hall",
    "HeldForm",
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
    "Participation",
    "Person",
    "Plan",
    "PlanState",
    "PlenaryItem",
    "PresenceRequest",
    "Publication",
    "Registration",
    "Release",
    "SameName",
    "SentForm",
    "Session",
    "Side",
    "SignInLink",
    "Slot",
    "Table",
    "Throttle",
    "Unclaimed",
    "Wish",
    "WishKind",
]
