"""Consents of those who help to run an event decide which pages open for them. Roles are kept in memory, so changes of
consents count as changes of the event's people.
"""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

ACTS = {"INSERT": "NEW", "UPDATE": "NEW", "DELETE": "OLD"}
SQLITE = """CREATE TRIGGER count_consent_{name} AFTER {act} ON consent BEGIN
    INSERT INTO event_change (event_id, part, writer, number) VALUES ({row}.event_id, 'people', 0, 1)
    ON CONFLICT (event_id, part, writer) DO UPDATE SET number = event_change.number + 1;
    END"""
CHANGED = "changed CROSS JOIN LATERAL (SELECT changed.event_id) AS of_row"
POSTGRES = f"""CREATE TRIGGER count_consent_{{name}} AFTER {{act}} ON consent
    REFERENCING {{row}} TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_event_change('people', '{CHANGED}')"""


async def count_consents(_apps: Any, editor: Any) -> None:
    statement = SQLITE if editor.client.capabilities.dialect == "sqlite" else POSTGRES
    for act, row in ACTS.items():
        await editor.client.execute_query(statement.format(name=act.lower(), act=act, row=row))


class Migration(migrations.Migration):
    dependencies = [("server", "0057_provider_accounts")]

    initial = False

    operations = [
        ops.AddField(
            model_name='Interpreter',
            name='withheld_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.RunPython(count_consents),
    ]
