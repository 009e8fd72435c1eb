from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('server', '0013_uid_host')]

    initial = False

    operations = [
        ops.CreateModel(
            name='ActOnBehalf',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('event', fields.ForeignKeyField('server.Event', source_field='event_id', db_constraint=True, to_field='id', related_name='acts_on_behalf', on_delete=OnDelete.CASCADE)),
                ('organiser', fields.ForeignKeyField('server.Person', source_field='organiser_id', null=True, db_constraint=True, to_field='id', related_name='acts_on_behalf', on_delete=OnDelete.SET_NULL)),
                ('registration', fields.ForeignKeyField('server.Registration', source_field='registration_id', null=True, db_constraint=True, to_field='id', related_name='acts_on_behalf', on_delete=OnDelete.CASCADE)),
                ('interpreter', fields.ForeignKeyField('server.Interpreter', source_field='interpreter_id', null=True, db_constraint=True, to_field='id', related_name='acts_on_behalf', on_delete=OnDelete.CASCADE)),
                ('act', fields.CharField(max_length=32)),
            ],
            options={'table': 'act_on_behalf', 'app': 'server', 'pk_attr': 'id'},
            bases=['Row'],
        ),
    ]
