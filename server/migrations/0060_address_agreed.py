from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [("server", "0059_walks")]

    initial = False

    operations = [
        ops.AddField(
            model_name='AddressChange',
            name='new_agreed_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='AddressChange',
            name='old_agreed_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='AddressChange',
            name='undo_hash',
            field=fields.CharField(null=True, max_length=64),
        ),
    ]
