"""Rules of entry without a visa."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [("server", "0038_contact")]

    initial = False

    operations = [
        ops.CreateModel(
            name='VisaRule',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('event', fields.ForeignKeyField('server.Event', source_field='event_id', db_constraint=True, to_field='id', related_name='visa_rules', on_delete=OnDelete.CASCADE)),
                ('nationality', fields.CharField(max_length=2)),
                ('purpose', fields.CharField(default='', max_length=300)),
                ('days', fields.IntField()),
                ('valid_from', fields.DateField()),
                ('valid_until', fields.DateField(null=True)),
                ('source', fields.CharField(max_length=300)),
            ],
            options={'table': 'visa_rule', 'app': 'server', 'indexes': [Index(fields=['event_id', 'nationality'])], 'pk_attr': 'id'},
            bases=['Row'],
        ),
    ]
