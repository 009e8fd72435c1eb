"""Experts choose who reads fields of their profile."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from json import loads
from server.models.base import encode_json
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [("server", "0049_renewal")]

    initial = False

    operations = [
        ops.AddField(
            model_name='Registration',
            name='readers',
            field=fields.JSONField(null=True, encoder=encode_json, decoder=loads),
        ),
    ]
