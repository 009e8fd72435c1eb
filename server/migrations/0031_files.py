"""Files that participants upload."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from server.models.files import FileKind, FileReaders
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [("server", "0030_erasure")]

    initial = False

    operations = [
        ops.CreateModel(
            name='StoredFile',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('event', fields.ForeignKeyField('server.Event', source_field='event_id', db_constraint=True, to_field='id', related_name='files', on_delete=OnDelete.CASCADE)),
                ('registration', fields.ForeignKeyField('server.Registration', source_field='registration_id', db_constraint=True, to_field='id', related_name='files', on_delete=OnDelete.CASCADE)),
                ('need', fields.ForeignKeyField('server.Need', source_field='need_id', null=True, db_constraint=True, to_field='id', related_name='files', on_delete=OnDelete.CASCADE)),
                ('by', fields.ForeignKeyField('server.Person', source_field='by_id', null=True, db_constraint=True, to_field='id', related_name='files', on_delete=OnDelete.SET_NULL)),
                ('kind', fields.CharEnumField(enum_type=FileKind, max_length=8)),
                ('readers', fields.CharEnumField(enum_type=FileReaders, max_length=16)),
                ('name', fields.CharField(max_length=200)),
                ('media_type', fields.CharField(max_length=200)),
                ('size', fields.IntField()),
                ('digest', fields.CharField(max_length=64)),
                ('key', fields.CharField(unique=True, max_length=32)),
            ],
            options={'table': 'stored_file', 'app': 'server', 'indexes': [Index(fields=['registration_id', 'id'])], 'pk_attr': 'id'},
            bases=['Row'],
        ),
    ]
