"""What organisers did on behalf of others is appended, by the database's own word: no row is changed or removed.

It goes with what it is about, and forgets an organiser who is erased. Then the row that it referred to is gone already,
by which the triggers tell that from a hand at the table itself.
"""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

REFUSAL = "act_on_behalf is append-only"
KEPT = ("id", "created_at", "event_id", "registration_id", "interpreter_id", "act")
STANDS = """(
    EXISTS (SELECT 1 FROM event WHERE id = OLD.event_id)
    AND (OLD.registration_id IS NULL OR EXISTS (SELECT 1 FROM registration WHERE id = OLD.registration_id))
    AND (OLD.interpreter_id IS NULL OR EXISTS (SELECT 1 FROM interpreter WHERE id = OLD.interpreter_id))
)"""
FORGETS = "(NEW.organiser_id IS NULL AND NOT EXISTS (SELECT 1 FROM person WHERE id = OLD.organiser_id))"


def _is_changed(same: str) -> str:
    """A condition in SQL; same: the operator that finds two NULLs equal."""
    kept = " AND ".join(f"NEW.{name} {same} OLD.{name}" for name in KEPT)
    return f"NOT ({kept} AND {FORGETS})"


SQLITE = (
    f"""CREATE TRIGGER act_on_behalf_kept BEFORE DELETE ON act_on_behalf WHEN {STANDS}
    BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
    f"""CREATE TRIGGER act_on_behalf_unchanged BEFORE UPDATE ON act_on_behalf WHEN {_is_changed("IS")}
    BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
)
POSTGRES = (
    f"""CREATE FUNCTION act_on_behalf_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            IF {STANDS} THEN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END IF;
            RETURN OLD;
        END IF;
        IF {_is_changed("IS NOT DISTINCT FROM")} THEN
            RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$""",
    """CREATE TRIGGER act_on_behalf_append_only BEFORE UPDATE OR DELETE ON act_on_behalf
    FOR EACH ROW EXECUTE FUNCTION act_on_behalf_append_only()""",
)


async def refuse_changes(_apps: Any, editor: Any) -> None:
    for statement in SQLITE if editor.client.capabilities.dialect == "sqlite" else POSTGRES:
        await editor.client.execute_query(statement)


class Migration(migrations.Migration):
    dependencies = [("server", "0016_presence_requests")]

    initial = False

    operations = [ops.RunPython(refuse_changes)]
