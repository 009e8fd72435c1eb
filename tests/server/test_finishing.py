"""A stopping server answers requests under way, and never reports something as failed that is stored."""

import asyncio
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from server import db
from server.app import too_late
from server.finishing import Finishing, UnderWay
from server.models import Person
from tests.conftest import drained


class Slow:
    """An application whose only act begins, and ends when allowed."""

    def __init__(self, last_s: float) -> None:
        self.has_begun, self.may_end = asyncio.Event(), asyncio.Event()
        self.under_way = UnderWay()
        inner = Starlette(routes=[Route("/act", self.view, methods=["GET", "POST"])])
        self.app = Finishing(inner, self.under_way, too_late, last_s)
        self.answers: list[dict[str, Any]] = []

    async def view(self, request: Request) -> Response:
        await self.act()
        return PlainTextResponse("done")

    @db.atomic
    async def act(self) -> None:
        self.has_begun.set()
        await self.may_end.wait()
        await Person.create(email="anna@example.org")

    async def call(self, method: str) -> None:
        scope = {"type": "http", "method": method, "path": "/act", "headers": [], "query_string": b""}

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            self.answers.append(message)

        await self.app(scope, receive, send)


async def cancelled(slow: Slow, method: str = "POST") -> asyncio.Task[None]:
    """A request in the middle of its act, cancelled as the server does after its grace period."""
    request = asyncio.create_task(slow.call(method))
    await slow.has_begun.wait()
    request.cancel()
    return request


async def test_a_request_longer_than_the_grace_period_is_answered_when_done(database: None) -> None:
    slow = Slow(last_s=60)
    request = await cancelled(slow)

    slow.may_end.set()
    await slow.under_way.answered()
    await request

    assert (slow.answers[0]["status"], slow.answers[1]["body"]) == (200, b"done")
    assert await Person.exists(email="anna@example.org")


@pytest.mark.parametrize(
    ("method", "said"), [("POST", b"Check whether your data was saved"), ("GET", b"This page cannot be shown now")]
)
async def test_a_request_that_cannot_finish_is_not_reported_as_failed(database: None, method: str, said: bytes) -> None:
    slow = Slow(last_s=0)
    request = await cancelled(slow, method)

    await slow.under_way.answered()
    await request
    slow.may_end.set()
    await drained()

    body = b"".join(each.get("body", b"") for each in slow.answers)
    assert slow.answers[0]["status"] == 503
    assert said in body
    # It went on by itself, as every transaction does.
    assert await Person.exists(email="anna@example.org")
