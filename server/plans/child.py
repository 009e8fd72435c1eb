"""Takes the snapshot for a plan, keeps its result, or queues the e-mails about it, in a separate process.

The first two build the whole problem as objects, which takes long and, for a large event, gigabytes; the e-mails of one
take seconds. Not in the process that serves pages, whose requests would wait. This process opens the database itself.

Arguments: `take`, `keep` or `announce`, the job and the claim of the worker that started this process. Standard input,
to keep: the solver's answer (`plan/1`). Environment: SETTINGS, the server's as JSON.
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
from server.plans import announcing, service
from server.scores import embedding
from server.settings import Settings

TAKE, KEEP, ANNOUNCE = "take", "keep", "announce"
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
        elif act == ANNOUNCE:
            await announcing.announce(job)
        else:
            await service.store_result(job, plan, sys.stdin.buffer.read())
    finally:
        await db.disconnect()


if __name__ == "__main__":
    main()
