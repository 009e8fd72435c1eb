"""One request to a provider, and the shape of its answer. What providers answer is not trusted.

Redirects are not followed; each request has a time limit and a limit on its size. Neither tokens nor codes are logged.
"""

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import urlsplit

from matching.embedders.posting import Address, Call, Unanswered
from server.providers.attempts import Attempt
from server.providers.refusals import ProviderDown

SECONDS = 5.0  # time limit of one request, and of waiting for others to finish theirs
MOST_BYTES = 512 * 1024  # of an answer
MOST_TEXT = 8192  # characters of a token or another text
MOST_AT_ONCE = 3  # requests to one provider: a slow one holds few threads
CLIENT_ERRORS = range(400, 500)
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Proof:
    """Who signed in at a provider. subject: permanent id there. email: as the provider wrote it, "" unless verified."""

    subject: str
    email: str = field(default="", repr=False)


class Adapter(Protocol):
    """How people sign in at one provider. back: our address to which the provider sends them back."""

    tells_addresses: bool

    async def address(self, attempt: Attempt, back: str, user_agent: str) -> str:
        """Return the address at the provider to which the browser goes. Raises ProviderDown."""

    async def proof(self, attempt: Attempt, back: str, answer: Mapping[str, str]) -> Proof:
        """Return who signed in. answer: the query with which the provider sent the browser back.

        Raises ProviderDown and ProofRefused.
        """


class Asker:
    """Sends requests to one provider. name: in the log."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._free = asyncio.Semaphore(MOST_AT_ONCE)

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Return the JSON object at an address. Raises ProviderDown."""
        return await self._ask(url, None, headers or {})

    async def post(self, url: str, body: str, headers: Mapping[str, str]) -> dict[str, Any]:
        """Return the JSON object with which a request is answered, also with a status 4xx. Raises ProviderDown."""
        return await self._ask(url, body, headers)

    async def _ask(self, url: str, body: str | None, headers: Mapping[str, str]) -> dict[str, Any]:
        parts = urlsplit(url)
        address = Address(parts.scheme == "https", parts.hostname or "", parts.port, "")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        call = Call(address, SECONDS, MOST_BYTES)
        try:
            async with asyncio.timeout(SECONDS):
                await self._free.acquire()
        except TimeoutError:
            raise self.down(address.host, "has too many requests open") from None
        try:
            if body is None:
                reply = await asyncio.to_thread(call.get, path, headers)
            else:
                reply = await asyncio.to_thread(call.post, path, body.encode(), headers)
        except asyncio.CancelledError:
            call.end()
            raise
        except Unanswered as error:
            raise self.down(address.host, str(error)) from None
        finally:
            self._free.release()
        if reply.status != HTTPStatus.OK and (body is None or reply.status not in CLIENT_ERRORS):
            raise self.down(address.host, f"answered {reply.status}")
        return self._read(address.host, reply.status, reply.data)

    def _read(self, host: str, status: int, data: bytes) -> dict[str, Any]:
        try:
            found = json.loads(data)
        except (ValueError, RecursionError):
            raise self.down(host, f"answered {status} without JSON") from None
        if not isinstance(found, dict):
            raise self.down(host, f"answered {status} without an object")
        return found

    def note(self, why: str) -> None:
        """Write to the log why a sign-in was refused."""
        log.info("sign-in provider %s: %s", self.name, why)

    def down(self, host: str, why: str) -> ProviderDown:
        """Write to the log what a host did, and return what the person is told."""
        log.warning("sign-in provider %s: %s %s", self.name, host, why)
        return ProviderDown()


def text(found: Mapping[str, Any], name: str, most: int = MOST_TEXT) -> str:
    """Return a line of an answer, "" if there is none, or it is too long or has other characters than people read."""
    value = found.get(name)
    return value if isinstance(value, str) and len(value) <= most and value.isprintable() else ""


def token(found: Mapping[str, Any], name: str, most: int = MOST_TEXT) -> str:
    """Return a token of an answer, "" if there is none or it has other characters than a header or address takes."""
    value = text(found, name, most)
    return value if value.isascii() and " " not in value else ""
