"""Forms of delegations."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, Field, create_model

from i18n import LOCALES, _, formats
from server.delegations.values import DelegationValues, LeaderChoice
from server.fields import Email, MailLocale, RowId, collected, in_languages, is_unsaid
from server.forms import BlankIsNone, Fault, Fields, Line, Text
from server.models.base import NAME, TEXT

FIRST_NAME = f"name_{next(iter(LOCALES))}"
COUNTRIES = frozenset(formats.countries("en"))
MOST_AT_ONCE = 200


def _known_country(code: str) -> str:
    if code and code not in COUNTRIES:
        raise Fault(_("Choose one of the options."), code="not-an-option")
    return code


class _DelegationFields(Fields):
    country: Annotated[str, AfterValidator(_known_country)] = ""
    programme: Annotated[Text, Field(max_length=TEXT)] = ""

    def across(self) -> Iterator[Fault]:
        if is_unsaid(self, "name"):
            yield Fault(_("Enter a text in at least one language."), FIRST_NAME, code="missing")

    def values(self) -> DelegationValues:
        return DelegationValues(name=collected(self, "name"), country=self.country, programme=self.programme)


DelegationFields: type[_DelegationFields] = create_model(
    "DelegationFields", __base__=_DelegationFields, **in_languages("name", NAME)
)


class LeaderFields(Fields):
    """The form that names the leader. leader: id of a registration. was: as in `leading.name_leader`."""

    leader: Annotated[RowId | None, BlankIsNone] = None
    leader_email: Annotated[Email | None, BlankIsNone] = None
    leader_name: Annotated[Line, Field(max_length=NAME)] = ""
    mail_locale: MailLocale = ""
    was: str = ""

    def across(self) -> Iterator[Fault]:
        if not self.has("leader", "leader_email"):
            return
        if self.leader and self.leader_email:
            yield Fault(_("Choose an expert or enter an address, not both."), "leader_email", code="two-leaders")
        if not self.leader and not self.leader_email:
            yield Fault(_("Choose an expert, or enter an e-mail address."), "leader", code="missing")

    def choice(self) -> LeaderChoice:
        """Return who is to lead."""
        if self.leader:
            return LeaderChoice(registration_id=self.leader)
        return LeaderChoice(email=self.leader_email or "", name=self.leader_name, locale=self.mail_locale)


class MemberFields(Fields):
    """The form that adds experts of the event. members: ids of registrations."""

    members: list[RowId] = Field(min_length=1, max_length=MOST_AT_ONCE)
