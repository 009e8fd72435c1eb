"""Rows written in bulk are those that the ORM writes."""

from datetime import UTC, datetime
from typing import Any

from tortoise.connection import get_connection

from server import bulk, db
from server.models import Job, JobKind, JobState, Mail
from tests import factories

NOON = datetime(2027, 5, 20, 12, 0, 0, 250_000, tzinfo=UTC)


async def stored(table: str) -> list[dict[str, Any]]:
    """Return the rows as the database has them, without what differs between any two rows."""
    rows = await get_connection(db.CONNECTION).execute_query_dict(f"SELECT * FROM {table} ORDER BY id")
    others = ("id", "key", "created_at", "updated_at", "mail_id", "payload")
    return [{name: value for name, value in dict(row).items() if name not in others} for row in rows]


async def letter(key: str) -> Mail:
    values = {"name": "Анна «三» \"'\\", "lines": [1, 2.5, None, True]}
    return Mail(key=key, to_address="a@example.org", locale="ru", template="published", values=values, sent_at=NOON)


async def test_inserted_rows_are_those_of_the_orm(database: None) -> None:
    await (await letter("one")).save()

    ids = await db.atomic(bulk.inserting(Mail, [await letter("two"), await letter("three")]).run)()

    first, *others = await stored("mail")
    assert others == [first, first]
    assert [(mail.id, mail.values) for mail in await Mail.all().order_by("id")][1:] == [
        (id, (await letter("")).values) for id in ids
    ]


async def test_copies_differ_in_the_given_columns_only(database: None) -> None:
    event = await factories.event()
    mails = [(await factories.mail(event, await factories.person())).id for _ in range(2)]
    await Job.all().delete()
    await Job.create(kind=JobKind.MAIL, payload={}, run_after=NOON, state=JobState.QUEUED)
    copied = Job(kind=JobKind.MAIL, payload={}, run_after=NOON)

    await db.atomic(bulk.inserting_copies(copied, {"payload": [{"mail": 1}, {"mail": 2}], "mail_id": mails}).run)()

    first, *others = await stored("job")
    assert others == [first, first]
    found = [(job.payload, job.mail_id) for job in await Job.all().order_by("id")]
    assert found[1:] == [({"mail": 1}, mails[0]), ({"mail": 2}, mails[1])]


async def test_only_the_given_columns_of_the_given_rows_change(database: None) -> None:
    one, other = [await letter(key) for key in ("one", "other")]
    await one.save()
    await other.save()
    before = await Mail.filter(id=other.id).values()
    one.sent_at, one.locale, one.template = None, "en", "not stored"

    await db.atomic(bulk.updating(Mail, [one], ("sent_at", "locale")).run)()

    changed = await Mail.get(id=one.id)
    assert (changed.sent_at, changed.locale, changed.template) == (None, "en", "published")
    assert await Mail.filter(id=other.id).values() == before


async def test_no_rows_are_no_statement(database: None) -> None:
    assert await db.atomic(bulk.inserting(Mail, []).run)() == []
    await db.atomic(bulk.updating(Mail, [], ("locale",)).run)()
