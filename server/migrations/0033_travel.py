"""Journeys of experts."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from server.models.travel import HelpState
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [("server", "0032_wishing")]

    initial = False

    operations = [
        ops.CreateModel(
            name='Travel',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('registration', fields.OneToOneField('server.Registration', source_field='registration_id', db_constraint=True, to_field='id', related_name='travel', on_delete=OnDelete.CASCADE)),
                ('arrives_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('arrives_by', fields.CharField(default='', max_length=200)),
                ('arrives_in', fields.CharField(default='', max_length=200)),
                ('departs_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('departs_by', fields.CharField(default='', max_length=200)),
                ('departs_from', fields.CharField(default='', max_length=200)),
                ('companions', fields.IntField(default=0)),
                ('help', fields.CharEnumField(default=HelpState.NOT_NEEDED, enum_type=HelpState, max_length=16)),
                ('help_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('accessibility', fields.CharField(default='', max_length=1000)),
                ('diet', fields.CharField(default='', max_length=1000)),
            ],
            options={'table': 'travel', 'app': 'server', 'pk_attr': 'id'},
            bases=['Row'],
        ),
    ]
