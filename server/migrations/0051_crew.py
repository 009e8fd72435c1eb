"""Desk staff and escorts. Their changes count as changes of an event's people, because they decide roles that are kept in
memory.
"""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops
from json import loads
from server.models.base import encode_json
from server.models.team import CrewRole
from tortoise.fields.base import OnDelete
from tortoise import fields

ACTS = {"INSERT": "NEW", "UPDATE": "NEW", "DELETE": "OLD"}
SQLITE = """CREATE TRIGGER count_event_crew_{name} AFTER {act} ON event_crew BEGIN
    INSERT INTO event_change (event_id, part, writer, number) VALUES ({row}.event_id, 'people', 0, 1)
    ON CONFLICT (event_id, part, writer) DO UPDATE SET number = event_change.number + 1;
    END"""
CHANGED = "changed CROSS JOIN LATERAL (SELECT changed.event_id) AS of_row"
POSTGRES = f"""CREATE TRIGGER count_event_crew_{{name}} AFTER {{act}} ON event_crew
    REFERENCING {{row}} TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_event_change('people', '{CHANGED}')"""


async def count_crew(_apps: Any, editor: Any) -> None:
    statement = SQLITE if editor.client.capabilities.dialect == "sqlite" else POSTGRES
    for act, row in ACTS.items():
        await editor.client.execute_query(statement.format(name=act.lower(), act=act, row=row))


class Migration(migrations.Migration):
    dependencies = [("server", "0050_readers")]

    initial = False

    operations = [
        ops.CreateModel(
            name='EventCrew',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('event', fields.ForeignKeyField('server.Event', source_field='event_id', db_constraint=True, to_field='id', related_name='crew', on_delete=OnDelete.CASCADE)),
                ('person', fields.ForeignKeyField('server.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='crews', on_delete=OnDelete.CASCADE)),
                ('role', fields.CharEnumField(enum_type=CrewRole, max_length=16)),
                ('proposed', fields.JSONField(null=True, encoder=encode_json, decoder=loads)),
            ],
            options={'table': 'event_crew', 'app': 'server', 'unique_together': (('event', 'person', 'role'),), 'pk_attr': 'id'},
            bases=['Row'],
        ),
        ops.RunPython(count_crew),
    ]
