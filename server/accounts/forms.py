"""What the sign-in and account pages accept."""

from typing import Annotated
from zoneinfo import available_timezones

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BeforeValidator, Field, field_validator

from i18n import _
from server.forms import Fault, Fields, Line
from server.models.base import NAME


def _email(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return validate_email(value.strip(), check_deliverability=False, test_environment=True).normalized.casefold()
    except EmailNotValidError:
        raise Fault(_("Write an e-mail address such as anna@example.org.")) from None


Email = Annotated[Line, BeforeValidator(_email), Field(max_length=254)]


class SignIn(Fields):
    email: Email
    next: str = "/"


class Code(Fields):
    code: Line

    @field_validator("code")
    @classmethod
    def _six_digits(cls, code: str) -> str:
        digits = code.replace(" ", "")
        if not (len(digits) == 6 and digits.isascii() and digits.isdigit()):
            raise Fault(_("The code has six digits."))
        return digits


class ChooseLanguage(Fields):
    to: str
    next: str = "/"


def _known_zone(zone: str) -> str:
    if zone and zone not in available_timezones():
        raise Fault(_("Write a time zone such as Europe/Moscow."))
    return zone


OwnZone = Annotated[Line, AfterValidator(_known_zone)]


class Account(Fields):
    full_name: Annotated[Line, Field(min_length=1, max_length=NAME)]
    time_zone: OwnZone = ""
