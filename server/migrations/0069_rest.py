from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('server', '0068_call_list')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Event',
            name='enterprise_max_consecutive',
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name='Event',
            name='expert_max_consecutive',
            field=fields.IntField(null=True),
        ),
    ]
