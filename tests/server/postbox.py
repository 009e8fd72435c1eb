"""A real SMTP server in this process that accepts e-mails, refuses, hangs up and offers extensions as a test says."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope


class Postbox:
    """The server. refusal: its answer to each e-mail. refused: answers to recipients, by address. url: for SMTP_URL."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.connections = 0
        self.refusal = ""
        self.refused: dict[str, str] = {}
        self.is_silent = False
        self.url = ""

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address not in self.refused:
            envelope.rcpt_tos.append(address)
        return self.refused.get(address, "250 OK")

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        self.envelopes.append(envelope)
        if self.is_silent:
            # For ever: the client has to time out.
            await asyncio.Event().wait()
        return self.refusal or "250 taken"

    @property
    def letters(self) -> list[EmailMessage]:
        contents = [envelope.content for envelope in self.envelopes]
        return [message_from_bytes(c, policy=policy.default) for c in contents if isinstance(c, bytes)]


def any_password(server: Any, session: Any, envelope: Any, mechanism: Any, given: Any) -> AuthResult:
    """Accept any password."""
    return AuthResult(success=True)


@contextlib.asynccontextmanager
async def opened(*, user: str = "", **offered: Any) -> AsyncIterator[Postbox]:
    """Open the server on a free port. user: NAME:PASSWORD in its url. offered: options of aiosmtpd's SMTP."""
    loop, handler = asyncio.get_running_loop(), Postbox()

    def connection() -> SMTP:
        handler.connections += 1
        return SMTP(handler, loop=loop, **{"enable_SMTPUTF8": False, **offered})

    server = await loop.create_server(connection, "127.0.0.1", 0)
    who = f"{user}@" if user else ""
    handler.url = f"smtp://{who}127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield handler
    server.close()
    await server.wait_closed()
