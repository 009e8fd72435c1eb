"""Experts can keep fields and files from organisers. What was stored as "nobody" means "organisers" until now."""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

SQLITE = """UPDATE registration SET readers = replace(readers, '"nobody"', '"organisers"') WHERE readers IS NOT NULL"""
POSTGRES = """UPDATE registration SET readers = replace(readers::text, '"nobody"', '"organisers"')::jsonb
    WHERE readers IS NOT NULL"""
FILES = "UPDATE stored_file SET readers = 'organisers' WHERE readers = 'nobody'"


async def rename(_apps: Any, editor: Any) -> None:
    is_sqlite = editor.client.capabilities.dialect == "sqlite"
    for statement in (SQLITE if is_sqlite else POSTGRES, FILES):
        await editor.client.execute_query(statement)


class Migration(migrations.Migration):
    dependencies = [("server", "0061_by_hand")]

    initial = False

    operations = [ops.RunPython(rename)]
