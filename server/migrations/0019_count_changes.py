"""Triggers that count the changes of each part of an event, in the transaction of the change.

Every program that writes is counted, whatever it is. Counters are summed over connections; see `EventChange`.
"""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

OF_REGISTRATION = "SELECT event_id FROM registration WHERE id = {row}.registration_id"
OF_PERSON = """
    SELECT event_id FROM registration WHERE person_id = {row}.id
    UNION SELECT event_id FROM interpreter WHERE person_id = {row}.id
    UNION SELECT r.event_id FROM delegate d JOIN registration r ON r.id = d.registration_id WHERE d.person_id = {row}.id
"""
OF_ORGANISATION = "SELECT event_id FROM registration WHERE organisation_id = {row}.id"
OF_PLAN = "SELECT event_id FROM plan WHERE id = {row}.plan_id"
OF_ENTRY = "SELECT event_id FROM calendar_entry WHERE id = {row}.entry_id"
OWN = "SELECT {row}.event_id"

# Table, part of the event, and the query for the events of a row.
COUNTED = (
    ("registration", "people", OWN),
    ("delegate", "people", OF_REGISTRATION),
    ("interpreter", "people", OWN),
    ("need", "people", OF_REGISTRATION),
    ("event", "grid", "SELECT {row}.id AS event_id"),
    ("slot", "grid", OWN),
    ("hall", "grid", OWN),
    ("venue_table", "grid", OWN),
    ("plenary_item", "grid", OWN),
    ("wish", "wishes", OWN),
    ("correction", "wishes", OWN),
    ("publication", "published", OWN),
    ("meeting", "published", OF_PLAN),
    ("calendar_entry", "published", OWN),
    ("release", "published", OF_ENTRY),
)
# Shared by events: only these columns count, so that signing in changes nothing.
SHARED = (
    ("person", "people", OF_PERSON, ("full_name", "latin_name", "zh_name", "country", "locale", "time_zone")),
    (
        "organisation",
        "people",
        OF_ORGANISATION,
        ("kind", "name", "latin_name", "country", "description", "description_locale"),
    ),
)

RAISE = """INSERT INTO event_change (event_id, part, writer, number)
    SELECT DISTINCT of_row.event_id, {part}, {writer}, 1 FROM {rows} WHERE of_row.event_id IS NOT NULL
    ON CONFLICT (event_id, part, writer) DO UPDATE SET number = event_change.number + 1"""

# Once for each statement: `changed` has its rows.
FUNCTION = f"""CREATE FUNCTION count_event_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        EXECUTE replace('{RAISE.format(part="$1", writer="pg_backend_pid()", rows="ROWS")}', 'ROWS', TG_ARGV[1])
        USING TG_ARGV[0];
        RETURN NULL;
    END $$"""


def _sqlite() -> list[str]:
    statements = []

    def add(table: str, event: str, part: str, query: str, when: str = "") -> None:
        row = "OLD" if event == "DELETE" else "NEW"
        rows = f"({query.format(row=row)}) AS of_row"
        change = RAISE.format(part=f"'{part}'", writer=0, rows=rows)
        statements.append(
            f"CREATE TRIGGER count_{table}_{event.lower()} AFTER {event} ON {table} {when} BEGIN {change}; END"
        )

    for table, part, query in COUNTED:
        for event in ("INSERT", "UPDATE", "DELETE"):
            add(table, event, part, query)
    for table, part, query, columns in SHARED:
        differs = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in columns)
        add(table, "UPDATE", part, query, f"WHEN {differs}")
    return statements


def _postgres() -> list[str]:
    statements = [FUNCTION]

    def add(table: str, event: str, part: str, query: str, tables: str, changed: str = "changed") -> None:
        rows = f"{changed} CROSS JOIN LATERAL ({query.format(row='changed')}) AS of_row"
        statements.append(
            f"""CREATE TRIGGER count_{table}_{event.lower()} AFTER {event} ON {table} REFERENCING {tables}
            FOR EACH STATEMENT EXECUTE FUNCTION count_event_change('{part}', '{rows}')"""
        )

    for table, part, query in COUNTED:
        for event in ("INSERT", "UPDATE", "DELETE"):
            add(table, event, part, query, f"{'OLD' if event == 'DELETE' else 'NEW'} TABLE AS changed")
    for table, part, query, columns in SHARED:
        now, before = (", ".join(f"{row}.{name}" for name in columns) for row in ("new_row", "old_row"))
        changed = f"""(
            SELECT new_row.* FROM new_rows AS new_row JOIN old_rows AS old_row USING (id)
            WHERE ({now}) IS DISTINCT FROM ({before})
        ) AS changed"""
        add(table, "UPDATE", part, query, "OLD TABLE AS old_rows NEW TABLE AS new_rows", changed)
    return statements


async def count_changes(_apps: Any, editor: Any) -> None:
    for statement in _sqlite() if editor.client.capabilities.dialect == "sqlite" else _postgres():
        await editor.client.execute_query(statement)


class Migration(migrations.Migration):
    dependencies = [("server", "0018_counters")]

    initial = False

    operations = [ops.RunPython(count_changes)]
