from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [("server", "0035_barring")]

    initial = False

    operations = [
        ops.CreateModel(
            name='NeedAgreement',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('need', fields.ForeignKeyField('server.Need', source_field='need_id', db_constraint=True, to_field='id', related_name='agreements', on_delete=OnDelete.CASCADE)),
                ('person', fields.ForeignKeyField('server.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='need_agreements', on_delete=OnDelete.CASCADE)),
                ('name', fields.CharField(max_length=200)),
                ('version', fields.CharField(max_length=16)),
                ('text_hash', fields.CharField(max_length=64)),
                ('locale', fields.CharField(max_length=16)),
            ],
            options={'table': 'need_agreement', 'app': 'server', 'unique_together': (('need', 'person', 'version'),), 'pk_attr': 'id'},
            bases=['Row'],
        ),
    ]
