"""A note of experts and enterprises to their meeting partners."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("server", "0041_delegates")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Registration",
            name="note",
            field=fields.TextField(default="", db_default="", unique=False),
        ),
    ]
