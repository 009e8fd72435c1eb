"""Base classes of all tables, and column lengths that forms read."""

import json
from typing import Any

from tortoise import fields
from tortoise.manager import Manager
from tortoise.models import Model
from tortoise.queryset import QuerySet

TOKEN_HASH = 64  # hex digits of SHA-256
LOCALE = 16
ZONE = 64
NAME = 200
LINE = 300
TEXT = 8000
MAX_ID = 2**31 - 1  # of a row; databases refuse larger numbers in a query


def encode_json(value: Any) -> str:
    """Return compact, readable JSON: Chinese and Cyrillic are not escaped; NaN raises ValueError."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def json_field(**options: Any) -> Any:
    """Return a JSON column. Annotate the model's attribute with the shape of the values."""
    return fields.JSONField(encoder=encode_json, **options)


class Row(Model):
    """A table with an integer key and the instants of creation and last change."""

    id = fields.IntField(primary_key=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        abstract = True


class NotRemoved(Manager):
    """Default manager of `Removable`: queries find only rows that still belong to their event."""

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().filter(removed_at=None)


class Removable(Row):
    """A row that meetings of plans can refer to. When its event removes it, it stays as history of the plans.

    `every` finds removed rows as well, and so do relations.
    """

    removed_at: Any = fields.DatetimeField(null=True)
    every = Manager()

    class Meta:
        abstract = True
