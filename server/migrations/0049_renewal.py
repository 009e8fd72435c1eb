from tortoise import migrations
from tortoise.migrations import operations as ops
from server.models.needs import NeedOutcome
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [("server", "0048_administrators")]

    initial = False

    operations = [
        ops.AddField(
            model_name='Need',
            name='outcome',
            field=fields.CharEnumField(null=True, enum_type=NeedOutcome, max_length=16),
        ),
        ops.AddField(
            model_name='Need',
            name='outcome_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Need',
            name='renewed_from',
            field=fields.ForeignKeyField('server.Need', source_field='renewed_from_id', null=True, db_constraint=True, to_field='id', related_name='renewed_as', on_delete=OnDelete.SET_NULL),
        ),
    ]
