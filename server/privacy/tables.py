"""What the register of tables is made of: kinds of data, reasons to leave a column out, and the rule of one table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from tortoise.models import Model

from server.privacy.periods import Period


class Category(StrEnum):
    """What kind of data a table has, in the order of the record of processing."""

    ACCOUNT = "account"
    ACCESS = "access"
    PROFILE = "profile"
    PASSPORTS = "passports"
    TEXTS = "texts"
    WISHES = "wishes"
    MEETINGS = "meetings"
    CONSENTS = "consents"
    MESSAGES = "messages"
    UPLOADS = "uploads"
    ACTS = "acts"


# Why a column is not in the export.
SECRET = "secret: whoever has it can sign in or read a calendar"  # noqa: S105
INTERNAL = "internal: keys, places in a queue, no statement about the person"
OF_OTHERS = "about other people"
# Values of e-mails that are not sent yet: a path may sign in, a code does.
SECRET_VALUES = frozenset({"path", "code", "agree"})
# Columns that every table has; they are in every export.
EVERYWHERE = ("id", "created_at", "updated_at")


@dataclass(frozen=True)
class TableRule:
    """What a table holds about people.

    whose: paths of columns from the row to the id of a person, or to an address (`email`, `to_address`). columns: in
    the export. withheld: columns that are not, with the reason.
    """

    model: type[Model]
    category: Category
    period: Period
    whose: tuple[str, ...]
    columns: str = ""
    withheld: Mapping[str, str] = field(default_factory=dict)

    @property
    def table(self) -> str:
        return str(self.model._meta.db_table)

    @property
    def exported(self) -> Sequence[str]:
        return (*EVERYWHERE, *self.columns.split())


def because(reason: str, columns: str) -> dict[str, str]:
    """Return columns that are withheld for one reason."""
    return dict.fromkeys(columns.split(), reason)
