"""The form of the own contacts."""

from typing import Annotated

from pydantic import Field

from server.forms import Fields, Line
from server.models import ContactKind, ContactReaders, FieldReaders
from server.models.base import NAME

Value = Annotated[Line, Field(max_length=NAME)]


class ContactsFields(Fields):
    """A value and its readers for each kind; an empty value deletes the contact."""

    email: Value = ""
    email_readers: ContactReaders = ContactReaders.AGREED
    phone: Value = ""
    phone_readers: ContactReaders = ContactReaders.AGREED
    wechat: Value = ""
    wechat_readers: ContactReaders = ContactReaders.AGREED
    telegram: Value = ""
    telegram_readers: ContactReaders = ContactReaders.AGREED
    website: Value = ""
    website_readers: ContactReaders = ContactReaders.AGREED

    def contacts(self) -> dict[ContactKind, tuple[str, ContactReaders]]:
        """Return value and readers by kind."""
        return {kind: (getattr(self, kind), getattr(self, f"{kind}_readers")) for kind in ContactKind}


class ReadersFields(Fields):
    """Who reads each field of an expert's profile that `server.visible` lets the expert choose."""

    affiliation: FieldReaders
    position: FieldReaders
    degree: FieldReaders
    country: FieldReaders
    results: FieldReaders
    patents: FieldReaders


class ShareFields(Fields):
    """The button that agrees to exchange contacts, or revokes that."""

    share: bool
