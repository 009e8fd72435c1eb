from tortoise import migrations
from tortoise.migrations import operations as ops
from server.models.jobs import MailFailure
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('server', '0005_presence')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Job',
            name='mail',
            field=fields.ForeignKeyField('server.Mail', source_field='mail_id', null=True, db_constraint=True, to_field='id', related_name='jobs', on_delete=OnDelete.CASCADE),
        ),
        ops.AddField(
            model_name='Mail',
            name='by',
            field=fields.ForeignKeyField('server.Person', source_field='by_id', null=True, db_constraint=True, to_field='id', related_name='mails_caused', on_delete=OnDelete.SET_NULL),
        ),
        ops.AddField(
            model_name='Mail',
            name='dropped_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Mail',
            name='event',
            field=fields.ForeignKeyField('server.Event', source_field='event_id', null=True, db_constraint=True, to_field='id', related_name='mails', on_delete=OnDelete.CASCADE),
        ),
        ops.AddField(
            model_name='Mail',
            name='failed_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Mail',
            name='failure',
            field=fields.CharEnumField(null=True, enum_type=MailFailure, max_length=16),
        ),
        ops.AddField(
            model_name='Mail',
            name='person',
            field=fields.ForeignKeyField('server.Person', source_field='person_id', null=True, db_constraint=True, to_field='id', related_name='mails', on_delete=OnDelete.SET_NULL),
        ),
        ops.AddField(
            model_name='Mail',
            name='refusal',
            field=fields.TextField(default='', db_default='', unique=False),
        ),
        ops.AddIndex(
            model_name='Mail',
            index=Index(fields=['event_id', 'sent_at']),
        ),
        ops.AddIndex(
            model_name='Mail',
            index=Index(fields=['by_id', 'template', 'created_at']),
        ),
    ]
