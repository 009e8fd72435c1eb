from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('server', '0009_accounts')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Event',
            name='enterprise_max_meetings',
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name='Event',
            name='expert_max_meetings',
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name='Event',
            name='least_value',
            field=fields.FloatField(default=0.35, db_default=0.35),
        ),
        ops.AddField(
            model_name='Event',
            name='serves_every_need',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Need',
            name='is_released',
            field=fields.BooleanField(default=False, db_default=False),
        ),
    ]
