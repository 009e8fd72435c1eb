from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('server', '0012_ownership')]

    initial = False

    operations = [
        ops.AddField(
            model_name='CalendarEntry',
            name='uid_host',
            field=fields.CharField(null=True, max_length=253),
        ),
    ]
