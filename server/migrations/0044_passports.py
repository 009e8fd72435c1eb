"""Passport data that events ask for: sealed, with a log of who read it."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from json import loads
from server.models.base import encode_json
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [("server", "0043_delegations")]

    initial = False

    operations = [
        ops.CreateModel(
            name='Passport',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('registration', fields.OneToOneField('server.Registration', source_field='registration_id', db_constraint=True, to_field='id', related_name='passport', on_delete=OnDelete.CASCADE)),
                ('sealed', fields.TextField(unique=False)),
                ('key_id', fields.CharField(db_index=True, max_length=16)),
            ],
            options={'table': 'passport', 'app': 'server', 'pk_attr': 'id'},
            bases=['Row'],
        ),
        ops.CreateModel(
            name='PassportRead',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('registration', fields.ForeignKeyField('server.Registration', source_field='registration_id', db_constraint=True, to_field='id', related_name='passport_reads', on_delete=OnDelete.CASCADE)),
                ('by', fields.ForeignKeyField('server.Person', source_field='by_id', null=True, db_constraint=True, to_field='id', related_name='passport_reads', on_delete=OnDelete.SET_NULL)),
                ('reason', fields.CharField(max_length=300)),
            ],
            options={'table': 'passport_read', 'app': 'server', 'indexes': [Index(fields=['registration_id', 'id'])], 'pk_attr': 'id'},
            bases=['Row'],
        ),
        ops.CreateModel(
            name='PassportRequest',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('event', fields.OneToOneField('server.Event', source_field='event_id', db_constraint=True, to_field='id', related_name='passport_request', on_delete=OnDelete.CASCADE)),
                ('purpose', fields.JSONField(encoder=encode_json, decoder=loads)),
                ('delete_after', fields.DateField()),
            ],
            options={'table': 'passport_request', 'app': 'server', 'pk_attr': 'id'},
            bases=['Row'],
        ),
    ]
