from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [("server", "0051_crew")]

    initial = False

    operations = [
        ops.AddField(
            model_name='Event',
            name='suggests_profiles',
            field=fields.BooleanField(default=False, db_default=False),
        ),
    ]
