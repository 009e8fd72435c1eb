"""Typed inputs of services: what a row is to hold, as a frozen object with a value for each column."""

from dataclasses import dataclass, fields
from enum import Enum
from typing import Any, Literal


class _Unset(Enum):
    UNSET = "unset"


# For columns that a caller leaves as they are; None is a value.
UNSET = _Unset.UNSET
Unset = Literal[_Unset.UNSET]


@dataclass(frozen=True, kw_only=True)
class Values:
    """Base class. The fields of a subclass are columns of one model."""

    def columns(self) -> dict[str, Any]:
        """Return the values by column, as models take them, without those that are UNSET."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in values.items() if value is not UNSET}
