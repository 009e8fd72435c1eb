from tortoise import migrations
from tortoise.migrations import operations as ops
from json import loads
from server.models.base import encode_json
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('server', '0004_release')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Hall',
            name='removed_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Interpreter',
            name='presence',
            field=fields.JSONField(null=True, encoder=encode_json, decoder=loads),
        ),
        ops.AddField(
            model_name='Interpreter',
            name='removed_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Registration',
            name='presence',
            field=fields.JSONField(null=True, encoder=encode_json, decoder=loads),
        ),
        ops.AddField(
            model_name='Slot',
            name='removed_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Table',
            name='removed_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
    ]
