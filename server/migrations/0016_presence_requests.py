from tortoise import migrations
from tortoise.migrations import operations as ops
from json import loads
from server.models.base import encode_json
from server.models.requests import Decision
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('server', '0015_same_name')]

    initial = False

    operations = [
        ops.CreateModel(
            name='PresenceRequest',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('event', fields.ForeignKeyField('server.Event', source_field='event_id', db_constraint=True, to_field='id', related_name='presence_requests', on_delete=OnDelete.CASCADE)),
                ('registration', fields.ForeignKeyField('server.Registration', source_field='registration_id', null=True, db_constraint=True, to_field='id', related_name='presence_requests', on_delete=OnDelete.CASCADE)),
                ('interpreter', fields.ForeignKeyField('server.Interpreter', source_field='interpreter_id', null=True, db_constraint=True, to_field='id', related_name='presence_requests', on_delete=OnDelete.CASCADE)),
                ('asked_by', fields.ForeignKeyField('server.Person', source_field='asked_by_id', null=True, db_constraint=True, to_field='id', related_name='presence_requests', on_delete=OnDelete.SET_NULL)),
                ('slots', fields.JSONField(default=list, encoder=encode_json, decoder=loads)),
                ('asked_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('decision', fields.CharEnumField(null=True, enum_type=Decision, max_length=16)),
                ('decided_by', fields.ForeignKeyField('server.Person', source_field='decided_by_id', null=True, db_constraint=True, to_field='id', related_name='presence_decisions', on_delete=OnDelete.SET_NULL)),
            ],
            options={'table': 'presence_request', 'app': 'server', 'indexes': [Index(fields=['event_id', 'decided_at'])], 'pk_attr': 'id'},
            bases=['Row'],
        ),
    ]
