"""Compress answers by zstd, brotli or gzip, except those with a secret.

The length of a compressed answer reveals whether a text chosen by an attacker equals part of a secret beside it
(BREACH). Answers that must not be stored (`no-store`: private URLs, codes, redirects) are sent uncompressed. Source:
Gluck, Harris, Prado, BREACH: reviving the CRIME attack (2013).
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette_compress import CompressMiddleware, remove_compress_type

# A page of 100 kB takes about a millisecond at most.
ZSTD_LEVEL, BROTLI_QUALITY, GZIP_LEVEL = 3, 4, 5
SMALLEST = 600  # bytes; for smaller answers the headers outweigh the savings
AS_IT_IS = "as-it-is"  # no encoding that a client knows: the compression skips an answer that has one already

# Calendars have strong validators, which would have to differ for each encoding.
remove_compress_type("text/calendar")


class Compression:
    """Compresses for clients that accept it, by the first of zstd, brotli and gzip that they accept."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = CompressMiddleware(
            _Marked(app),
            minimum_size=SMALLEST,
            zstd_level=ZSTD_LEVEL,
            brotli_quality=BROTLI_QUALITY,
            gzip_level=GZIP_LEVEL,
        )

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
    """Marks answers to leave uncompressed by setting an encoding, which the compression then skips."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def marked(message: Message) -> None:
            is_start = message["type"] == "http.response.start"
            if is_start and "no-store" in Headers(raw=message["headers"]).get("cache-control", ""):
                MutableHeaders(scope=message)["content-encoding"] = AS_IT_IS
            await send(message)

        await self.app(scope, receive, marked)
