"""Documents of plans move to a table of their own, compressed.

The columns from which they came stay, empty: no step may rebuild a table.
"""

import zlib
from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from server.models.plans import DocumentKind

LEVEL = 4
KINDS = ("problem", "result", "scores")
EMPTY = ("", "{}", "null")


async def move_documents(_apps: Any, editor: Any) -> None:
    """One document at a time, because each can have many megabytes."""
    client = editor.client
    is_sqlite = client.capabilities.dialect == "sqlite"
    content, key = ("?", "?") if is_sqlite else ("$1", "$2")
    one = "?" if is_sqlite else "$1"
    for plan in await client.execute_query_dict("SELECT id FROM plan ORDER BY id"):
        for kind in KINDS:
            text = f"SELECT CAST({kind} AS TEXT) AS text FROM plan WHERE id = {one}"  # noqa: S608
            [row] = await client.execute_query_dict(text, [plan["id"]])
            if row["text"] is None or row["text"] in EMPTY:
                continue
            await client.execute_query(
                "INSERT INTO plan_document (created_at, updated_at, plan_id, kind, part, content) "  # noqa: S608
                f"SELECT created_at, updated_at, id, '{kind}', 0, {content} FROM plan WHERE id = {key}",
                [zlib.compress(row["text"].encode(), LEVEL), plan["id"]],
            )
    await client.execute_query("UPDATE plan SET problem = '{}', scores = '{}', result = NULL")


class Migration(migrations.Migration):
    dependencies = [("server", "0020_lists")]

    initial = False

    operations = [
        ops.CreateModel(
            name="PlanDocument",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("updated_at", fields.DatetimeField(auto_now=True, auto_now_add=False)),
                (
                    "plan",
                    fields.ForeignKeyField(
                        "server.Plan",
                        source_field="plan_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="documents",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("kind", fields.CharEnumField(enum_type=DocumentKind, max_length=16)),
                ("part", fields.IntField(default=0)),
                ("content", fields.BinaryField()),
            ],
            options={
                "table": "plan_document",
                "app": "server",
                "unique_together": (("plan", "kind", "part"),),
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
        ops.AddField(
            model_name="Plan",
            name="as_of",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.RunPython(move_documents),
    ]
