"""The review of needs: reviewers, remarks, secrecy reviews and revisions. Changes of reviewers count as changes of an
event's people, because they decide roles that are kept in memory.
"""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops
from json import loads
from server.models.base import encode_json
from server.models.reviews import NeedAct
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

ACTS = {"INSERT": "NEW", "UPDATE": "NEW", "DELETE": "OLD"}
SQLITE = """CREATE TRIGGER count_event_reviewer_{name} AFTER {act} ON event_reviewer BEGIN
    INSERT INTO event_change (event_id, part, writer, number) VALUES ({row}.event_id, 'people', 0, 1)
    ON CONFLICT (event_id, part, writer) DO UPDATE SET number = event_change.number + 1;
    END"""
CHANGED = "changed CROSS JOIN LATERAL (SELECT changed.event_id) AS of_row"
POSTGRES = f"""CREATE TRIGGER count_event_reviewer_{{name}} AFTER {{act}} ON event_reviewer
    REFERENCING {{row}} TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_event_change('people', '{CHANGED}')"""


async def count_reviewers(_apps: Any, editor: Any) -> None:
    statement = SQLITE if editor.client.capabilities.dialect == "sqlite" else POSTGRES
    for act, row in ACTS.items():
        await editor.client.execute_query(statement.format(name=act.lower(), act=act, row=row))


class Migration(migrations.Migration):
    dependencies = [("server", "0033_travel")]

    initial = False

    operations = [
        ops.CreateModel(
            name='EventReviewer',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('event', fields.ForeignKeyField('server.Event', source_field='event_id', db_constraint=True, to_field='id', related_name='reviewers', on_delete=OnDelete.CASCADE)),
                ('person', fields.ForeignKeyField('server.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='reviews', on_delete=OnDelete.CASCADE)),
                ('proposed', fields.JSONField(null=True, encoder=encode_json, decoder=loads)),
            ],
            options={'table': 'event_reviewer', 'app': 'server', 'unique_together': (('event', 'person'),), 'pk_attr': 'id'},
            bases=['Row'],
        ),
        ops.CreateModel(
            name='NeedClearance',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('need', fields.ForeignKeyField('server.Need', source_field='need_id', db_constraint=True, to_field='id', related_name='clearances', on_delete=OnDelete.CASCADE)),
                ('reviewer', fields.CharField(max_length=200)),
                ('scope', fields.CharField(max_length=300)),
                ('day', fields.DateField()),
                ('remark', fields.TextField(default='', unique=False)),
                ('by', fields.ForeignKeyField('server.Person', source_field='by_id', null=True, db_constraint=True, to_field='id', related_name='clearances', on_delete=OnDelete.SET_NULL)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'need_clearance', 'app': 'server', 'indexes': [Index(fields=['need_id', 'id'])], 'pk_attr': 'id'},
            bases=['Row'],
        ),
        ops.CreateModel(
            name='NeedHold',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('need', fields.ForeignKeyField('server.Need', source_field='need_id', db_constraint=True, to_field='id', related_name='holds', on_delete=OnDelete.CASCADE)),
                ('person', fields.ForeignKeyField('server.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='need_holds', on_delete=OnDelete.CASCADE)),
                ('until', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'need_hold', 'app': 'server', 'unique_together': (('need',),), 'pk_attr': 'id'},
            bases=['Row'],
        ),
        ops.CreateModel(
            name='NeedRemark',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('need', fields.ForeignKeyField('server.Need', source_field='need_id', db_constraint=True, to_field='id', related_name='remarks', on_delete=OnDelete.CASCADE)),
                ('field', fields.CharField(default='', max_length=16)),
                ('text', fields.TextField(unique=False)),
                ('expert', fields.CharField(default='', max_length=200)),
                ('by', fields.ForeignKeyField('server.Person', source_field='by_id', null=True, db_constraint=True, to_field='id', related_name='remarks', on_delete=OnDelete.SET_NULL)),
                ('sent_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('settled_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'need_remark', 'app': 'server', 'indexes': [Index(fields=['need_id', 'id'])], 'pk_attr': 'id'},
            bases=['Row'],
        ),
        ops.CreateModel(
            name='NeedRevision',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('need', fields.ForeignKeyField('server.Need', source_field='need_id', db_constraint=True, to_field='id', related_name='revisions', on_delete=OnDelete.CASCADE)),
                ('act', fields.CharEnumField(enum_type=NeedAct, max_length=16)),
                ('changed', fields.JSONField(default=dict, encoder=encode_json, decoder=loads)),
                ('by', fields.ForeignKeyField('server.Person', source_field='by_id', null=True, db_constraint=True, to_field='id', related_name='revisions', on_delete=OnDelete.SET_NULL)),
            ],
            options={'table': 'need_revision', 'app': 'server', 'indexes': [Index(fields=['need_id', 'id'])], 'pk_attr': 'id'},
            bases=['Row'],
        ),
        ops.AddField(
            model_name='Event',
            name='clears_needs',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Event',
            name='reviews_needs',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Need',
            name='is_cleared',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Need',
            name='submitted_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.RunPython(count_reviewers),
    ]
