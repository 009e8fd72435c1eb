"""Forms of invitations."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any

from pydantic import Field, create_model

from i18n import _
from server.fields import Day
from server.forms import BlankIsNone, Fault, Fields, Line
from server.invitations.values import GUEST_TEXTS, HOST_TEXTS, LOCALES, PAIRS, HostValues, InvitationValues
from server.models.base import LINE, NAME
from server.models.invitations import Entries

Text = Annotated[Line, Field(max_length=LINE)]


def _texts(names: tuple[str, ...]) -> dict[str, Any]:
    return {f"{name}_{code}": (Text, "") for name in names for code in LOCALES}


def _collected(form: Fields, names: tuple[str, ...]) -> dict[str, Any]:
    """Return {locale: text} by name, without empty texts."""
    return {name: {code: text for code in LOCALES if (text := getattr(form, f"{name}_{code}"))} for name in names}


class _HostFields(Fields):
    """What the host says in each invitation."""

    phone: Annotated[Line, Field(max_length=NAME)] = ""
    email: Annotated[Line, Field(max_length=254)] = ""

    def values(self) -> HostValues:
        """Return what is to be saved."""
        return HostValues(**_collected(self, HOST_TEXTS), phone=self.phone, email=self.email)


class _InvitationFields(Fields):
    """The invitation of one expert."""

    first_day: Annotated[Day | None, BlankIsNone] = None
    last_day: Annotated[Day | None, BlankIsNone] = None
    entries: Entries = Entries.SINGLE
    companions: Text = ""
    has_passport: bool = False

    def across(self) -> Iterator[Fault]:
        yield from super().across()
        first: date | None = self.first_day if self.has("first_day", "last_day") else None
        if first is not None and self.last_day is not None and self.last_day < first:
            yield Fault(_("The last day is before the first day."), "last_day", code="reversed")

    def values(self) -> InvitationValues:
        """Return what is to be saved."""
        names = ("first_day", "last_day", "entries", "companions", "has_passport")
        return InvitationValues(**_collected(self, GUEST_TEXTS), **{name: getattr(self, name) for name in names})


HostFields: Any = create_model("HostFields", __base__=_HostFields, **_texts(HOST_TEXTS))
InvitationFields: Any = create_model("InvitationFields", __base__=_InvitationFields, **_texts(GUEST_TEXTS))


class FileFields(Fields):
    """Which file is wanted. reason: needed where passport data is read."""

    pair: Annotated[str, Field(pattern=f"^({'|'.join(PAIRS)})$")]
    kind: Annotated[str, Field(pattern="^(docx|pdf)$")]
    reason: Text = ""
