"""The register of all tables: which columns are about a person, who that is, what for, and for how long.

The export of a person's data, the retention schedule and the record of processing are made of it. A test walks the
models: each column of each table has to be named here.
"""

from collections.abc import Iterator, Mapping, Sequence

from tortoise.models import Model

from server import models
from server.privacy.of_desk import of_desk
from server.privacy.of_plans import of_plans
from server.privacy.of_visas import of_visas
from server.privacy.periods import Period
from server.privacy.tables import INTERNAL, OF_OTHERS, SECRET, Category, TableRule, because

BY_PARTY = ("registration__person_id", "registration__delegates__person_id")
OF_PAIR = ("expert__person_id", "enterprise__delegates__person_id")
OF_NEED = "need__registration__delegates__person_id"


def _of_account() -> Iterator[TableRule]:
    yield TableRule(
        models.Person,
        *(Category.ACCOUNT, Period.ACCOUNT, ("id",)),
        "email full_name latin_name zh_name country locale time_zone unwanted_emails may_create_events "
        "is_administrator signed_in_at",
    )
    yield TableRule(
        models.AddressChange,
        Category.ACCOUNT,
        Period.ADDRESSES,
        ("person_id",),
        "person_id old_email new_email expires_at new_agreed_at old_agreed_at confirmed_at stopped_at",
        because(SECRET, "confirm_hash stop_hash undo_hash"),
    )
    yield TableRule(
        models.FeedToken,
        Category.ACCESS,
        Period.PARTICIPATION,
        ("person_id",),
        "event_id person_id revoked_at",
        because(SECRET, "nonce token_hash"),
    )


def _of_signing_in() -> Iterator[TableRule]:
    yield TableRule(
        models.Session,
        Category.ACCESS,
        Period.SESSIONS,
        ("person_id",),
        "person_id device expires_at used_at",
        because(SECRET, "token_hash"),
    )
    yield TableRule(
        models.Passkey,
        Category.ACCESS,
        Period.ACCOUNT,
        ("person_id",),
        "person_id device used_at",
        because(SECRET, "credential public_key uses"),
    )
    yield TableRule(
        models.ProviderAccount,
        Category.ACCESS,
        Period.ACCOUNT,
        ("person_id",),
        "person_id source subject used_at",
    )
    yield TableRule(
        models.SignInLink,
        Category.ACCESS,
        Period.LINKS,
        ("email",),
        "email next_path event_id attempts is_typed expires_at used_at ended_as",
        because(SECRET, "token_hash code_hash request_hash"),
    )


def _of_participants() -> Iterator[TableRule]:
    taking_part = Category.PROFILE, Period.PARTICIPATION
    yield TableRule(
        models.Registration,
        *taking_part,
        ("person_id", "delegates__person_id"),
        "event_id side person_id organisation_id proposed affiliation position degree headline offer results "
        "patents note text_locale topics modes languages levels readiness presence available max_meetings min_meetings "
        "parallel table_id registered_at withdrawn_at agreed_at readers",
    )
    yield TableRule(
        models.Organisation,
        *taking_part,
        ("registrations__delegates__person_id",),
        "kind name latin_name country description description_locale",
        because(INTERNAL, "name_key"),
    )
    yield TableRule(
        models.Delegate, *taking_part, ("person_id",), "registration_id person_id proposed position role presence"
    )
    yield TableRule(
        models.Participation, *taking_part, ("person_id",), "event_id person_id registration_id delegate_id"
    )
    yield TableRule(
        models.Travel,
        *taking_part,
        ("registration__person_id",),
        "registration_id arrives_at arrives_by arrives_in departs_at departs_by departs_from companions help help_at "
        "accessibility diet",
    )
    yield TableRule(
        models.Interpreter,
        *taking_part,
        ("person_id",),
        "event_id person_id proposed languages presence available max_meetings max_consecutive withheld_at removed_at",
    )


def _of_guests() -> Iterator[TableRule]:
    taking_part = Category.PROFILE, Period.PARTICIPATION
    yield TableRule(
        models.Delegation, *taking_part, ("leader_id",), "event_id name country programme leader_id leader_name"
    )
    yield TableRule(
        models.DelegationMember, *taking_part, ("registration__person_id",), "delegation_id registration_id"
    )
    yield TableRule(
        models.TwinMerge,
        Category.PROFILE,
        Period.FORMS,
        ("kept__person_id", "joined__person_id"),
        "event_id kept_id joined_id before expires_at",
        because(OF_OTHERS, "by_id"),
    )
    yield TableRule(models.Escort, *taking_part, ("email",), "event_id name phone email")
    yield TableRule(
        models.Reception,
        *taking_part,
        ("registration__person_id",),
        "registration_id plate driver hotel room meals escort_id",
    )


