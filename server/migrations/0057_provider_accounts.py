from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [("server", "0056_exports")]

    initial = False

    operations = [
        ops.CreateModel(
            name='ProviderAccount',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('person', fields.ForeignKeyField('server.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='provider_accounts', on_delete=OnDelete.CASCADE)),
                ('source', fields.CharField(max_length=255)),
                ('subject', fields.CharField(max_length=255)),
                ('used_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'provider_account', 'app': 'server', 'unique_together': (('source', 'subject'), ('source', 'person')), 'pk_attr': 'id'},
            bases=['Row'],
        ),
    ]
