from tortoise import migrations
from tortoise.migrations import operations as ops
from json import loads
from server.models.base import encode_json
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [("server", "0055_passkeys")]

    initial = False

    operations = [
        ops.AddField(
            model_name='Organiser',
            name='exports',
            field=fields.JSONField(null=True, encoder=encode_json, decoder=loads),
        ),
    ]
