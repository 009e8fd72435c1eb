"""The state of a plan, read beside the server that is measured."""

import json
import sqlite3
from contextlib import closing
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import asyncpg

SELECT = "SELECT state, progress FROM plan WHERE id = "
LEFT = "SELECT COUNT(*) FROM job WHERE kind = 'announce' AND state <> 'done'"


class PlanNow(NamedTuple):
    """The columns of the plan. progress: as JSON."""

    state: str
    progress: str

    @property
    def is_solving(self) -> bool:
        """Whether the solver has reported, or there is nothing more to wait for."""
        return self.state not in ("queued", "running") or "phase" in json.loads(self.progress or "{}")


async def plan_now(database_url: str, plan: int) -> PlanNow:
    """Return the state of a plan."""
    if database_url.startswith("sqlite://"):
        with closing(sqlite3.connect(unquote(urlsplit(database_url).path))) as file:
            return PlanNow(*file.execute(SELECT + "?", [plan]).fetchone())
    connection = await asyncpg.connect(database_url)
    try:
        return PlanNow(*await connection.fetchrow(SELECT + "$1", plan))
    finally:
        await connection.close()


async def announcements_left(database_url: str) -> int:
    """Return how many publications are not announced to everybody yet."""
    if database_url.startswith("sqlite://"):
        with closing(sqlite3.connect(unquote(urlsplit(database_url).path))) as file:
            return int(file.execute(LEFT).fetchone()[0])
    connection = await asyncpg.connect(database_url)
    try:
        return int(await connection.fetchval(LEFT))
    finally:
        await connection.close()
