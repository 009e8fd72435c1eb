from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [("server", "0047_invitations")]

    initial = False

    operations = [
        ops.AddField(
            model_name='Person',
            name='is_administrator',
            field=fields.BooleanField(default=False, db_default=False),
        ),
    ]
