"""Machine drafts that organisers ask for, and how many characters were sent on a day."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from json import loads
from server.models.base import encode_json
from server.models.drafts import DraftFault
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [("server", "0026_translation_upload")]

    initial = False

    operations = [
        ops.CreateModel(
            name='DraftDay',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('day', fields.DateField(unique=True)),
                ('characters', fields.IntField(default=0)),
            ],
            options={'table': 'draft_day', 'app': 'server', 'pk_attr': 'id'},
            bases=['Row'],
        ),
        ops.CreateModel(
            name='DraftOrder',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('event', fields.ForeignKeyField('server.Event', source_field='event_id', db_constraint=True, to_field='id', related_name='draft_orders', on_delete=OnDelete.CASCADE)),
                ('by', fields.ForeignKeyField('server.Person', source_field='by_id', null=True, db_constraint=True, to_field='id', related_name='draft_orders', on_delete=OnDelete.SET_NULL)),
                ('locale', fields.CharField(max_length=16)),
                ('engine', fields.CharField(default='', max_length=200)),
                ('texts', fields.JSONField(default=list, encoder=encode_json, decoder=loads)),
                ('refused', fields.JSONField(default=list, encoder=encode_json, decoder=loads)),
                ('done', fields.IntField(default=0)),
                ('characters', fields.IntField(default=0)),
                ('fault', fields.CharEnumField(null=True, enum_type=DraftFault, max_length=16)),
                ('again_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('settled_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'draft_order', 'app': 'server', 'indexes': [Index(fields=['event_id', 'settled_at'])], 'pk_attr': 'id'},
            bases=['Row'],
        ),
    ]
