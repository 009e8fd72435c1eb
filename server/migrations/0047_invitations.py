"""Invitations for visas, and what the host says in them."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from json import loads
from server.models.base import encode_json
from server.models.invitations import Entries
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [("server", "0046_rights")]

    initial = False

    operations = [
        ops.CreateModel(
            name='Invitation',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('registration', fields.OneToOneField('server.Registration', source_field='registration_id', db_constraint=True, to_field='id', related_name='invitation', on_delete=OnDelete.CASCADE)),
                ('employer', fields.JSONField(default=dict, encoder=encode_json, decoder=loads)),
                ('position', fields.JSONField(default=dict, encoder=encode_json, decoder=loads)),
                ('first_day', fields.DateField(null=True)),
                ('last_day', fields.DateField(null=True)),
                ('entries', fields.CharEnumField(default=Entries.SINGLE, enum_type=Entries, max_length=16)),
                ('companions', fields.CharField(default='', max_length=300)),
                ('has_passport', fields.BooleanField(default=False)),
                ('released_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'invitation', 'app': 'server', 'pk_attr': 'id'},
            bases=['Row'],
        ),
        ops.CreateModel(
            name='InvitationHost',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('event', fields.OneToOneField('server.Event', source_field='event_id', db_constraint=True, to_field='id', related_name='invitation_host', on_delete=OnDelete.CASCADE)),
                ('organisation', fields.JSONField(default=dict, encoder=encode_json, decoder=loads)),
                ('address', fields.JSONField(default=dict, encoder=encode_json, decoder=loads)),
                ('contact', fields.JSONField(default=dict, encoder=encode_json, decoder=loads)),
                ('signatory', fields.JSONField(default=dict, encoder=encode_json, decoder=loads)),
                ('purpose', fields.JSONField(default=dict, encoder=encode_json, decoder=loads)),
                ('places', fields.JSONField(default=dict, encoder=encode_json, decoder=loads)),
                ('costs', fields.JSONField(default=dict, encoder=encode_json, decoder=loads)),
                ('phone', fields.CharField(default='', max_length=200)),
                ('email', fields.CharField(default='', max_length=254)),
            ],
            options={'table': 'invitation_host', 'app': 'server', 'pk_attr': 'id'},
            bases=['Row'],
        ),
    ]
