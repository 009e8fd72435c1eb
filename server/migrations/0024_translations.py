"""Translations of what participants wrote, counted as a part of their event, and who may write them."""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops
from json import loads
from server.models.base import encode_json
from server.models.translations import TextField, TranslationState
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index


RAISE = """INSERT INTO event_change (event_id, part, writer, number) VALUES ({row}.event_id, 'texts', 0, 1)
    ON CONFLICT (event_id, part, writer) DO UPDATE SET number = event_change.number + 1"""
ROWS = "changed CROSS JOIN LATERAL (SELECT changed.event_id) AS of_row"


async def count_texts(_apps: Any, editor: Any) -> None:
    is_sqlite = editor.client.capabilities.dialect == "sqlite"
    for event in ("INSERT", "UPDATE", "DELETE"):
        row = "OLD" if event == "DELETE" else "NEW"
        on = f"CREATE TRIGGER count_translation_{event.lower()} AFTER {event} ON translation"
        counted = f"BEGIN {RAISE.format(row=row)}; END"
        if not is_sqlite:
            counted = f"""REFERENCING {row} TABLE AS changed
                FOR EACH STATEMENT EXECUTE FUNCTION count_event_change('texts', '{ROWS}')"""
        await editor.client.execute_query(f"{on} {counted}")


class Migration(migrations.Migration):
    dependencies = [("server", "0023_roles")]

    initial = False

    operations = [
        ops.CreateModel(
            name="EventTranslator",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("updated_at", fields.DatetimeField(auto_now=True, auto_now_add=False)),
                (
                    "event",
                    fields.ForeignKeyField(
                        "server.Event",
                        source_field="event_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="translators",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "person",
                    fields.ForeignKeyField(
                        "server.Person",
                        source_field="person_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="translates",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("languages", fields.JSONField(default=list, encoder=encode_json, decoder=loads)),
            ],
            options={
                "table": "event_translator",
                "app": "server",
                "unique_together": (("event", "person"),),
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Translation",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("updated_at", fields.DatetimeField(auto_now=True, auto_now_add=False)),
                (
                    "event",
                    fields.ForeignKeyField(
                        "server.Event",
                        source_field="event_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="translations",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "registration",
                    fields.ForeignKeyField(
                        "server.Registration",
                        source_field="registration_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="translations",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "need",
                    fields.ForeignKeyField(
                        "server.Need",
                        source_field="need_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="translations",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "delegate",
                    fields.ForeignKeyField(
                        "server.Delegate",
                        source_field="delegate_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="translations",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("field", fields.CharEnumField(enum_type=TextField, max_length=16)),
                ("locale", fields.CharField(max_length=16)),
                ("text", fields.TextField(unique=False)),
                ("state", fields.CharEnumField(enum_type=TranslationState, max_length=16)),
                ("engine", fields.CharField(default="", max_length=200)),
                ("source_hash", fields.CharField(max_length=64)),
                (
                    "author",
                    fields.ForeignKeyField(
                        "server.Person",
                        source_field="author_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="translations",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                (
                    "checker",
                    fields.ForeignKeyField(
                        "server.Person",
                        source_field="checker_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="checked_translations",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("checked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "translation",
                "app": "server",
                "unique_together": (
                    ("registration", "field", "locale"),
                    ("need", "field", "locale"),
                    ("delegate", "field", "locale"),
                ),
                "indexes": [Index(fields=["event_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
        ops.RunPython(count_texts),
    ]