def _of_helpers() -> Iterator[TableRule]:
    taking_part = Category.PROFILE, Period.PARTICIPATION
    kept = Category.PROFILE, Period.WITH_EVENT
    yield TableRule(models.Organiser, *kept, ("person_id",), "event_id person_id is_owner rights proposed exports")
    acts, whose = (Category.ACTS, Period.WITH_EVENT), ("by_id", "person_id")
    yield TableRule(models.TeamAct, *acts, whose, "event_id act rights", because(OF_OTHERS, "by_id person_id"))
    yield TableRule(models.Contact, *taking_part, ("person_id",), "event_id person_id kind value readers")
    yield TableRule(models.EventTranslator, *taking_part, ("person_id",), "event_id person_id languages proposed")
    yield TableRule(models.EventReviewer, *taking_part, ("person_id",), "event_id person_id proposed")
    yield TableRule(models.EventCrew, *taking_part, ("person_id",), "event_id person_id role proposed")
    yield TableRule(
        models.Departure,
        *taking_part,
        # Not by the delegates of the party: colleagues who left have rows with their own names.
        ("person_id", "registration__person_id"),
        "event_id registration_id interpreter_id person_id is_whole by_organiser position consents available proposed "
        "left_at undone_at",
    )
    yield TableRule(
        models.PresenceRequest,
        *taking_part,
        (*BY_PARTY, "interpreter__person_id", "asked_by_id"),
        "event_id registration_id interpreter_id asked_by_id slots asked_at decided_at decision",
        because(OF_OTHERS, "decided_by_id"),
    )
    yield TableRule(
        models.ChangeRequest,
        *taking_part,
        (*BY_PARTY, "asked_by_id"),
        "event_id registration_id field before after asked_by_id asked_at stands decision decided_at remark",
        because(OF_OTHERS, "decided_by_id"),
    )
    yield TableRule(
        models.Unclaimed,
        *taking_part,
        ("person_id",),
        "event_id person_id claimed_at",
        because(SECRET, "nonce") | because(INTERNAL, "key"),
    )


def _of_texts() -> Iterator[TableRule]:
    yield TableRule(
        models.HeldForm,
        Category.TEXTS,
        Period.DRAFTS,
        ("person_id",),
        "person_id path values expires_at",
        because(SECRET, "token_hash"),
    )
    yield TableRule(
        models.Need,
        Category.TEXTS,
        Period.PARTICIPATION,
        BY_PARTY,
        "registration_id title text tried acceptance text_locale topics must_topics modes readiness deadline budget "
        "rights decision_owner confidentiality is_released state is_cleared submitted_at delegates outcome "
        "outcome_at renewed_from_id",
    )
    yield TableRule(
        models.Translation,
        Category.TEXTS,
        Period.PARTICIPATION,
        (*BY_PARTY, OF_NEED, "delegate__person_id", "author_id", "checker_id"),
        "event_id registration_id need_id delegate_id field locale text state engine source_text author_id checker_id "
        "checked_at",
        because(INTERNAL, "source_hash"),
    )


def _of_reviews() -> Iterator[TableRule]:
    of_need = Category.TEXTS, Period.PARTICIPATION
    yield TableRule(models.NeedHold, *of_need, ("person_id",), "need_id person_id until")
    yield TableRule(
        models.NeedAgreement,
        Category.CONSENTS,
        Period.PARTICIPATION,
        ("person_id",),
        "need_id person_id name version text_hash locale",
    )
    # A remark that was not sent yet is its reviewer's alone.
    yield TableRule(models.NeedRemark, *of_need, ("by_id",), "need_id field text expert by_id sent_at settled_at")
    yield TableRule(models.NeedClearance, *of_need, ("by_id",), "need_id reviewer scope day remark by_id ended_at")
    yield TableRule(
        models.NeedRevision, *of_need, (OF_NEED, "by_id"), "need_id act changed", because(OF_OTHERS, "by_id")
    )


def _of_meetings() -> Iterator[TableRule]:
    meetings = Category.MEETINGS, Period.WITH_EVENT
    wishes = Category.WISHES, Period.PARTICIPATION
    yield TableRule(
        models.Wish,
        *wishes,
        ("by__person_id", "by__delegates__person_id"),
        "event_id by_id about_id kind",
    )
    yield TableRule(
        models.ContactShare,
        *wishes,
        ("by__person_id", "by__delegates__person_id"),
        "event_id by_id about_id",
    )
    yield TableRule(
        models.CalendarEntry,
        *meetings,
        (*OF_PAIR, "interpreter__person_id"),
        "event_id expert_id enterprise_id uid uid_host sequence staffings is_cancelled start_at end_at table_id "
        "interpreter_id need_id changed_at",
    )
    yield TableRule(
        models.Release,
        *meetings,
        ("interpreter__person_id",),
        "entry_id interpreter_id sequence start_at end_at table_id need_id changed_at",
    )


