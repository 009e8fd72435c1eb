from tortoise import migrations
from tortoise.migrations import operations as ops
from json import loads
from server.models.base import encode_json
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

# Whose consents cover the three purposes that nobody takes part without, as they were when this was written.
ALL_THREE = """(
    SELECT COUNT(DISTINCT consent.purpose) FROM consent
    WHERE consent.event_id = registration.event_id AND consent.person_id = {person} AND consent.withdrawn_at IS NULL
    AND consent.purpose IN ('matching', 'sharing', 'cross_border')
) = 3"""
AGREED = f"""
UPDATE registration SET agreed_at = registered_at
WHERE registered_at IS NOT NULL AND ({ALL_THREE.format(person="registration.person_id")} OR EXISTS (
    SELECT 1 FROM delegate WHERE delegate.registration_id = registration.id
    AND {ALL_THREE.format(person="delegate.person_id")}
))
"""


class Migration(migrations.Migration):
    dependencies = [('server', '0006_outbox')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Departure',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('event', fields.ForeignKeyField('server.Event', source_field='event_id', db_constraint=True, to_field='id', related_name='departures', on_delete=OnDelete.CASCADE)),
                ('registration', fields.ForeignKeyField('server.Registration', source_field='registration_id', null=True, db_constraint=True, to_field='id', related_name='departures', on_delete=OnDelete.CASCADE)),
                ('interpreter', fields.ForeignKeyField('server.Interpreter', source_field='interpreter_id', null=True, db_constraint=True, to_field='id', related_name='departures', on_delete=OnDelete.CASCADE)),
                ('person', fields.ForeignKeyField('server.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='departures', on_delete=OnDelete.CASCADE)),
                ('is_whole', fields.BooleanField(default=True)),
                ('by_organiser', fields.BooleanField(default=False)),
                ('position', fields.CharField(default='', max_length=200)),
                ('consents', fields.JSONField(default=list, encoder=encode_json, decoder=loads)),
                ('available', fields.JSONField(null=True, encoder=encode_json, decoder=loads)),
                ('left_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('undone_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'departure', 'app': 'server', 'indexes': [Index(fields=['event_id', 'person_id'])], 'pk_attr': 'id'},
            bases=['Row'],
        ),
        ops.AddField(
            model_name='Registration',
            name='agreed_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.RunSQL(AGREED),
    ]
