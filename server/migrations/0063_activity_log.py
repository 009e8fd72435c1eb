from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [("server", "0062_only_me")]

    initial = False

    operations = [
        ops.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('event', fields.ForeignKeyField('server.Event', source_field='event_id', db_constraint=True, to_field='id', related_name='audit_entries', on_delete=OnDelete.CASCADE)),
                ('person_id', fields.IntField(null=True)),
                ('role', fields.CharField(max_length=24)),
                ('party_id', fields.IntField(null=True)),
                ('act', fields.CharField(max_length=64)),
                ('about', fields.CharField(default='', db_default='', max_length=24)),
                ('about_id', fields.IntField(null=True)),
            ],
            options={'table': 'audit_entry', 'app': 'server', 'indexes': [Index(fields=['event_id', 'id']), Index(fields=['event_id', 'person_id']), Index(fields=['event_id', 'about', 'about_id'])], 'pk_attr': 'id'},
            bases=['Row'],
        ),
        ops.CreateModel(
            name='AuditSeal',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('event', fields.ForeignKeyField('server.Event', source_field='event_id', db_constraint=True, to_field='id', related_name='audit_seals', on_delete=OnDelete.CASCADE)),
                ('entry', fields.OneToOneField('server.AuditEntry', source_field='entry_id', db_constraint=True, to_field='id', related_name='seal', on_delete=OnDelete.CASCADE)),
                ('position', fields.IntField()),
                ('hash', fields.CharField(max_length=64)),
            ],
            options={'table': 'audit_seal', 'app': 'server', 'unique_together': (('event', 'position'),), 'pk_attr': 'id'},
            bases=['Row'],
        ),
    ]
