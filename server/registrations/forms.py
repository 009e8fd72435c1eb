"""Forms of the registration steps. Each step is saved separately, so that nothing is lost on the way."""

from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from i18n import _, formats
from i18n.names import clean_latin, clean_name, needs_latin
from i18n.text import TextError
from server.fields import Email, MailLocale, OwnZone
from server.forms import BlankIsNone, Fault, Fields, Line, Text
from server.models import OrganisationKind
from server.models.base import LINE, NAME, TEXT
from server.models.needs import MAX_PART
from server.models.registrations import MAX_DELEGATES, MAX_MEETINGS, MAX_NOTE
from server.profiles import Modes, Readiness, Topics
from server.registrations.consents import EMBEDDING, NOT_TICKED, PURPOSES, TRANSLATION
from server.speaking import SpokenFields
from server.translations.own import InOtherLanguages

COUNTRIES = frozenset(formats.countries("en"))


def _name(name: str) -> str:
    try:
        return clean_name(name)
    except TextError as refused:
        raise Fault(refused.message, code=refused.code) from None


def _optional_name(name: str) -> str:
    return _name(name) if name else ""


NEEDS_LATIN = _("Enter the name in Latin letters, as in the passport, so that all participants can read the name.")


def _latin_name(name: str, info: ValidationInfo) -> str:
    if not name:
        if needs_latin(str(info.data.get("full_name", ""))):
            raise Fault(NEEDS_LATIN, code="latin-name-needed")
        return ""
    try:
        return clean_latin(name)
    except TextError as refused:
        raise Fault(refused.message, code=refused.code) from None


def _country_of(code: str, info: ValidationInfo) -> str:
    _known_country(code)
    if info.data.get("latin_name") == "" and needs_latin(str(info.data.get("full_name", "")), code):
        raise Fault(NEEDS_LATIN, field="latin_name", code="latin-name-needed")
    return code


def _known_country(code: str) -> str:
    if code not in COUNTRIES:
        raise Fault(_("Choose one of the options."), code="not-an-option")
    return code


PersonName = Annotated[Line, AfterValidator(_name)]
OptionalName = Annotated[Line, AfterValidator(_optional_name)]
Short = Annotated[Line, Field(max_length=NAME)]
Part = Annotated[Text, Field(max_length=MAX_PART)]
Note = Annotated[Text, Field(max_length=MAX_NOTE)]


class ExpertWorkFields(InOtherLanguages):
    """The expert's person and work."""

    full_name: PersonName
    latin_name: Annotated[Line, AfterValidator(_latin_name), Field(validate_default=True)] = ""
    zh_name: OptionalName = ""
    country: Annotated[str, AfterValidator(_country_of)]
    time_zone: OwnZone = ""
    affiliation: Annotated[Short, Field(min_length=1)]
    position: Short = ""
    degree: Short = ""
    headline: Annotated[Line, Field(min_length=1, max_length=LINE)]
    offer: Annotated[Text, Field(min_length=20, max_length=TEXT)]
    results: Part = ""
    patents: Part = ""
    note: Note = ""
    topics: Annotated[Topics, Field(default=[], min_length=1, validate_default=True)]
    readiness: Readiness = None


class CooperationFields(SpokenFields):
    """Cooperation modes and languages of an expert."""

    modes: Annotated[Modes, Field(min_length=1)]


class PresenceFields(Fields):
    """Availability and meeting limit of a party."""

    available: list[int] = Field(min_length=1, max_length=2000)
    max_meetings: Annotated[Annotated[int, Field(ge=1, le=MAX_MEETINGS)] | None, BlankIsNone] = None


class EnterprisePresenceFields(PresenceFields):
    """Availability, meeting limit and simultaneous meetings of an enterprise."""

    parallel: int = Field(default=1, ge=1, le=MAX_DELEGATES)


class EnterpriseProfileFields(InOtherLanguages, SpokenFields):
    """The enterprise, and the delegate who registers it."""

    name: Annotated[Short, Field(min_length=2)]
    latin_name: Short = ""
    kind: OrganisationKind
    description: Annotated[Text, Field(max_length=TEXT)] = ""
    note: Note = ""
    full_name: PersonName
    position: Short = ""


class ConsentFields(Fields):
    """Ticked purposes. Each missing needed one has a fault of its own under `purposes-<code>`."""

    purposes: list[str] = Field(default=[], validate_default=True)

    @field_validator("purposes")
    @classmethod
    def _needed_ones(cls, purposes: list[str]) -> list[str]:
        missing = [purpose.code for purpose in PURPOSES if purpose.is_needed and purpose.code not in purposes]
        if missing:
            told = {f"purposes-{code}": NOT_TICKED for code in missing}
            raise Fault(NOT_TICKED, f"purposes-{missing[0]}", also=told, code="not-ticked")
        return [code for code in (*(purpose.code for purpose in PURPOSES), TRANSLATION, EMBEDDING) if code in purposes]


class DelegateFields(Fields):
    """The form that adds a delegate."""

    email: Email
    full_name: PersonName
    position: Short = ""
    mail_locale: MailLocale = ""


class ContactFields(Fields):
    """The address of a person who has never signed in."""

    email: Email
