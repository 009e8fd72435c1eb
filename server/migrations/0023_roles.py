"""Triggers that count changes of an event's organisers among its people: they decide roles that are kept in memory."""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

ACTS = {"INSERT": "NEW", "UPDATE": "NEW", "DELETE": "OLD"}
SQLITE = """CREATE TRIGGER count_organiser_{name} AFTER {act} ON organiser BEGIN
    INSERT INTO event_change (event_id, part, writer, number) VALUES ({row}.event_id, 'people', 0, 1)
    ON CONFLICT (event_id, part, writer) DO UPDATE SET number = event_change.number + 1;
    END"""
CHANGED = "changed CROSS JOIN LATERAL (SELECT changed.event_id) AS of_row"
POSTGRES = f"""CREATE TRIGGER count_organiser_{{name}} AFTER {{act}} ON organiser REFERENCING {{row}} TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_event_change('people', '{CHANGED}')"""


async def count_organisers(_apps: Any, editor: Any) -> None:
    statement = SQLITE if editor.client.capabilities.dialect == "sqlite" else POSTGRES
    for act, row in ACTS.items():
        await editor.client.execute_query(statement.format(name=act.lower(), act=act, row=row))


class Migration(migrations.Migration):
    dependencies = [("server", "0022_counting_rows")]

    initial = False

    operations = [ops.RunPython(count_organisers)]
