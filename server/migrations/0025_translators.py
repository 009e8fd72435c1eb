"""Names of translators as others entered them, and triggers that count changes of translators among an event's people:
they decide roles that are kept in memory.
"""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops
from json import loads
from server.models.base import encode_json
from tortoise import fields

ACTS = {"INSERT": "NEW", "UPDATE": "NEW", "DELETE": "OLD"}
SQLITE = """CREATE TRIGGER count_event_translator_{name} AFTER {act} ON event_translator BEGIN
    INSERT INTO event_change (event_id, part, writer, number) VALUES ({row}.event_id, 'people', 0, 1)
    ON CONFLICT (event_id, part, writer) DO UPDATE SET number = event_change.number + 1;
    END"""
CHANGED = "changed CROSS JOIN LATERAL (SELECT changed.event_id) AS of_row"
POSTGRES = f"""CREATE TRIGGER count_event_translator_{{name}} AFTER {{act}} ON event_translator
    REFERENCING {{row}} TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_event_change('people', '{CHANGED}')"""


async def count_translators(_apps: Any, editor: Any) -> None:
    statement = SQLITE if editor.client.capabilities.dialect == "sqlite" else POSTGRES
    for act, row in ACTS.items():
        await editor.client.execute_query(statement.format(name=act.lower(), act=act, row=row))


class Migration(migrations.Migration):
    dependencies = [("server", "0024_translations")]

    initial = False

    operations = [
        ops.AddField(
            model_name="EventTranslator",
            name="proposed",
            field=fields.JSONField(null=True, encoder=encode_json, decoder=loads),
        ),
        ops.RunPython(count_translators),
    ]
