"""Style sheets and scripts: each kind is put together from its files when the process starts, and kept for ever.

A page asks for one style sheet and one script. Their addresses end in a digest of the content, so a browser may keep
them for a year and still sees every change.
"""

import hashlib
from functools import cache
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parent.parent / "static"
STYLES = ("tokens", "base", "bar", "forms", "things", "joint", "plan", "print")
SCRIPTS = ("menu", "confirm", "count", "suggest", "topics", "presence", "drafts", "refresh", "take")
BUNDLES = {"all.css": "text/css", "all.js": "text/javascript"}


@cache
def content(path: str) -> bytes:
    """What is served under a path below /static. Raises OSError where there is no such file."""
    if path == "all.css":
        return "\n".join(_read(f"css/{name}.css") for name in STYLES).encode()
    if path == "all.js":
        # A block each: names of one file are no other file's.
        return "\n".join(f"{{\n{_read(f'js/{name}.js')}\n}}" for name in SCRIPTS).encode()
    return (STATIC / path).read_bytes()


def _read(path: str) -> str:
    return (STATIC / path).read_text("utf-8")


@cache
def digest(path: str) -> str:
    """Twelve hex digits of the content."""
    return hashlib.sha256(content(path)).hexdigest()[:12]


def address(path: str) -> str:
    """The address of a file below /static, with its digest."""
    return f"/static/{path}?v={digest(path)}"


class StaticForEver(StaticFiles):
    """Static files and the two bundles; one that is asked for by its digest may be kept for a year."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope) if path not in BUNDLES else self.bundle(path, scope)
        is_digested = b"v=" in scope.get("query_string", b"")
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable" if is_digested else "no-cache"
        return answer

    def bundle(self, path: str, scope: Scope) -> Response:
        headers = {"ETag": f'"{digest(path)}"'}
        asked = dict(scope["headers"]).get(b"if-none-match", b"").decode("latin-1")
        if headers["ETag"] in [each.strip().removeprefix("W/") for each in asked.split(",")]:
            return Response(status_code=304, headers=headers)
        return Response(content(path), media_type=BUNDLES[path], headers=headers)
