from tortoise import migrations
from tortoise.migrations import operations as ops
from json import loads
from server.models.base import encode_json
from server.models.registrations import DelegateRole
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [("server", "0040_contacts")]

    initial = False

    operations = [
        ops.AddField(
            model_name='Delegate',
            name='presence',
            field=fields.JSONField(null=True, encoder=encode_json, decoder=loads),
        ),
        ops.AddField(
            model_name='Delegate',
            name='role',
            field=fields.CharEnumField(null=True, enum_type=DelegateRole, max_length=16),
        ),
        ops.AddField(
            model_name='Need',
            name='delegates',
            field=fields.JSONField(null=True, encoder=encode_json, decoder=loads),
        ),
    ]
