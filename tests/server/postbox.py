"""A real SMTP server in this process that accepts e-mails, refuses, hangs up and offers extensions as a test says."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope


class Postbox:
    """The server. refusal: its answer to each e-mail. refused: answers to recipients, by address. url: for SMTP_URL.

    hung_up: recipients whose e-mails it takes without an answer, and ends the connection.
    closing: "MAIL", "RCPT" or "DATA": answers this command by 421 once on each connection, from the second e-mail on.
    together: holds e-mails until so many are being sent at once. most: how many were, by host of the recipient.
    room: connections that it accepts at once.
    """

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.connections = 0
        self.refusal = ""
        self.refused: dict[str, str] = {}
        self.before_refusing: Callable[[], Awaitable[None]] | None = None
        self.hung_up: set[str] = set()
        self.is_silent = False
        self.closing = ""
        self.together = 1
        self.most: Counter[str] = Counter()
        self.room = 1000
        self.url = ""
        self.open: set[asyncio.BaseTransport] = set()
        self.sending: Counter[str] = Counter()
        self.are_together = asyncio.Event()
        self.arrived = asyncio.Event()

    async def handle_MAIL(  # noqa: N802
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        session.number = getattr(session, "number", 0) + 1
        envelope.mail_from = address
        return self._answer("MAIL", session) or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused and self.before_refusing:
            await self.before_refusing()
        if address not in self.refused:
            envelope.rcpt_tos.append(address)
        return self._answer("RCPT", session) or self.refused.get(address, "250 OK")

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        if closing := self._answer("DATA", session):
            return closing
        if not self.hung_up.isdisjoint(envelope.rcpt_tos):
            server.transport.close()
            return "250 nobody hears this"
        self.envelopes.append(envelope)
        self.arrived.set()
        if self.is_silent:
            # For ever: the client has to time out.
            await asyncio.Event().wait()
        host = envelope.rcpt_tos[0].rpartition("@")[2]
        self.sending[host] += 1
        self.most[host] = max(self.most[host], self.sending[host])
        if self.sending.total() >= self.together:
            self.are_together.set()
        await self.are_together.wait()
        self.sending[host] -= 1
        return self.refusal or "250 taken"

    def _answer(self, command: str, session: Any) -> str:
        return "421 closing" if self.closing == command and session.number == 2 else ""

    def hang_up(self) -> None:
        """End all connections."""
        for transport in self.open:
            transport.close()

    @property
    def letters(self) -> list[EmailMessage]:
        contents = [envelope.content for envelope in self.envelopes]
        return [message_from_bytes(c, policy=policy.default) for c in contents if isinstance(c, bytes)]


class Connection(SMTP):
    """A connection that the server knows while it is open."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.event_handler.open.add(transport)

    def connection_lost(self, error: Exception | None) -> None:
        # After STARTTLS the transport is another one than at first.
        self.event_handler.open = {each for each in self.event_handler.open if not each.is_closing()}
        super().connection_lost(error)


class Full(asyncio.Protocol):
    """A connection that is one too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(b"421 too many connections\r\n")
        transport.close()


def any_password(server: Any, session: Any, envelope: Any, mechanism: Any, given: Any) -> AuthResult:
    """Accept any password."""
    return AuthResult(success=True)


@contextlib.asynccontextmanager
async def opened(*, user: str = "", **offered: Any) -> AsyncIterator[Postbox]:
    """Open the server on a free port. user: NAME:PASSWORD in its url. offered: options of aiosmtpd's SMTP."""
    loop, handler = asyncio.get_running_loop(), Postbox()

    def connection() -> asyncio.BaseProtocol:
        handler.connections += 1
        if len(handler.open) >= handler.room:
            return Full()
        return Connection(handler, loop=loop, **{"enable_SMTPUTF8": False, **offered})

    server = await loop.create_server(connection, "127.0.0.1", 0)
    who = f"{user}@" if user else ""
    handler.url = f"smtp://{who}127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield handler
    server.close()
    handler.hang_up()
    await server.wait_closed()
