from tortoise import migrations
from tortoise.migrations import operations as ops
from server.models.registrations import CorrectionKind
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('server', '0001_initial')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Correction',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('event', fields.ForeignKeyField('server.Event', source_field='event_id', db_constraint=True, to_field='id', related_name='corrections', on_delete=OnDelete.CASCADE)),
                ('expert', fields.ForeignKeyField('server.Registration', source_field='expert_id', db_constraint=True, to_field='id', related_name='expert_corrections', on_delete=OnDelete.CASCADE)),
                ('enterprise', fields.ForeignKeyField('server.Registration', source_field='enterprise_id', db_constraint=True, to_field='id', related_name='enterprise_corrections', on_delete=OnDelete.CASCADE)),
                ('kind', fields.CharEnumField(enum_type=CorrectionKind, max_length=8)),
                ('reason', fields.CharField(default='', max_length=300)),
                ('by', fields.ForeignKeyField('server.Person', source_field='by_id', null=True, db_constraint=True, to_field='id', related_name='corrections', on_delete=OnDelete.SET_NULL)),
                ('stands', fields.BooleanField(null=True, default=True)),
                ('taken_back_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('taken_back_by', fields.ForeignKeyField('server.Person', source_field='taken_back_by_id', null=True, db_constraint=True, to_field='id', related_name='corrections_taken_back', on_delete=OnDelete.SET_NULL)),
            ],
            options={'table': 'correction', 'app': 'server', 'unique_together': (('expert', 'enterprise', 'stands'),), 'indexes': [Index(fields=['event_id', 'stands'])], 'pk_attr': 'id'},
            bases=['Row'],
        ),
    ]
