"""The text from which a translation was made, so that translators see what changed in it since."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [("server", "0028_guided_needs")]

    initial = False

    operations = [
        ops.AddField(
            model_name='Translation',
            name='source_text',
            field=fields.TextField(null=True, unique=False),
        ),
    ]
