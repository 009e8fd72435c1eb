"""Forms of passport data. No field of the first is kept anywhere but in its table: see `server.held`."""

import re
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from i18n import _
from server.forms import Fault, Fields, Line
from server.passports.values import PassportData, Sex

NUMBER = re.compile(r"[A-Z0-9]{5,15}")
SEPARATORS = re.compile(r"[\s<№#-]+")
OLDEST = 1900


def _number(typed: object) -> object:
    """Return a number without what people type between its parts."""
    return SEPARATORS.sub("", typed).upper() if isinstance(typed, str) else typed


def _plausible(number: str) -> str:
    if not NUMBER.fullmatch(number):
        raise Fault(
            _("Enter the passport number with Latin letters and digits only, such as 75 1234567."),
            code="passport-number",
        )
    return number


def _past(day: date) -> date:
    if not day.year >= OLDEST or day >= date.today():  # noqa: DTZ011
        raise Fault(_("Enter your date of birth, such as 1990-05-21."), code="date-of-birth")
    return day


class PassportFields(Fields):
    """The passport data of an expert. agree: whether the consent is ticked."""

    passport_number: Annotated[Line, BeforeValidator(_number), AfterValidator(_plausible)]
    passport_birth: Annotated[date, AfterValidator(_past)]
    passport_sex: Sex
    agree: bool = False

    def data(self) -> PassportData:
        """Return what is to be sealed."""
        return PassportData(self.passport_number, self.passport_birth, self.passport_sex)
