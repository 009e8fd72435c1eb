from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('server', '0003_own_topics')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Release',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('entry', fields.ForeignKeyField('server.CalendarEntry', source_field='entry_id', db_constraint=True, to_field='id', related_name='releases', on_delete=OnDelete.CASCADE)),
                ('interpreter', fields.ForeignKeyField('server.Interpreter', source_field='interpreter_id', db_constraint=True, to_field='id', related_name='releases', on_delete=OnDelete.CASCADE)),
                ('sequence', fields.IntField()),
                ('start_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('end_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('table', fields.ForeignKeyField('server.Table', source_field='table_id', db_constraint=True, to_field='id', related_name='releases', on_delete=OnDelete.RESTRICT)),
                ('need', fields.ForeignKeyField('server.Need', source_field='need_id', null=True, db_constraint=True, to_field='id', related_name='releases', on_delete=OnDelete.SET_NULL)),
                ('changed_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'release', 'app': 'server', 'unique_together': (('entry', 'interpreter'),), 'pk_attr': 'id'},
            bases=['Row'],
        ),
        ops.AddField(
            model_name='CalendarEntry',
            name='staffings',
            field=fields.IntField(default=0, db_default=0),
        ),
    ]
