"""Takes the snapshot for a plan, or keeps its result, in a separate process, and then ends.

Both build the whole problem as objects, which takes long and, for a large event, gigabytes: not in the process that
serves pages. This process opens the database itself.

Arguments: `take` or `keep`. Standard input: one line of JSON, followed, to keep, by the solver's answer (`plan/1`). The
line holds {"settings": the server's, "job": its id, "claim": the claim of the worker that started this process}.
"""

import asyncio
import gc
import json
import logging
import sys
from typing import Any

from server import db
from server.models import Job, Plan
from server.models.plans import PLAN_COLUMNS
from server.plans import service
from server.scores import embedding
from server.settings import Settings

TAKE, KEEP = "take", "keep"


def main() -> None:
    """Do what the argument says."""
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    # What is built stays until the end; collections would only look through it again and again.
    gc.disable()
    asked = json.loads(sys.stdin.buffer.readline())
    asyncio.run(_work(sys.argv[1], Settings(**asked["settings"]), asked, sys.stdin.buffer.read()))


async def _work(act: str, settings: Settings, asked: dict[str, Any], answer: bytes) -> None:
    await db.connect(settings)
    try:
        job = await Job.get_or_none(id=asked["job"], claim=asked["claim"])
        plan = None if job is None else await Plan.filter(id=job.payload["plan"]).only(*PLAN_COLUMNS).first()
        if job is None or plan is None:
            return
        if act == TAKE:
            await service.take(job, plan, embedding.opened(settings))
        else:
            await service.store_result(job, plan, answer)
    finally:
        await db.disconnect()


if __name__ == "__main__":
    main()
