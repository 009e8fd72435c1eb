from tortoise import migrations
from tortoise.migrations import operations as ops
from json import loads
from server.models.base import encode_json
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('server', '0007_departures')]

    initial = False

    operations = [
        ops.CreateModel(
            name='HeldForm',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('token_hash', fields.CharField(unique=True, max_length=64)),
                ('person', fields.ForeignKeyField('server.Person', source_field='person_id', null=True, db_constraint=True, to_field='id', related_name='held_forms', on_delete=OnDelete.CASCADE)),
                ('path', fields.CharField(max_length=500)),
                ('values', fields.JSONField(encoder=encode_json, decoder=loads)),
                ('expires_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'held_form', 'app': 'server', 'pk_attr': 'id'},
            bases=['Row'],
        ),
        ops.CreateModel(
            name='SentForm',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('key_hash', fields.CharField(unique=True, max_length=64)),
                ('result', fields.CharField(default='', max_length=500)),
            ],
            options={'table': 'sent_form', 'app': 'server', 'indexes': [Index(fields=['created_at'])], 'pk_attr': 'id'},
            bases=['Row'],
        ),
    ]
