from tortoise import migrations
from tortoise.migrations import operations as ops
from json import loads
from server.models.base import encode_json
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('server', '0010_rules')]

    initial = False

    operations = [
        ops.CreateModel(
            name='ImportUpload',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('event', fields.ForeignKeyField('server.Event', source_field='event_id', db_constraint=True, to_field='id', related_name='import_uploads', on_delete=OnDelete.CASCADE)),
                ('person', fields.ForeignKeyField('server.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='import_uploads', on_delete=OnDelete.CASCADE)),
                ('choices', fields.JSONField(default=dict, encoder=encode_json, decoder=loads)),
                ('expires_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ('done_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'import_upload', 'app': 'server', 'pk_attr': 'id'},
            bases=['Row'],
        ),
        ops.CreateModel(
            name='ImportFile',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('upload', fields.ForeignKeyField('server.ImportUpload', source_field='upload_id', db_constraint=True, to_field='id', related_name='files', on_delete=OnDelete.CASCADE)),
                ('position', fields.IntField()),
                ('name', fields.CharField(max_length=200)),
                ('encoding', fields.CharField(default='', max_length=32)),
                ('data', fields.BinaryField()),
            ],
            options={'table': 'import_file', 'app': 'server', 'unique_together': (('upload', 'position'),), 'pk_attr': 'id'},
            bases=['Row'],
        ),
        ops.CreateModel(
            name='Unclaimed',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('event', fields.ForeignKeyField('server.Event', source_field='event_id', db_constraint=True, to_field='id', related_name='unclaimed', on_delete=OnDelete.CASCADE)),
                ('person', fields.ForeignKeyField('server.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='unclaimed', on_delete=OnDelete.CASCADE)),
                ('key', fields.CharField(max_length=64)),
                ('nonce', fields.CharField(max_length=64)),
                ('claimed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'unclaimed', 'app': 'server', 'unique_together': (('event', 'key'),), 'pk_attr': 'id'},
            bases=['Row'],
        ),
    ]
