"""Typed inputs of services: what a row is to hold, as a frozen object with a value for each column."""

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Values:
    """Base class. The fields of a subclass are columns of one model."""

    def columns(self) -> dict[str, Any]:
        """Return the values by column, as models and `server.edits` take them."""
        return {each.name: getattr(self, each.name) for each in fields(self)}
