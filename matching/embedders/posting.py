"""One HTTP request to a service that the operator has chosen, with a time limit for the whole of it.

Redirects are not followed, so that keys and texts go to no other host.
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from matching.errors import MatchingError

MOST_BYTES = 16 * 1024 * 1024  # of a response


class Unanswered(MatchingError):
    """A service gave no complete answer. is_late: it was asked and did not finish in time."""

    def __init__(self, message: str, *, is_late: bool = False) -> None:
        super().__init__(message)
        self.is_late = is_late


@dataclass(frozen=True)
class Reply:
    """A complete answer. headers: by lower-case name."""

    status: int
    headers: Mapping[str, str]
    data: bytes


@dataclass(frozen=True)
class Address:
    """Where a service is. path: without a slash at its end."""

    is_https: bool
    host: str
    port: int | None
    path: str

    @property
    def place(self) -> str:
        """Host and port."""
        return self.host if self.port is None else f"{self.host}:{self.port}"


def address_of(url: str, *, kind: str, key: str) -> Address:
    """Return the address of a service. Raises ValueError for a malformed one.

    kind, key: the prefix and the setting for the key, as error messages name them.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f"{kind}: takes an address that begins with http:// or https:// and has no query")
    if parts.username is not None:
        raise ValueError(f"{kind}: takes no password in the address; set {key} instead")
    return Address(parts.scheme == "https", parts.hostname, parts.port, parts.path.rstrip("/"))


class Call:
    """One request. seconds: its time limit, from connecting to the last byte. most_bytes: of the answer, None for
    MOST_BYTES. Another thread can end it.
    """

    def __init__(self, address: Address, seconds: float, most_bytes: int | None = None) -> None:
        self._address, self._seconds = address, seconds
        self._most_bytes = MOST_BYTES if most_bytes is None else most_bytes
        self._ended = threading.Event()
        self._socket: socket.socket | None = None

    def end(self) -> None:
        """Hang up, so that `post` raises Unanswered."""
        self._ended.set()
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Reply:
        """Ask for a path below the address, which may have a query, and return the answer. Raises Unanswered."""
        return self._send("GET", path, None, headers or {})

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Send a request to a path below the address and return the answer. Raises Unanswered."""
        return self._send("POST", path, body, headers)

    def _send(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Reply:
        common = {"Content-Type": "application/json", "Accept": "application/json", "Connection": "close"}
        # The time limit of a socket restarts with every byte; this timer limits the whole request.
        watch = threading.Timer(self._seconds, self.end)
        watch.daemon = True
        connection = _connection(self._address, self._seconds)
        try:
            watch.start()
            connection.connect()
            # The connection forgets its socket once it has the head of an answer that ends with it.
            self._socket = connection.sock
            if self._ended.is_set():
                raise self._late()
            connection.request(method, f"{self._address.path}{path}", body, {**common, **headers})
            with connection.getresponse() as answer:
                data = answer.read(self._most_bytes + 1)
        except (OSError, http.client.HTTPException, UnicodeError) as error:
            if self._ended.is_set() or isinstance(error, TimeoutError):
                raise self._late() from error
            raise Unanswered(f"could not be asked: {error!r}") from error
        finally:
            watch.cancel()
            connection.close()
        if self._ended.is_set():
            raise self._late()
        if len(data) > self._most_bytes:
            raise Unanswered(f"answered more than {self._most_bytes} bytes")
        return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, data)

    def _late(self) -> Unanswered:
        return Unanswered(f"took longer than {self._seconds:g} s", is_late=True)


def _connection(to: Address, seconds: float) -> http.client.HTTPConnection:
    if to.is_https:
        trusted = ssl.create_default_context()
        return http.client.HTTPSConnection(to.host, to.port, timeout=seconds, context=trusted)
    return http.client.HTTPConnection(to.host, to.port, timeout=seconds)
