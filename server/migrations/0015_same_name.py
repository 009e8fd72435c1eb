from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('server', '0014_on_behalf')]

    initial = False

    operations = [
        ops.CreateModel(
            name='SameName',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('event', fields.ForeignKeyField('server.Event', source_field='event_id', db_constraint=True, to_field='id', related_name='same_names', on_delete=OnDelete.CASCADE)),
                ('one', fields.ForeignKeyField('server.Registration', source_field='one_id', db_constraint=True, to_field='id', related_name='named_like_later', on_delete=OnDelete.CASCADE)),
                ('other', fields.ForeignKeyField('server.Registration', source_field='other_id', db_constraint=True, to_field='id', related_name='named_like_earlier', on_delete=OnDelete.CASCADE)),
                ('kept', fields.ForeignKeyField('server.Registration', source_field='kept_id', null=True, db_constraint=True, to_field='id', related_name='joined', on_delete=OnDelete.CASCADE)),
                ('by', fields.ForeignKeyField('server.Person', source_field='by_id', null=True, db_constraint=True, to_field='id', related_name='same_names', on_delete=OnDelete.SET_NULL)),
            ],
            options={'table': 'same_name', 'app': 'server', 'unique_together': (('one', 'other'),), 'indexes': [Index(fields=['event_id'])], 'pk_attr': 'id'},
            bases=['Row'],
        ),
    ]
