"""Takes the snapshot for a plan, or keeps its result, in a separate process, and then ends.

Both build the whole problem as objects, which takes long and, for a large event, gigabytes: not in the process that
serves pages. This process opens the database itself.

Arguments: `take` or `keep`, the job and the claim of the worker that started this process. Standard input, to keep: the
solver's answer (`plan/1`). Environment: SETTINGS, the server's as JSON.
"""

import asyncio
import gc
import json
import logging
import os
import sys

from server import db, jobs
from server.models import Job, Plan
from server.models.plans import PLAN_COLUMNS
from server.plans import service
from server.scores import embedding
from server.settings import Settings

TAKE, KEEP = "take", "keep"
SETTINGS = "DUIJIE_SETTINGS"


def main() -> None:
    """Do what the argument says."""
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    # What is built stays until the end; collections would only look through it again and again.
    gc.disable()
    _module, act, job, claim = sys.argv
    settings = Settings(**json.loads(os.environ.pop(SETTINGS)))
    asyncio.run(_work(act, settings, int(job), claim))


async def _work(act: str, settings: Settings, job_id: int, claim: str) -> None:
    await db.connect(settings)
    try:
        job = await Job.get_or_none(id=job_id, claim=claim)
        plan = None if job is None else await Plan.filter(id=jobs.plan_id_of(job)).only(*PLAN_COLUMNS).first()
        if job is None or plan is None:
            return
        if act == TAKE:
            await service.take(job, plan, embedding.opened(settings, is_patient=True))
        else:
            await service.store_result(job, plan, sys.stdin.buffer.read())
    finally:
        await db.disconnect()


if __name__ == "__main__":
    main()
