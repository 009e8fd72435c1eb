"""Each registration gets an organisation of its own, each person at an event one row, and names a place for proposals."""

from json import loads
from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from server.models.base import encode_json

COLUMNS = "created_at, updated_at, kind, name, name_key, latin_name, country, description, description_locale"


def _is_sqlite(editor: Any) -> bool:
    return bool(editor.client.capabilities.dialect == "sqlite")


async def drop_unique_names(_apps: Any, editor: Any) -> None:
    """The unique key over name and country goes; rows, their numbers and what refers to them stay."""
    if not _is_sqlite(editor):
        await editor.client.execute_query(
            'ALTER TABLE organisation DROP CONSTRAINT IF EXISTS "uid_organisatio_name_ke_2ed9bb"'
        )
        return
    # SQLite cannot drop a constraint. Keys are not enforced while it migrates, and rows are counted afterwards.
    for statement in (
        """CREATE TABLE "organisation_new" (
            "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
            "created_at" TIMESTAMP NOT NULL,
            "updated_at" TIMESTAMP NOT NULL,
            "kind" VARCHAR(16) NOT NULL,
            "name" VARCHAR(200) NOT NULL,
            "name_key" VARCHAR(200) NOT NULL,
            "latin_name" VARCHAR(200) NOT NULL,
            "country" VARCHAR(2) NOT NULL,
            "description" TEXT NOT NULL,
            "description_locale" VARCHAR(16) NOT NULL
        )""",
        f"INSERT INTO organisation_new (id, {COLUMNS}) SELECT id, {COLUMNS} FROM organisation",
        "DROP TABLE organisation",
        "ALTER TABLE organisation_new RENAME TO organisation",
    ):
        await editor.client.execute_query(statement)


async def split_organisations(_apps: Any, editor: Any) -> None:
    """All registrations of an organisation but the first get a copy of its texts, as they were shown there."""
    rows = await editor.client.execute_query_dict(
        "SELECT id, organisation_id FROM registration WHERE organisation_id IS NOT NULL ORDER BY id"
    )
    seen: set[int] = set()
    for row in rows:
        if row["organisation_id"] in seen:
            [copy] = await editor.client.execute_query_dict(
                f"INSERT INTO organisation ({COLUMNS}) SELECT {COLUMNS} FROM organisation "
                f"WHERE id = {row['organisation_id']} RETURNING id"
            )
            await editor.client.execute_query(
                f"UPDATE registration SET organisation_id = {copy['id']} WHERE id = {row['id']}"
            )
        seen.add(row["organisation_id"])


async def fill_participations(_apps: Any, editor: Any) -> None:
    """Whoever is there on both sides, or for two enterprises, keeps both rows; no third one comes to them."""
    for statement in (
        "INSERT INTO participation (created_at, updated_at, event_id, person_id, registration_id) "
        "SELECT created_at, updated_at, event_id, person_id, id FROM registration WHERE person_id IS NOT NULL "
        "ORDER BY id ON CONFLICT DO NOTHING",
        "INSERT INTO participation (created_at, updated_at, event_id, person_id, delegate_id) "
        "SELECT d.created_at, d.updated_at, r.event_id, d.person_id, d.id FROM delegate d "
        "JOIN registration r ON r.id = d.registration_id ORDER BY d.id ON CONFLICT DO NOTHING",
    ):
        await editor.client.execute_query(statement)


async def fill_proposals(_apps: Any, editor: Any) -> None:
    """What is called somebody who never signed in was written by others: it stays with the events that show it."""
    make = "json_object" if _is_sqlite(editor) else "jsonb_build_object"
    names = ", ".join(f"'{name}', p.{name}" for name in ("full_name", "latin_name", "zh_name", "country"))
    for table in ("registration", "delegate", "interpreter", "organiser"):
        await editor.client.execute_query(
            f"UPDATE {table} SET proposed = (SELECT {make}({names}) FROM person p WHERE p.id = {table}.person_id) "
            f"WHERE person_id IN (SELECT id FROM person WHERE signed_in_at IS NULL)"
        )


class Migration(migrations.Migration):
    dependencies = [('server', '0011_imports')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Participation',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('event', fields.ForeignKeyField('server.Event', source_field='event_id', db_constraint=True, to_field='id', related_name='participations', on_delete=OnDelete.CASCADE)),
                ('person', fields.ForeignKeyField('server.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='participations', on_delete=OnDelete.CASCADE)),
                ('registration', fields.ForeignKeyField('server.Registration', source_field='registration_id', null=True, db_constraint=True, to_field='id', related_name='participations', on_delete=OnDelete.CASCADE)),
                ('delegate', fields.ForeignKeyField('server.Delegate', source_field='delegate_id', null=True, db_constraint=True, to_field='id', related_name='participations', on_delete=OnDelete.CASCADE)),
            ],
            options={'table': 'participation', 'app': 'server', 'unique_together': (('event', 'person'),), 'pk_attr': 'id'},
            bases=['Row'],
        ),
        ops.AddField(
            model_name='Delegate',
            name='proposed',
            field=fields.JSONField(null=True, encoder=encode_json, decoder=loads),
        ),
        ops.AddField(
            model_name='Departure',
            name='proposed',
            field=fields.JSONField(null=True, encoder=encode_json, decoder=loads),
        ),
        ops.AddField(
            model_name='Interpreter',
            name='proposed',
            field=fields.JSONField(null=True, encoder=encode_json, decoder=loads),
        ),
        # Of the state alone: what the tool would do here rebuilds the table and loses its indexes.
        ops.AlterModelOptions(name='Organisation', options={'unique_together': (), 'pk_attr': 'id'}),
        ops.AddField(
            model_name='Organiser',
            name='proposed',
            field=fields.JSONField(null=True, encoder=encode_json, decoder=loads),
        ),
        ops.AddField(
            model_name='Registration',
            name='levels',
            field=fields.JSONField(null=True, encoder=encode_json, decoder=loads),
        ),
        ops.AddField(
            model_name='Registration',
            name='proposed',
            field=fields.JSONField(null=True, encoder=encode_json, decoder=loads),
        ),
        ops.RunPython(drop_unique_names),
        ops.RunPython(split_organisations),
        ops.RunPython(fill_participations),
        ops.RunPython(fill_proposals),
    ]
