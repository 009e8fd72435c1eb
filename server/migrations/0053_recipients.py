"""Organisations to which events pass data, each with its own consent."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from json import loads
from server.models.base import encode_json
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [("server", "0052_registries")]

    initial = False

    operations = [
        ops.CreateModel(
            name='Recipient',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('removed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('event', fields.ForeignKeyField('server.Event', source_field='event_id', db_constraint=True, to_field='id', related_name='recipients', on_delete=OnDelete.CASCADE)),
                ('name', fields.CharField(max_length=200)),
                ('country', fields.CharField(max_length=2)),
                ('purpose', fields.JSONField(encoder=encode_json, decoder=loads)),
            ],
            options={'table': 'recipient', 'app': 'server', 'indexes': [Index(fields=['event_id', 'id'])], 'pk_attr': 'id'},
            bases=['Removable'],
        ),
    ]
