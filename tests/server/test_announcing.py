"""E-mails about a published plan follow its transaction: some at a time, each once, whatever happens meanwhile."""

import pytest

from server import jobs
from server.models import DocumentKind, Event, Job, JobKind, JobState, Mail, Person, Plan, PlanDocument
from server.plans import announcing, publishing
from server.privacy.erasing import erase
from server.settings import Settings
from server.worker import Worker
from tests import factories
from tests.server.planning import solved
from tests.statements import collected

WRITES = ("INSERT", "UPDATE", "DELETE")


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Count three people as many, of whom two are told at a time."""
    monkeypatch.setattr(announcing, "AT_A_TIME", 2)


async def planned(pairs: int) -> tuple[Event, Plan, Person]:
    """Create a plan with a meeting of each of these pairs; return its organiser as well."""
    event = await factories.event(slots=pairs, tables=pairs)
    organiser = (await factories.organiser(event)).person
    for _ in range(pairs):
        expert, firm = await factories.expert(event), await factories.enterprise(event)
        await factories.wish(expert, firm)
        await factories.wish(firm, expert)
    return event, await solved(event, organiser), organiser


async def claimed() -> Job:
    """Take the job that announces, as a worker does."""
    job = await jobs.claim((JobKind.ANNOUNCE,))
    assert job is not None
    return job


async def left() -> tuple[int, int]:
    """Return the numbers of announcements that are not done, and of stored changes."""
    return (
        await Job.filter(kind=JobKind.ANNOUNCE).exclude(state=JobState.DONE).count(),
        await PlanDocument.filter(kind=DocumentKind.CHANGES).count(),
    )


async def test_the_publishing_transaction_writes_no_email(database: None, few: None) -> None:
    _event, plan, organiser = await planned(2)
    with collected() as seen:
        assert await publishing.publish(plan, organiser) == 4
    written = [sql for sql in seen.sql if sql.startswith(WRITES)]
    assert not [sql for sql in written if '"mail"' in sql]
    # However many meetings change: plans, publication, entries, the job and what it needs.
    assert len(written) <= 8
    assert (await Mail.all().count(), await left()) == (0, (1, 1))


async def test_a_worker_tells_everybody_once_some_at_a_time(database: None, settings: Settings, few: None) -> None:
    event, plan, organiser = await planned(2)
    await publishing.publish(plan, organiser)
    job = await claimed()
    assert await announcing.announce(job) == 4
    assert (await Mail.filter(event_id=event.id).count(), await left()) == (4, (0, 0))
    assert await Job.filter(kind=JobKind.MAIL).count() == 4


async def test_a_worker_that_was_broken_off_goes_on_where_it_ended(
    database: None, settings: Settings, few: None
) -> None:
    event, plan, organiser = await planned(2)
    await publishing.publish(plan, organiser)
    job = await claimed()
    publication = await announcing._read(job)
    assert publication is not None
    assert await announcing._put_some(publication) == 2
    await Job.filter(id=job.id).update(state=JobState.QUEUED, claim="")
    # The one that was taken to be dead puts nothing more.
    assert await announcing.announce(job) == 0

    assert await Worker(settings).run_one(JobKind.ANNOUNCE)

    keys = await Mail.filter(event_id=event.id).values_list("key", flat=True)
    assert (len(keys), len(set(keys)), await left()) == (4, 4, (0, 0))


async def test_who_leaves_before_they_are_told_gets_no_email_and_is_in_none(
    database: None, settings: Settings, few: None
) -> None:
    event, plan, organiser = await planned(2)
    await publishing.publish(plan, organiser)
    job = await claimed()
    publication = await announcing._read(job)
    assert publication is not None
    given = await announcing.given_for(publication.event, publication.changes, publication.cause)
    [gone, *_others] = [person for person, _told in given.people]
    emails = announcing._emails(publication, given, given.people)
    await erase(gone)

    assert await announcing._put_if_unchanged(publication, given, emails) == 0
    assert await announcing.announce(job) == 3
    told = await Mail.filter(event_id=event.id, template="published").values("to_address", "values")
    assert gone.email not in {row["to_address"] for row in told}
    assert gone.full_name not in str(told)