def _of_ledger() -> Iterator[TableRule]:
    yield TableRule(
        models.Consent,
        Category.CONSENTS,
        Period.CONSENTS,
        ("person_id",),
        "person_id event_id purpose version text_hash locale given_at withdrawn_at",
    )
    yield TableRule(
        models.Mail,
        Category.MESSAGES,
        Period.MESSAGES,
        ("person_id", "to_address"),
        "to_address locale template values sent_at event_id person_id failed_at dropped_at failure refusal",
        because(INTERNAL, "key") | because(OF_OTHERS, "by_id"),
    )


def _of_staff() -> Iterator[TableRule]:
    yield TableRule(
        models.AuditEntry,
        Category.ACTS,
        Period.WITH_EVENT,
        ("person_id",),
        "event_id person_id role act about about_id",
        because(OF_OTHERS, "party_id"),
    )
    yield TableRule(
        models.ActOnBehalf,
        Category.ACTS,
        Period.WITH_EVENT,
        (*BY_PARTY, "interpreter__person_id", "organiser_id"),
        "event_id registration_id interpreter_id act",
        because(OF_OTHERS, "organiser_id"),
    )
    yield TableRule(
        models.Correction,
        Category.ACTS,
        Period.PARTICIPATION,
        ("by_id", "taken_back_by_id"),
        "event_id expert_id enterprise_id kind reason by_id stands taken_back_at",
        because(OF_OTHERS, "taken_back_by_id"),
    )
    yield TableRule(
        models.SameName,
        Category.ACTS,
        Period.WITH_EVENT,
        ("by_id",),
        "event_id one_id other_id kept_id by_id",
    )
    yield TableRule(
        models.DraftOrder,
        Category.ACTS,
        Period.WITH_EVENT,
        ("by_id",),
        "event_id by_id locale done characters ended_at settled_at",
        because(INTERNAL, "engine texts refused fault again_at"),
    )


def _of_uploads() -> Iterator[TableRule]:
    uploaded = Category.UPLOADS, Period.FORMS
    yield TableRule(
        models.StoredFile,
        Category.UPLOADS,
        Period.FILES,
        BY_PARTY,
        "event_id registration_id need_id kind readers name media_type size digest",
        because(INTERNAL, "key") | because(OF_OTHERS, "by_id"),
    )
    yield TableRule(
        models.ImportUpload,
        *uploaded,
        ("person_id",),
        "event_id person_id delegation_id expires_at done_at",
        because(OF_OTHERS, "choices"),
    )
    yield TableRule(
        models.ImportFile,
        *uploaded,
        ("upload__person_id",),
        "upload_id name encoding",
        because(INTERNAL, "position") | because(OF_OTHERS, "data"),
    )
    yield TableRule(
        models.TranslationUpload,
        *uploaded,
        ("person_id",),
        "event_id person_id name expires_at",
        because(OF_OTHERS, "data"),
    )


RULES: Sequence[TableRule] = (
    *(*_of_account(), *_of_signing_in(), *_of_participants(), *of_visas()),
    *(*_of_helpers(), *_of_guests(), *_of_texts(), *_of_reviews()),
    *(*_of_meetings(), *_of_ledger(), *_of_staff(), *of_desk(), *of_plans(), *_of_uploads()),
)
# Tables that say nothing about a person, with the reason.
IMPERSONAL: Mapping[type[Model], str] = {
    models.Claim: "which resource a meeting uses, by ids",
    models.DraftDay: "a number for each day",
    models.Erasure: "ids of deleted accounts, for restored backups",
    models.Event: "texts and rules of the event; the retention empties the rules that name participants",
    models.AuditSeal: "hashes of the activity log",
    models.EventChange: "counters",
    models.FormerAddress: "addresses of pages",
    models.Hall: "rooms",
    models.InvitationHost: "the organisation that invites; the retention deletes the names of its people",
    models.Job: "ids of e-mails, plans and orders",
    models.Meeting: "working plans, by ids; what is published is in the calendar entries",
    models.PassportRequest: "what an event asks for, and until when",
    models.PlanDocument: "working plans: ids, times and numbers without names or texts",
    models.PlenaryItem: "the programme",
    models.Publication: "which plan is published",
    models.SentForm: "digests of forms that were sent",
    models.Recipient: "organisations to which the event passes data",
    models.Slot: "times of the event",
    models.Table: "tables of the venue",
    models.VisaRule: "rules of states",
    models.Throttle: "counts by digest of a caller, for an hour to a month",
}


def rule_of(model: type[Model]) -> TableRule | None:
    """Return what a table holds about people, None if nothing."""
    return next((rule for rule in RULES if rule.model is model), None)


def columns_of(model: type[Model]) -> set[str]:
    """Return the names of a model's columns, as attributes."""
    meta = model._meta
    keys = {f"{name}_id" for name in (*meta.fk_fields, *meta.o2o_fields)}
    return set(meta.fields_db_projection) | keys
