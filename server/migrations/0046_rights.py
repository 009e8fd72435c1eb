"""Rights of organisers by event. Everybody who is an organiser before this step stays able to do everything, as an
owner of the event.
"""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops
from server.models.team import TeamChange
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index


async def make_owners(_apps: Any, editor: Any) -> None:
    await editor.client.execute_query("UPDATE organiser SET is_owner = TRUE")


class Migration(migrations.Migration):
    dependencies = [("server", "0045_changes")]

    initial = False

    operations = [
        ops.CreateModel(
            name='TeamAct',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('event', fields.ForeignKeyField('server.Event', source_field='event_id', db_constraint=True, to_field='id', related_name='team_acts', on_delete=OnDelete.CASCADE)),
                ('by', fields.ForeignKeyField('server.Person', source_field='by_id', null=True, db_constraint=True, to_field='id', related_name='team_acts', on_delete=OnDelete.SET_NULL)),
                ('person', fields.ForeignKeyField('server.Person', source_field='person_id', null=True, db_constraint=True, to_field='id', related_name='team_changes', on_delete=OnDelete.SET_NULL)),
                ('act', fields.CharEnumField(enum_type=TeamChange, max_length=16)),
                ('rights', fields.CharField(default='', db_default='', max_length=64)),
            ],
            options={'table': 'team_act', 'app': 'server', 'indexes': [Index(fields=['event_id', 'id'])], 'pk_attr': 'id'},
            bases=['Row'],
        ),
        ops.AddField(
            model_name='Organiser',
            name='is_owner',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Organiser',
            name='rights',
            field=fields.CharField(default='', db_default='', max_length=64),
        ),
        ops.RunPython(make_owners),
    ]
