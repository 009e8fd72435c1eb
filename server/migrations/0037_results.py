"""Key results and patents of experts."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [("server", "0036_agreements")]

    initial = False

    operations = [
        ops.AddField(
            model_name='Registration',
            name='patents',
            field=fields.TextField(default='', db_default='', unique=False),
        ),
        ops.AddField(
            model_name='Registration',
            name='results',
            field=fields.TextField(default='', db_default='', unique=False),
        ),
    ]
