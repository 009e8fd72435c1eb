"""Solving."""

from server.models import Job
from server.settings import Settings


async def run(job: Job, settings: Settings) -> None:
    raise LookupError(job.id)
