"""What every table shares, and the lengths that forms read."""

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


def encode_json(value: Any) -> str:
    """Compact, readable JSON: Chinese and Cyrillic stay as they are; NaN is refused."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def json_field(**options: Any) -> Any:
    """A JSON column. Annotate it in the model with the shape that it holds."""
    return fields.JSONField(encoder=encode_json, **options)


class Row(Model):
    """A table with a number as its key and the instants of its making and last change."""

    id = fields.IntField(primary_key=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        abstract = True


class NotRemoved(Manager):
    """The rows that still belong to their event: what `filter`, `get`, `all` and `exists` of a model find."""

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().filter(removed_at=None)


class Removable(Row):
    """A row that meetings of plans may refer to. Once its event no longer has it, it stays as their history alone.

    `every` finds the removed ones too, and so does a relation that leads to one.
    """

    removed_at: Any = fields.DatetimeField(null=True)
    every = Manager()

    class Meta:
        abstract = True
