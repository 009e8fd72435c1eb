from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [("server", "0031_files")]

    initial = False

    operations = [
        ops.AddField(
            model_name='Event',
            name='enterprise_top_wishes',
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name='Event',
            name='expert_top_wishes',
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name='Event',
            name='remind_on',
            field=fields.DateField(null=True),
        ),
        ops.AddField(
            model_name='Event',
            name='tells_mutual_wishes',
            field=fields.BooleanField(default=True, db_default=True),
        ),
        ops.AddField(
            model_name='Event',
            name='wishes_due_on',
            field=fields.DateField(null=True),
        ),
    ]
