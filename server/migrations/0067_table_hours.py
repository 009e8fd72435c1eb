from json import loads

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from server.models.base import encode_json


class Migration(migrations.Migration):
    dependencies = [("server", "0066_checklist")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Table",
            name="closed",
            field=fields.JSONField(null=True, encoder=encode_json, decoder=loads),
        ),
    ]
