"""A small HTTP client over one kept connection: cheap, so that the server is measured and not its client."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

AS_BROWSERS = "gzip, deflate, br, zstd"
TIMEOUT_S = 120.0


@dataclass(frozen=True)
class Answer:
    """An answer. headers: with names in lower case. body: as sent, perhaps compressed."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def request(
    path: str, *, port: int, session: str = "", headers: Mapping[str, str] | None = None, encoding: str = AS_BROWSERS
) -> bytes:
    """Return the bytes of a GET request. session: token of the cookie."""
    return _head("GET", path, port, session, {"Accept-Encoding": encoding, **(headers or {})})


def posted(path: str, fields: Mapping[str, str], *, port: int, session: str) -> bytes:
    """Return the bytes of a POST request with form fields, as from a page of the same site."""
    return sent(path, urlencode(fields).encode(), "application/x-www-form-urlencoded", port=port, session=session)


def sent_file(path: str, name: str, content: bytes, *, port: int, session: str) -> bytes:
    """Return the bytes of a POST request with one file in the field "files"."""
    edge = "bench-edge"
    opening = f'--{edge}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
    body = opening.encode() + content + f"\r\n--{edge}--\r\n".encode()
    return sent(path, body, f"multipart/form-data; boundary={edge}", port=port, session=session)


def sent(path: str, body: bytes, kind: str, *, port: int, session: str) -> bytes:
    about = {"Content-Type": kind, "Content-Length": str(len(body)), "Sec-Fetch-Site": "same-origin"}
    return _head("POST", path, port, session, about) + body


def _head(method: str, path: str, port: int, session: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Accept: text/html", "Accept-Language: en"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"Cookie: session={session}"] if session else []
    return "\r\n".join([*lines, "", ""]).encode()


class Wire:
    """A connection to a server on this machine, opened when first used."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, message: bytes) -> Answer:
        """Send a request and return the whole answer. Raises TimeoutError and errors of the connection."""
        async with asyncio.timeout(TIMEOUT_S):
            if self._streams is None:
                self._streams = await asyncio.open_connection("127.0.0.1", self.port)
            reader, writer = self._streams
            writer.write(message)
            return await self._answer(reader)

    async def _answer(self, reader: asyncio.StreamReader) -> Answer:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
        status = int(first.split(" ")[1])
        if headers.get("transfer-encoding") == "chunked":
            body = await self._chunks(reader)
        else:
            body = await reader.readexactly(0 if status == 304 else int(headers.get("content-length", 0)))
        if headers.get("connection") == "close":
            self.close()
        return Answer(status, headers, body)

    async def _chunks(self, reader: asyncio.StreamReader) -> bytes:
        body = b""
        while size := int(await reader.readline(), 16):
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readline()
        return body

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None
