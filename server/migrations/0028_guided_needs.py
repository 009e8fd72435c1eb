from tortoise import migrations
from tortoise.migrations import operations as ops
from server.models.needs import Rights
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [("server", "0027_drafts")]

    initial = False

    operations = [
        ops.AddField(
            model_name='Need',
            name='acceptance',
            field=fields.TextField(default='', db_default='', unique=False),
        ),
        ops.AddField(
            model_name='Need',
            name='decision_owner',
            field=fields.CharField(default='', db_default='', max_length=200),
        ),
        ops.AddField(
            model_name='Need',
            name='rights',
            field=fields.CharEnumField(default=Rights.OPEN, db_default=Rights.OPEN, enum_type=Rights, max_length=16),
        ),
        ops.AddField(
            model_name='Need',
            name='tried',
            field=fields.TextField(default='', db_default='', unique=False),
        ),
    ]
