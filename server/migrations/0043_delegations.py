"""Delegations, merged twins, and the ledger of the reception. Changes of delegations count as changes of an event's
people, because their leaders have a role that is kept in memory.
"""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops
from json import loads
from server.models.base import encode_json
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

ACTS = {"INSERT": "NEW", "UPDATE": "NEW", "DELETE": "OLD"}
SQLITE = """CREATE TRIGGER count_delegation_{name} AFTER {act} ON delegation BEGIN
    INSERT INTO event_change (event_id, part, writer, number) VALUES ({row}.event_id, 'people', 0, 1)
    ON CONFLICT (event_id, part, writer) DO UPDATE SET number = event_change.number + 1;
    END"""
CHANGED = "changed CROSS JOIN LATERAL (SELECT changed.event_id) AS of_row"
POSTGRES = f"""CREATE TRIGGER count_delegation_{{name}} AFTER {{act}} ON delegation
    REFERENCING {{row}} TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_event_change('people', '{CHANGED}')"""


async def count_delegations(_apps: Any, editor: Any) -> None:
    statement = SQLITE if editor.client.capabilities.dialect == "sqlite" else POSTGRES
    for act, row in ACTS.items():
        await editor.client.execute_query(statement.format(name=act.lower(), act=act, row=row))


class Migration(migrations.Migration):
    dependencies = [("server", "0042_notes")]

    initial = False

    operations = [
        ops.CreateModel(
            name='Delegation',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('event', fields.ForeignKeyField('server.Event', source_field='event_id', db_constraint=True, to_field='id', related_name='delegations', on_delete=OnDelete.CASCADE)),
                ('name', fields.JSONField(encoder=encode_json, decoder=loads)),
                ('country', fields.CharField(default='', max_length=2)),
                ('programme', fields.TextField(default='', unique=False)),
                ('leader', fields.ForeignKeyField('server.Person', source_field='leader_id', null=True, db_constraint=True, to_field='id', related_name='leads', on_delete=OnDelete.SET_NULL)),
                ('leader_name', fields.CharField(default='', max_length=200)),
            ],
            options={'table': 'delegation', 'app': 'server', 'unique_together': (('event', 'leader'),), 'pk_attr': 'id'},
            bases=['Row'],
        ),
        ops.CreateModel(
            name='DelegationMember',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('delegation', fields.ForeignKeyField('server.Delegation', source_field='delegation_id', db_constraint=True, to_field='id', related_name='members', on_delete=OnDelete.CASCADE)),
                ('registration', fields.OneToOneField('server.Registration', source_field='registration_id', db_constraint=True, to_field='id', related_name='membership', on_delete=OnDelete.CASCADE)),
            ],
            options={'table': 'delegation_member', 'app': 'server', 'indexes': [Index(fields=['delegation_id'])], 'pk_attr': 'id'},
            bases=['Row'],
        ),
        ops.CreateModel(
            name='Escort',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('event', fields.ForeignKeyField('server.Event', source_field='event_id', db_constraint=True, to_field='id', related_name='escorts', on_delete=OnDelete.CASCADE)),
                ('name', fields.CharField(max_length=200)),
                ('phone', fields.CharField(default='', max_length=64)),
                ('email', fields.CharField(default='', max_length=254)),
            ],
            options={'table': 'escort', 'app': 'server', 'indexes': [Index(fields=['event_id'])], 'pk_attr': 'id'},
            bases=['Row'],
        ),
        ops.CreateModel(
            name='Reception',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('registration', fields.OneToOneField('server.Registration', source_field='registration_id', db_constraint=True, to_field='id', related_name='reception', on_delete=OnDelete.CASCADE)),
                ('plate', fields.CharField(default='', max_length=200)),
                ('driver', fields.CharField(default='', max_length=200)),
                ('hotel', fields.CharField(default='', max_length=200)),
                ('room', fields.CharField(default='', max_length=200)),
                ('meals', fields.CharField(default='', max_length=1000)),
                ('escort', fields.ForeignKeyField('server.Escort', source_field='escort_id', null=True, db_constraint=True, to_field='id', related_name='guests', on_delete=OnDelete.SET_NULL)),
            ],
            options={'table': 'reception', 'app': 'server', 'pk_attr': 'id'},
            bases=['Row'],
        ),
        ops.CreateModel(
            name='TwinMerge',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('event', fields.ForeignKeyField('server.Event', source_field='event_id', db_constraint=True, to_field='id', related_name='twin_merges', on_delete=OnDelete.CASCADE)),
                ('kept', fields.ForeignKeyField('server.Registration', source_field='kept_id', db_constraint=True, to_field='id', related_name='absorbed_twins', on_delete=OnDelete.CASCADE)),
                ('joined', fields.ForeignKeyField('server.Registration', source_field='joined_id', db_constraint=True, to_field='id', related_name='merged_as_twin', on_delete=OnDelete.CASCADE)),
                ('by', fields.ForeignKeyField('server.Person', source_field='by_id', null=True, db_constraint=True, to_field='id', related_name='twin_merges', on_delete=OnDelete.SET_NULL)),
                ('before', fields.JSONField(encoder=encode_json, decoder=loads)),
                ('expires_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'twin_merge', 'app': 'server', 'indexes': [Index(fields=['event_id'])], 'pk_attr': 'id'},
            bases=['Row'],
        ),
        ops.AddField(
            model_name='ImportUpload',
            name='delegation',
            field=fields.ForeignKeyField('server.Delegation', source_field='delegation_id', null=True, db_constraint=True, to_field='id', related_name='import_uploads', on_delete=OnDelete.CASCADE),
        ),
        ops.RunPython(count_delegations),
    ]
