"""E-mails that a person has switched off."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from server.models import base


class Migration(migrations.Migration):
    dependencies = [("server", "0053_recipients")]

    initial = False

    operations = [
        ops.AddField(model_name="Person", name="unwanted_emails", field=base.json_field(null=True)),
    ]
