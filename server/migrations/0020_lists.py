"""An index for each order of the organisers' lists, and a trigger that counts changed addresses, which searches find."""

from typing import Any

from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

OF_PERSON = """
    SELECT event_id FROM registration WHERE person_id = {row}.id
    UNION SELECT event_id FROM interpreter WHERE person_id = {row}.id
    UNION SELECT r.event_id FROM delegate d JOIN registration r ON r.id = d.registration_id WHERE d.person_id = {row}.id
"""
SQLITE = f"""CREATE TRIGGER count_person_email_update AFTER UPDATE ON person WHEN OLD.email IS NOT NEW.email BEGIN
    INSERT INTO event_change (event_id, part, writer, number)
    SELECT DISTINCT of_row.event_id, 'people', 0, 1 FROM ({OF_PERSON.format(row="NEW")}) AS of_row
    WHERE of_row.event_id IS NOT NULL
    ON CONFLICT (event_id, part, writer) DO UPDATE SET number = event_change.number + 1;
    END"""
CHANGED = f"""(
        SELECT new_row.* FROM new_rows AS new_row JOIN old_rows AS old_row USING (id)
        WHERE new_row.email IS DISTINCT FROM old_row.email
    ) AS changed CROSS JOIN LATERAL ({OF_PERSON.format(row="changed")}) AS of_row"""
POSTGRES = f"""CREATE TRIGGER count_person_email_update AFTER UPDATE ON person
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION count_event_change('people', '{CHANGED}')"""


async def count_addresses(_apps: Any, editor: Any) -> None:
    is_sqlite = editor.client.capabilities.dialect == "sqlite"
    await editor.client.execute_query(SQLITE if is_sqlite else POSTGRES)


class Migration(migrations.Migration):
    dependencies = [("server", "0019_count_changes")]

    initial = False

    operations = [
        ops.AddIndex(model_name="Need", index=Index(fields=["registration_id", "id"])),
        ops.AddIndex(model_name="Registration", index=Index(fields=["event_id", "side", "id"])),
        ops.AddIndex(model_name="Registration", index=Index(fields=["event_id", "id"])),
        ops.AddIndex(model_name="Wish", index=Index(fields=["event_id", "id"])),
        ops.AddIndex(model_name="Mail", index=Index(fields=["event_id", "id"])),
        ops.RunPython(count_addresses),
    ]
