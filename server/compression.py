"""Answers are compressed, except those that hold a secret.

A compressed answer gives away by its length whether a text that somebody chose repeats the secret beside it (BREACH).
What must not be stored (`no-store`: pages with private addresses, codes, redirections) is sent as it is.
Source: Gluck, Harris, Prado, BREACH: reviving the CRIME attack (2013).
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LEVEL = 5  # of gzip: a page of 100 kB in about a millisecond
SMALLEST = 600  # bytes; below that headers weigh more than what is saved
AS_IT_IS = "identity"


class Compression:
    """gzip for clients that take it."""

    def __init__(self, app: ASGIApp) -> None:
        # Calendars are told apart by strong validators, of which each encoding would need one of its own.
        excluded = (*DEFAULT_EXCLUDED_CONTENT_TYPES, "text/calendar")
        self.app = GZipMiddleware(_Marked(app), SMALLEST, LEVEL, exclude_content_types=excluded)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def without_mark(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                encoding, tag = headers.get("content-encoding"), headers.get("etag", "")
                if encoding == AS_IT_IS:
                    del headers["content-encoding"]
                elif encoding and tag.startswith('"'):
                    headers["etag"] = f"W/{tag}"
            await send(message)

        await self.app(scope, receive, without_mark)


class _Marked:
    """Marks what is to stay as it is by an encoding, which the compression leaves alone."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def marked(message: Message) -> None:
            is_start = message["type"] == "http.response.start"
            if is_start and "no-store" in Headers(raw=message["headers"]).get("cache-control", ""):
                MutableHeaders(scope=message)["content-encoding"] = AS_IT_IS
            await send(message)

        await self.app(scope, receive, marked)
