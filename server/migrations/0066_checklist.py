from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [("server", "0065_plan_notes")]

    initial = False

    operations = [
        ops.CreateModel(
            name='DeskTask',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('event', fields.ForeignKeyField('server.Event', source_field='event_id', db_constraint=True, to_field='id', related_name='desk_tasks', on_delete=OnDelete.CASCADE)),
                ('code', fields.CharField(null=True, max_length=32)),
                ('title', fields.CharField(default='', max_length=300)),
                ('why', fields.CharField(default='', max_length=1000)),
                ('owner', fields.ForeignKeyField('server.Organiser', source_field='owner_id', null=True, db_constraint=True, to_field='id', related_name='desk_tasks', on_delete=OnDelete.SET_NULL)),
                ('working_group', fields.CharField(default='', max_length=200)),
                ('due_on', fields.DateField(null=True)),
                ('done_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('done_by', fields.ForeignKeyField('server.Person', source_field='done_by_id', null=True, db_constraint=True, to_field='id', related_name='tasks_done', on_delete=OnDelete.SET_NULL)),
            ],
            options={'table': 'desk_task', 'app': 'server', 'unique_together': (('event', 'code'),), 'indexes': [Index(fields=['event_id', 'done_at'])], 'pk_attr': 'id'},
            bases=['Row'],
        ),
    ]
