from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [("server", "0058_helpers_agree")]

    initial = False

    operations = [
        ops.AddField(
            model_name='Event',
            name='walk_min',
            field=fields.IntField(default=0, db_default=0),
        ),
    ]
