from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [("server", "0064_append_only_logs")]

    initial = False

    operations = [
        ops.AddField(
            model_name='Plan',
            name='inputs_hash',
            field=fields.CharField(null=True, max_length=64),
        ),
        ops.AddField(
            model_name='Plan',
            name='note',
            field=fields.CharField(default='', db_default='', max_length=300),
        ),
    ]
