"""Whether the process lives, and whether it can serve."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from tortoise.exceptions import BaseORMException

from server.models import Job


async def healthz(request: Request) -> Response:
    """Alive. Asks nobody else."""
    return PlainTextResponse("ok\n")


async def readyz(request: Request) -> Response:
    """The database answers and has its tables."""
    try:
        await Job.exists()
    except (BaseORMException, OSError):
        return PlainTextResponse("the database does not answer\n", status_code=503)
    return PlainTextResponse("ok\n")
