from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('server', '0017_append_only')]

    initial = False

    operations = [
        ops.CreateModel(
            name='EventChange',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('event_id', fields.IntField()),
                ('part', fields.CharField(max_length=16)),
                ('writer', fields.IntField()),
                ('number', fields.BigIntField(default=0)),
            ],
            options={'table': 'event_change', 'app': 'server', 'unique_together': (('event_id', 'part', 'writer'),), 'pk_attr': 'id'},
            bases=['Model'],
        ),
    ]
