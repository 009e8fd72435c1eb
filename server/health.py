"""Whether the process lives, and whether it can serve."""

from collections.abc import Awaitable, Callable, Sequence

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from tortoise.exceptions import BaseORMException

from server.letters import outbox
from server.models import Job

# Each says in a line what is wrong, or nothing.
Check = Callable[[], Awaitable[str | None]]
# What people must know of, though every page is served: a balancer goes on sending requests here.
DEGRADED: Sequence[Check] = (outbox.overdue, outbox.waiting_long, outbox.undelivered)


async def healthz(request: Request) -> Response:
    """Alive. Asks nobody else."""
    return PlainTextResponse("ok\n")


async def readyz(request: Request) -> Response:
    """503 where pages cannot be served; 200 and "degraded" with the reasons where something else is wrong."""
    try:
        await Job.exists()
        found = [line for check in DEGRADED if (line := await check())]
    except (BaseORMException, OSError):
        return PlainTextResponse("the database does not answer\n", status_code=503)
    return PlainTextResponse("\n".join(["degraded", *found, ""]) if found else "ok\n")
