"""Bare pages: what our views handed to their templates in one request, rendered again for each request.

The bare application has no middleware, no session and no database. BENCH_PLACES names the pages as JSON. A calendar is
written again from the same objects; what has neither template nor calendar, such as a picture, is sent as constant
bytes.
"""

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from unittest.mock import patch

from icalendar import Calendar
from jinja2 import Template
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.app import create_app
from server.settings import Settings
from tests.bench.pages.places import Place
from tests.client import Client
from tests.statements import collected

PLACES = "BENCH_PLACES"
Make = Callable[[], str | bytes]


@dataclass(frozen=True)
class Taken:
    """A page that was taken from the product. make: makes the body again, None if it is constant.

    statements: number of SQL statements of a request that is not the first one.
    """

    place: Place
    statements: int
    make: Make | None
    body: bytes
    media_type: str

    def answer(self) -> Response:
        if self.place.is_repeated:
            return Response(status_code=304)
        return Response(self.make() if self.make else self.body, media_type=self.media_type)


def bare_app(settings: Settings) -> Starlette:
    """Return an application with a page at /NUMBER for each place, and the numbers of SQL statements at /statements."""
    asked = [(Place(**each["place"]), each["session"]) for each in json.loads(os.environ[PLACES])]
    found: list[Taken] = []

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        found.extend(await taken(settings, asked))
        yield

    async def show(request: Request) -> Response:
        taken_before: Taken = found[request.path_params["number"]]
        return taken_before.answer()

    async def statements(request: Request) -> Response:
        return JSONResponse({each.place.name: each.statements for each in found})

    return Starlette(routes=[Route("/{number:int}", show), Route("/statements", statements)], lifespan=lifespan)


async def taken(settings: Settings, asked: list[tuple[Place, str]]) -> list[Taken]:
    """Return what the product renders for these places. asked: with tokens of sessions."""
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        return [await _taken(app, place, session) for place, session in asked]


async def _taken(app: Starlette, place: Place, session: str) -> Taken:
    async with Client(app) as client:
        client.headers.update({"Cookie": f"session={session}"} if session else {})
        # What the product keeps between requests is made in the first one only.
        while True:
            with _noted() as made:
                first = await client.get(place.path)
            if "data-refresh" not in first.text:
                break
            # It says that scores are being calculated.
            await asyncio.sleep(0.5)
        assert first.status_code == 200, (place, first.status_code)
        headers = {"If-None-Match": first.headers["etag"]} if place.is_repeated else {}
        with collected() as counted:
            answer = await client.get(place.path, headers=headers)
    assert answer.status_code == place.status, (place, answer.status_code)
    make = max(made, key=lambda each: each[0])[1] if made else None
    return Taken(place, len(counted), make, first.content, first.headers["content-type"])


@contextlib.contextmanager
def _noted() -> Iterator[list[tuple[int, Make]]]:
    """Collect what makes the bodies of answers, with their sizes: templates with values, and calendars."""
    found: list[tuple[int, Make]] = []

    def noting(makes: Callable[..., str | bytes]) -> Callable[..., str | bytes]:
        def noted(*args: Any, **values: Any) -> str | bytes:
            made = makes(*args, **values)
            found.append((len(made), partial(makes, *args, **values)))
            return made

        return noted

    with (
        patch.object(Template, "render", noting(Template.render)),
        patch.object(Calendar, "to_ical", noting(Calendar.to_ical)),
    ):
        yield found
