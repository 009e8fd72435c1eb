from tortoise import migrations
from tortoise.migrations import operations as ops
from server.models.contacts import ContactKind, ContactReaders
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [("server", "0039_visas")]

    initial = False

    operations = [
        ops.CreateModel(
            name='Contact',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('event', fields.ForeignKeyField('server.Event', source_field='event_id', db_constraint=True, to_field='id', related_name='contacts', on_delete=OnDelete.CASCADE)),
                ('person', fields.ForeignKeyField('server.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='contacts', on_delete=OnDelete.CASCADE)),
                ('kind', fields.CharEnumField(enum_type=ContactKind, max_length=16)),
                ('value', fields.CharField(max_length=200)),
                ('readers', fields.CharEnumField(default=ContactReaders.AGREED, enum_type=ContactReaders, max_length=16)),
            ],
            options={'table': 'contact', 'app': 'server', 'unique_together': (('event', 'person', 'kind'),), 'pk_attr': 'id'},
            bases=['Row'],
        ),
        ops.CreateModel(
            name='ContactShare',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('event', fields.ForeignKeyField('server.Event', source_field='event_id', db_constraint=True, to_field='id', related_name='contact_shares', on_delete=OnDelete.CASCADE)),
                ('by', fields.ForeignKeyField('server.Registration', source_field='by_id', db_constraint=True, to_field='id', related_name='contact_shares', on_delete=OnDelete.CASCADE)),
                ('about', fields.ForeignKeyField('server.Registration', source_field='about_id', db_constraint=True, to_field='id', related_name='contacts_shared_with', on_delete=OnDelete.CASCADE)),
            ],
            options={'table': 'contact_share', 'app': 'server', 'unique_together': (('by', 'about'),), 'pk_attr': 'id'},
            bases=['Row'],
        ),
    ]
