from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [("server", "0037_results")]

    initial = False

    operations = [
        ops.AddField(
            model_name='Event',
            name='contact_email',
            field=fields.CharField(default='', db_default='', max_length=254),
        ),
    ]
