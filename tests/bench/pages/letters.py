"""How many letters a second the worker sends to an SMTP server of this machine."""

from datetime import UTC, datetime

from server import db, jobs
from server.models import Mail
from server.settings import Settings
from tests.bench.pages import processes
from tests.bench.pages.probing import until
from tests.bench.pages.processes import Setup
from tests.bench.pages.sink import sink

FEW, MANY = 200, 1_000
LONGEST_S = 120.0


async def sent(setup: Setup, settings: Settings, number: int) -> dict[str, float]:
    """Queue so many letters, start `worker`, and return how fast they came."""
    await db.connect(settings)
    try:
        await _queue(number)
    finally:
        await db.disconnect()
    async with sink() as taking:

        async def is_done() -> bool:
            return len(taking.taken_at) >= number

        with processes.command(setup, "worker", SMTP_URL=taking.url) as (process, _port):
            await until(is_done, LONGEST_S, 0.05)
            memory = processes.memory_mb(process.pid)
        figures = {"letters": float(len(taking.taken_at)), "connections": float(taking.connections), "MB": memory}
        return {"letters/s": taking.rate or 0.0, **figures}


@db.atomic
async def _queue(number: int) -> None:
    """Queue copies of letters about the published plans; nothing else waits."""
    known = await Mail.filter(template="published").order_by("id").limit(number)
    columns = ("to_address", "locale", "template", "values", "event_id", "person_id")
    made = [
        Mail(key=f"bench:{each}", **{name: getattr(known[each % len(known)], name) for name in columns})
        for each in range(number)
    ]
    await Mail.bulk_create(made)
    rows = await Mail.filter(key__startswith="bench:", created_at__lte=datetime.now(UTC)).values_list("id", flat=True)
    await jobs.enqueue_mails([int(str(id)) for id in rows])
