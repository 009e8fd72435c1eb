from tortoise import migrations
from tortoise.migrations import operations as ops
from server.models.people import LinkEnd
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('server', '0008_typed_forms')]

    initial = False

    operations = [
        ops.CreateModel(
            name='AddressChange',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('person', fields.ForeignKeyField('server.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='address_changes', on_delete=OnDelete.CASCADE)),
                ('old_email', fields.CharField(max_length=254)),
                ('new_email', fields.CharField(max_length=254)),
                ('confirm_hash', fields.CharField(unique=True, max_length=64)),
                ('stop_hash', fields.CharField(unique=True, max_length=64)),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('confirmed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('stopped_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'address_change', 'app': 'server', 'pk_attr': 'id'},
            bases=['Row'],
        ),
        ops.CreateModel(
            name='FormerAddress',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('slug', fields.CharField(unique=True, max_length=64)),
                ('event', fields.ForeignKeyField('server.Event', source_field='event_id', db_constraint=True, to_field='id', related_name='former_addresses', on_delete=OnDelete.CASCADE)),
            ],
            options={'table': 'former_address', 'app': 'server', 'pk_attr': 'id'},
            bases=['Row'],
        ),
        ops.AddField(
            model_name='Session',
            name='device',
            field=fields.CharField(default='', db_default='', max_length=64),
        ),
        ops.AddField(
            model_name='Session',
            name='used_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='SignInLink',
            name='ended_as',
            field=fields.CharEnumField(default=LinkEnd.NONE, db_default='', enum_type=LinkEnd, max_length=16),
        ),
        ops.AddField(
            model_name='SignInLink',
            name='event',
            field=fields.ForeignKeyField('server.Event', source_field='event_id', null=True, db_constraint=True, to_field='id', related_name='sign_in_links', on_delete=OnDelete.CASCADE),
        ),
        ops.AddField(
            model_name='SignInLink',
            name='is_typed',
            field=fields.BooleanField(default=False, db_default=False),
        ),
    ]
