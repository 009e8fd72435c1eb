"""An SMTP server that takes every letter and throws it away: as little work as the protocol allows."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

PATIENCE_S = 5.0  # for clients that have not said goodbye


class Sink:
    """The server. taken_at: instants of time.perf_counter at which letters were taken. connections: so far."""

    def __init__(self) -> None:
        self.taken_at: list[float] = []
        self.connections = 0
        self.url = ""
        self.talks: set[asyncio.Task[None]] = set()

    def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a connection, and remember it until it ends."""
        task = asyncio.create_task(self.serve(reader, writer))
        self.talks.add(task)
        task.add_done_callback(self.talks.discard)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        writer.write(b"220 sink\r\n")
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while line := await reader.readline():
                word = line[:4].upper()
                if word == b"DATA":
                    writer.write(b"354 go on\r\n")
                    await reader.readuntil(b"\r\n.\r\n")
                    self.taken_at.append(time.perf_counter())
                writer.write(b"250-sink\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n" if word == b"EHLO" else b"250 OK\r\n")
                if word == b"QUIT":
                    break
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    @property
    def rate(self) -> float | None:
        """Letters a second between the first and the last; None for fewer than two."""
        if len(self.taken_at) < 2:
            return None
        return (len(self.taken_at) - 1) / (self.taken_at[-1] - self.taken_at[0])


@contextlib.asynccontextmanager
async def sink() -> AsyncIterator[Sink]:
    """Run a sink on this machine."""
    made = Sink()
    server = await asyncio.start_server(made.talk, "127.0.0.1", 0)
    made.url = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield made
    finally:
        server.close()
        if made.talks:
            await asyncio.wait(made.talks, timeout=PATIENCE_S)
