from tortoise import migrations
from tortoise.migrations import operations as ops
from json import loads
from server.models.base import encode_json
from server.models.requests import Decision
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [("server", "0044_passports")]

    initial = False

    operations = [
        ops.CreateModel(
            name='ChangeRequest',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('event', fields.ForeignKeyField('server.Event', source_field='event_id', db_constraint=True, to_field='id', related_name='change_requests', on_delete=OnDelete.CASCADE)),
                ('registration', fields.ForeignKeyField('server.Registration', source_field='registration_id', db_constraint=True, to_field='id', related_name='change_requests', on_delete=OnDelete.CASCADE)),
                ('field', fields.CharField(max_length=32)),
                ('before', fields.JSONField(default=dict, encoder=encode_json, decoder=loads)),
                ('after', fields.JSONField(default=dict, encoder=encode_json, decoder=loads)),
                ('asked_by', fields.ForeignKeyField('server.Person', source_field='asked_by_id', null=True, db_constraint=True, to_field='id', related_name='change_requests', on_delete=OnDelete.SET_NULL)),
                ('asked_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('stands', fields.BooleanField(null=True, default=True)),
                ('decision', fields.CharEnumField(null=True, enum_type=Decision, max_length=16)),
                ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('decided_by', fields.ForeignKeyField('server.Person', source_field='decided_by_id', null=True, db_constraint=True, to_field='id', related_name='change_decisions', on_delete=OnDelete.SET_NULL)),
                ('remark', fields.TextField(default='', unique=False)),
            ],
            options={'table': 'change_request', 'app': 'server', 'unique_together': (('registration', 'field', 'stands'),), 'indexes': [Index(fields=['event_id', 'stands'])], 'pk_attr': 'id'},
            bases=['Row'],
        ),
    ]
