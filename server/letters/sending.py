"""Send an e-mail to the SMTP server, or write it to a file if there is none; explain failures."""

import os
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote, urlsplit

import aiosmtplib

from server.addresses import AddressError
from server.models import MailFailure

SMTP_TIMEOUT_S = 30
_ENDED = (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError)
CLOSING = 421  # "closing transmission channel", an answer to any command (RFC 5321 section 3.8)


class NoTlsError(Exception):
    """The server offers no TLS, so that the password would be sent unencrypted."""


class NotAsciiError(Exception):
    """The address is not ASCII before the @, and the server does not support SMTPUTF8."""


class Gone(Exception):
    """The server ended the connection before it had the e-mail. reason: what was raised."""

    def __init__(self, reason: Exception) -> None:
        super().__init__(reason)
        self.reason = reason


class Unanswered(Exception):
    """The server ended the connection, or did not answer in time, when it was given the e-mail.

    The reason can be this e-mail, so others that the server takes say nothing about it.
    """


def reason_of(error: Exception) -> tuple[MailFailure, str]:
    """Return why an e-mail failed, and the server's reply or ""."""
    match error:
        case aiosmtplib.SMTPRecipientsRefused(recipients=[first, *_]):
            return reason_of(first)
        case NoTlsError():
            return MailFailure.NO_TLS, ""
        case Unanswered():
            return MailFailure.DELAYED, ""
        case NotAsciiError():
            return MailFailure.NOT_ASCII, ""
        case AddressError():
            return MailFailure.REFUSED, str(error)
        case aiosmtplib.SMTPAuthenticationError():
            return MailFailure.NO_SIGN_IN, _said(error)
        case aiosmtplib.SMTPRecipientRefused() | aiosmtplib.SMTPDataError() if error.code >= 500:
            return MailFailure.REFUSED, _said(error)
        case aiosmtplib.SMTPRecipientRefused() | aiosmtplib.SMTPDataError() | aiosmtplib.SMTPSenderRefused():
            return MailFailure.DELAYED, _said(error)
        case aiosmtplib.SMTPResponseException():
            return MailFailure.UNREACHABLE, _said(error)
        case aiosmtplib.SMTPException() | OSError():
            return MailFailure.UNREACHABLE, ""
        case _:
            return MailFailure.BROKEN, ""


def _said(error: aiosmtplib.SMTPResponseException) -> str:
    """Return the server's reply without octets that a database does not store."""
    return f"{error.code} {error.message}".replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def client_of(url: str) -> aiosmtplib.SMTP:
    """Return a client, not connected yet, for the server of `SMTP_URL`."""
    parts = urlsplit(url)
    is_tls = parts.scheme == "smtps"
    return aiosmtplib.SMTP(
        hostname=parts.hostname,
        port=parts.port or (465 if is_tls else 587),
        use_tls=is_tls,
        # TLS is used if offered; with a password it is required, which `connect` checks.
        start_tls=False if is_tls or _has_password(url) else None,
        timeout=SMTP_TIMEOUT_S,
    )


def _has_password(url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.username or parts.password)


async def connect(client: aiosmtplib.SMTP, url: str) -> None:
    """Connect the client and sign in. Raises the exceptions that `reason_of` explains; then it is not connected."""
    try:
        await client.connect()
        if _has_password(url):
            await _sign_in(client, url)
        if client.is_ehlo_or_helo_needed:
            await client.ehlo()
    except BaseException:
        client.close()
        raise


async def _sign_in(client: aiosmtplib.SMTP, url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "smtps":
        await client.ehlo()
        if not client.supports_extension("starttls"):
            raise NoTlsError
        await client.starttls()
    await client.login(unquote(parts.username or ""), unquote(parts.password or ""))


async def hand_over(client: aiosmtplib.SMTP, message: EmailMessage) -> None:
    """Send the e-mail over a connected client, which stays connected if the server refuses the e-mail.

    Raises Gone if the server ended the connection before it had the e-mail, Unanswered if it did so afterwards, and the
    other exceptions that `reason_of` explains.
    """
    [sender], [recipient] = (message[name].addresses for name in ("From", "To"))
    options, data = _as_sent(client, message, is_ascii=(sender.addr_spec + recipient.addr_spec).isascii())
    encoding = "ascii" if "SMTPUTF8" not in options else "utf-8"
    try:
        await _name(client, sender.addr_spec, recipient.addr_spec, options, encoding)
        await client.data(data)
    except aiosmtplib.SMTPResponseException as refused:
        if refused.code == CLOSING:
            client.close()
            raise Gone(refused) from refused
        await _forget(client)
        raise
    except BaseException as ended:
        # What the server would answer is unknown, so it cannot be told from answers to the next e-mail.
        client.close()
        if isinstance(ended, _ENDED):
            raise Unanswered from ended
        raise


def _as_sent(client: aiosmtplib.SMTP, message: EmailMessage, *, is_ascii: bool) -> tuple[list[str], bytes]:
    """Return the options and the octets that the server accepts. Raises NotAsciiError."""
    policy, options = message.policy, []
    if not is_ascii:
        if not client.supports_extension("smtputf8"):
            raise NotAsciiError
        options.append("SMTPUTF8")
    if client.supports_extension("8bitmime"):
        options.append("BODY=8BITMIME")
    else:
        policy = policy.clone(cte_type="7bit")
    return options, message.as_bytes(policy=policy)


async def _name(client: aiosmtplib.SMTP, sender: str, recipient: str, options: list[str], encoding: str) -> None:
    try:
        await client.mail(sender, options=options, encoding=encoding)
        await client.rcpt(recipient, encoding=encoding)
    except _ENDED as ended:
        raise Gone(ended) from ended


async def _forget(client: aiosmtplib.SMTP) -> None:
    """Make the server forget a refused e-mail."""
    try:
        await client.rset()
    except aiosmtplib.SMTPException:
        client.close()


def write_file(message: EmailMessage, folder: Path, name: str) -> None:
    """Write the e-mail to a file that only its owner can read, because it can have a sign-in link."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid == os.getuid():
        folder.chmod(0o700)
    descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(message.as_bytes())
