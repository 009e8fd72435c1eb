"""The database itself refuses to change or remove rows of logs: the activity log, acts on a plan, acts on a team.

A row goes with the event or the plan that it belongs to, and forgets a person who is erased: what it referred to is
gone already then, by which the triggers tell that from a change by hand.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

# Table, the table that it goes with and the column that names it, columns that never change, columns of people who can
# be erased.
LOGS: Sequence[tuple[str, str, str, str, str]] = (
    (
        "audit_entry",
        "event",
        "event_id",
        "id created_at updated_at event_id person_id role party_id act about about_id",
        "",
    ),
    ("audit_seal", "event", "event_id", "id created_at updated_at event_id entry_id position hash", ""),
    ("plan_act", "plan", "plan_id", "id created_at plan_id number kind of changes", "by_id"),
    ("team_act", "event", "event_id", "id created_at event_id act rights", "by_id person_id"),
)


def _changed(columns: str, people: str, same: str, text: str) -> str:
    """Return a condition in SQL. same: the operator that finds two NULLs equal. text: with which JSON is compared."""
    kept = [f'{_column("NEW", name, text)} {same} {_column("OLD", name, text)}' for name in columns.split()]
    forgets = [
        f"(NEW.{name} {same} OLD.{name} OR (NEW.{name} IS NULL"
        f" AND NOT EXISTS (SELECT 1 FROM person WHERE id = OLD.{name})))"
        for name in people.split()
    ]
    return f"NOT ({' AND '.join([*kept, *forgets])})"


def _column(row: str, name: str, text: str) -> str:
    return f'{row}."{name}"{text if name == "changes" else ""}'


def sqlite() -> Iterator[str]:
    for table, owner, column, columns, people in LOGS:
        yield f"""CREATE TRIGGER {table}_kept BEFORE DELETE ON {table}
            WHEN EXISTS (SELECT 1 FROM {owner} WHERE id = OLD.{column})
            BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""
        yield f"""CREATE TRIGGER {table}_unchanged BEFORE UPDATE ON {table}
            WHEN {_changed(columns, people, "IS", "")}
            BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""


def postgres() -> Iterator[str]:
    for table, owner, column, columns, people in LOGS:
        refuse = f"RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'integrity_constraint_violation';"
        yield f"""CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP = 'DELETE' THEN
                    IF EXISTS (SELECT 1 FROM {owner} WHERE id = OLD.{column}) THEN {refuse} END IF;
                    RETURN OLD;
                END IF;
                IF {_changed(columns, people, "IS NOT DISTINCT FROM", "::text")} THEN {refuse} END IF;
                RETURN NEW;
            END $$"""
        yield f"""CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION {table}_append_only()"""


async def refuse_changes(_apps: Any, editor: Any) -> None:
    for statement in sqlite() if editor.client.capabilities.dialect == "sqlite" else postgres():
        await editor.client.execute_query(statement)


class Migration(migrations.Migration):
    dependencies = [("server", "0063_activity_log")]

    initial = False

    operations = [ops.RunPython(refuse_changes)]
