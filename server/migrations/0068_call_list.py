from tortoise import migrations
from tortoise.migrations import operations as ops
from server.models.team import CallResult
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [("server", "0067_table_hours")]

    initial = False

    operations = [
        ops.CreateModel(
            name='PartyCall',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('event', fields.ForeignKeyField('server.Event', source_field='event_id', db_constraint=True, to_field='id', related_name='party_calls', on_delete=OnDelete.CASCADE)),
                ('registration', fields.ForeignKeyField('server.Registration', source_field='registration_id', db_constraint=True, to_field='id', related_name='calls', on_delete=OnDelete.CASCADE)),
                ('result', fields.CharEnumField(null=True, enum_type=CallResult, max_length=16)),
                ('note', fields.CharField(default='', max_length=1000)),
                ('next_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('owner', fields.ForeignKeyField('server.Organiser', source_field='owner_id', null=True, db_constraint=True, to_field='id', related_name='party_calls', on_delete=OnDelete.SET_NULL)),
                ('by', fields.ForeignKeyField('server.Person', source_field='by_id', null=True, db_constraint=True, to_field='id', related_name='party_calls', on_delete=OnDelete.SET_NULL)),
            ],
            options={'table': 'party_call', 'app': 'server', 'indexes': [Index(fields=['event_id', 'registration_id'])], 'pk_attr': 'id'},
            bases=['Row'],
        ),
    ]
