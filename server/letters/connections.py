"""Connections to the SMTP server that are kept from one e-mail to the next."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from email.message import EmailMessage

import aiosmtplib

from server.letters.sending import Gone, Unanswered, client_of, connect, hand_over

# A connection without e-mails is ended after this time; servers end it after five minutes (RFC 5321 section 4.5.3.2.7).
IDLE_S = 20.0
# A connection that the server refused while others were open is tried again after this time.
REST_S = 60.0
QUIT_S = 2.0  # how long the server may take to say goodbye


class Connections:
    """A few clients of one SMTP server, each connected when first used. A client sends one e-mail at a time."""

    def __init__(self, url: str, most: int) -> None:
        self.url = url
        self.clients = [client_of(url) for _ in range(most)]
        # The client that was used last comes first, so that little e-mail needs few connections.
        self._free: asyncio.LifoQueue[aiosmtplib.SMTP] = asyncio.LifoQueue()
        for client in self.clients:
            self._free.put_nowait(client)
        self._resting: set[asyncio.TimerHandle] = set()
        self._used_at = 0.0

    async def send(self, prepare: Callable[[], Awaitable[EmailMessage | None]]) -> bool:
        """Send an e-mail when a client is free. Raises the exceptions that `reason_of` explains.

        prepare: returns the e-mail, or None if nobody needs it any more; called when a client is free. Returns False
        for None.
        """
        message: EmailMessage | None = None
        while True:
            client, is_welcome = await self._free.get(), True
            try:
                message = message or await prepare()
                if message is None:
                    return False
                is_welcome = await self._send_over(client, message)
                if is_welcome:
                    return True
            finally:
                self._give_back(client, is_welcome=is_welcome)

    async def _send_over(self, client: aiosmtplib.SMTP, message: EmailMessage) -> bool:
        """Send the e-mail over the client, over a new connection if the server has ended the kept one.

        Returns False if the server wants no more connections beside the open ones.
        """
        if client.is_connected:
            with contextlib.suppress(Gone):
                await hand_over(client, message)
                return True
        try:
            await connect(client, self.url)
        except (aiosmtplib.SMTPConnectError, aiosmtplib.SMTPHeloError):
            if any(other.is_connected for other in self.clients):
                return False
            raise
        try:
            await hand_over(client, message)
        except Gone as gone:
            # The server has just said hello, so it does not mind the connection but perhaps the e-mail.
            is_answer = isinstance(gone.reason, aiosmtplib.SMTPResponseException)
            raise gone.reason if is_answer else Unanswered from gone
        return True

    def _give_back(self, client: aiosmtplib.SMTP, *, is_welcome: bool) -> None:
        loop = asyncio.get_running_loop()
        self._used_at = loop.time()
        if is_welcome:
            self._free.put_nowait(client)
            return

        def again() -> None:
            self._resting.discard(timer)
            self._free.put_nowait(client)

        timer = loop.call_later(REST_S, again)
        self._resting.add(timer)

    async def end_idle(self) -> None:
        """End the connections that nobody has used for a while."""
        if asyncio.get_running_loop().time() - self._used_at >= IDLE_S:
            await self._end_free()

    async def _end_free(self) -> None:
        free = [self._free.get_nowait() for _ in range(self._free.qsize())]
        await asyncio.gather(*(_quit(client) for client in free if client.is_connected))
        for client in reversed(free):
            self._free.put_nowait(client)

    async def close(self) -> None:
        """End all connections; nobody sends any more."""
        for timer in self._resting:
            timer.cancel()
        await self._end_free()
        for client in self.clients:
            client.close()


async def _quit(client: aiosmtplib.SMTP) -> None:
    with contextlib.suppress(aiosmtplib.SMTPException):
        await client.quit(timeout=QUIT_S)
    client.close()
