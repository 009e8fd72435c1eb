"""Style sheets and scripts: one bundle of each kind, built when the process starts.

Each page loads one style sheet and one script. Their URLs end in a digest of the content, so that browsers can cache
them for a year and still get every change.
"""

import gzip
import hashlib
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path

import brotli
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parent.parent / "static"
STYLES = (
    *("tokens", "base", "bar", "forms", "things", "joint", "offers", "texts", "plan", "hand"),
    *("board", "compare", "review", "desk", "people", "forced", "print"),
)
SCRIPTS = (
    "menu",
    "confirm",
    "count",
    "passkeys",
    "suggest",
    "topics",
    "presence",
    "drafts",
    "refresh",
    "keys",
    "turning",
    "take",
    "translate",
    "on_device",
    "hand",
    "people",
)
BUNDLES = {"all.css": "text/css", "all.js": "text/javascript"}


@cache
def content(path: str) -> bytes:
    """Return the content of a path below /static. Raises OSError if there is no such file."""
    if path == "all.css":
        return "\n".join(_read(f"css/{name}.css") for name in STYLES).encode()
    if path == "all.js":
        # Each script in a block of its own, so that its names are not visible to others.
        return "\n".join(f"{{\n{_read(f'js/{name}.js')}\n}}" for name in SCRIPTS).encode()
    return (STATIC / path).read_bytes()


def _read(path: str) -> str:
    return (STATIC / path).read_text("utf-8")


@cache
def digest(path: str) -> str:
    """Return twelve hex digits of the content's hash."""
    return hashlib.sha256(content(path)).hexdigest()[:12]


@cache
def compressed(path: str, encoding: str) -> bytes:
    """Return the content compressed as far as it goes, because this is done once. encoding: of ENCODINGS."""
    return ENCODINGS[encoding](content(path))


# Content codings, the shortest result first.
ENCODINGS: Mapping[str, Callable[[bytes], bytes]] = {
    "br": brotli.compress,
    "gzip": partial(gzip.compress, compresslevel=9, mtime=0),
}


def address(path: str) -> str:
    """Return the URL of a file below /static, with its digest."""
    return f"/static/{path}?v={digest(path)}"


class StaticForEver(StaticFiles):
    """Static files and the two bundles; URLs with a digest can be cached for a year."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope) if path not in BUNDLES else self.bundle(path, scope)
        is_digested = b"v=" in scope.get("query_string", b"")
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable" if is_digested else "no-cache"
        return answer

    def bundle(self, path: str, scope: Scope) -> Response:
        headers, asked = {"ETag": f'"{digest(path)}"'}, Headers(scope=scope)
        known = asked.get("if-none-match", "").split(",")
        if headers["ETag"] in [each.strip().removeprefix("W/") for each in known]:
            return Response(status_code=304, headers=headers)
        accepted = [each.partition(";")[0].strip() for each in asked.get("accept-encoding", "").split(",")]
        for encoding in ENCODINGS:
            if encoding in accepted:
                # `Compression` leaves it as it is, but for a weak ETag.
                headers |= {"Content-Encoding": encoding, "Vary": "Accept-Encoding"}
                return Response(compressed(path, encoding), media_type=BUNDLES[path], headers=headers)
        return Response(content(path), media_type=BUNDLES[path], headers=headers)
