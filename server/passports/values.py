"""Input and read models of the service of passport data."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Self

from server.values import Values


class Sex(StrEnum):
    """The sex as passports state it (ICAO 9303)."""

    FEMALE = "F"
    MALE = "M"
    OTHER = "X"


@dataclass(frozen=True)
class PassportData:
    """What is sealed. number: without spaces, in capitals."""

    number: str
    birth: date
    sex: Sex

    def fields(self) -> dict[str, str]:
        return {name: str(value) for name, value in asdict(self).items()}

    @classmethod
    def of(cls, fields: Mapping[str, str]) -> Self:
        return cls(fields["number"], date.fromisoformat(fields["birth"]), Sex(fields["sex"]))

    @property
    def masked(self) -> str:
        """The number with its last three characters only."""
        return "•" * (len(self.number) - 3) + self.number[-3:]


@dataclass(frozen=True, kw_only=True)
class RequestValues(Values):
    """See `PassportRequest`."""

    purpose: dict[str, str]
    delete_after: date
