"""Forms of the sign-in and account pages."""

import unicodedata
from typing import Annotated, Any

from pydantic import Field, field_validator

from i18n import _
from server.accounts.values import AccountValues
from server.fields import Email, OwnZone
from server.forms import Fault, Fields, Line
from server.models.base import NAME


class SignInFields(Fields):
    """The form that asks for a sign-in e-mail."""

    email: Email
    next: str = "/"


CODE_LENGTH = 6
MAX_CODE_TYPED = 64
# Separators that people type between digits, and invisible characters that keyboards and mail programs add: spaces,
# dashes, direction marks.
SEPARATORS = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Pd", "Mn"})


def six_digits(typed: str) -> str | None:
    """Return the six digits in a text as ASCII, or None if the text has anything else.

    Digits of any script or width count; separators are dropped.
    """
    if len(typed) > MAX_CODE_TYPED:
        return None
    kept = [char for char in typed if unicodedata.category(char) not in SEPARATORS and char not in "._·"]
    numbers = [unicodedata.numeric(char, -1) for char in kept]
    if len(numbers) != CODE_LENGTH or not all(number in range(10) for number in numbers):
        return None
    return "".join(str(int(number)) for number in numbers)


class CodeFields(Fields):
    """The form for the code."""

    code: str

    @field_validator("code", mode="before")
    @classmethod
    def _six_digits(cls, code: Any) -> str:
        digits = six_digits(code) if isinstance(code, str) else None
        if digits is None:
            raise Fault(_("The code has six digits."), code="code-format")
        return digits


class NewAddressFields(Fields):
    """The form that asks to change the address."""

    email: Email


class ChooseLanguage(Fields):
    """The language switch."""

    to: str
    next: str = "/"


class AccountFields(Fields):
    """The form of the account page."""

    full_name: Annotated[Line, Field(min_length=1, max_length=NAME)]
    time_zone: OwnZone = ""

    def values(self) -> AccountValues:
        """Return what the service takes."""
        return AccountValues(full_name=self.full_name, time_zone=self.time_zone)
