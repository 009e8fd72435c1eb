"""Send an e-mail to the SMTP server, or write it to a file if there is none; explain failures."""

import os
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote, urlsplit

import aiosmtplib

from server.addresses import AddressError
from server.models import MailFailure

SMTP_TIMEOUT_S = 30


class NoTlsError(Exception):
    """The server offers no TLS, so that the password would be sent unencrypted."""


class NotAsciiError(Exception):
    """The address is not ASCII before the @, and the server does not support SMTPUTF8."""


def reason_of(error: Exception) -> tuple[MailFailure, str]:
    """Return why an e-mail failed, and the server's reply or ""."""
    match error:
        case aiosmtplib.SMTPRecipientsRefused(recipients=[first, *_]):
            return reason_of(first)
        case NoTlsError():
            return MailFailure.NO_TLS, ""
        case NotAsciiError():
            return MailFailure.NOT_ASCII, ""
        case AddressError():
            return MailFailure.REFUSED, str(error)
        case aiosmtplib.SMTPAuthenticationError():
            return MailFailure.NO_SIGN_IN, f"{error.code} {error.message}"
        case aiosmtplib.SMTPRecipientRefused() | aiosmtplib.SMTPDataError() if error.code >= 500:
            return MailFailure.REFUSED, f"{error.code} {error.message}"
        case aiosmtplib.SMTPRecipientRefused() | aiosmtplib.SMTPDataError() | aiosmtplib.SMTPSenderRefused():
            return MailFailure.DELAYED, f"{error.code} {error.message}"
        case aiosmtplib.SMTPResponseException():
            return MailFailure.UNREACHABLE, f"{error.code} {error.message}"
        case aiosmtplib.SMTPException() | OSError():
            return MailFailure.UNREACHABLE, ""
        case _:
            return MailFailure.BROKEN, ""


async def send(message: EmailMessage, url: str) -> None:
    """Send the e-mail to the server of `SMTP_URL`. Raises the exceptions that `reason_of` explains."""
    parts = urlsplit(url)
    is_tls = parts.scheme == "smtps"
    has_password = bool(parts.username or parts.password)
    client = aiosmtplib.SMTP(
        hostname=parts.hostname,
        port=parts.port or (465 if is_tls else 587),
        use_tls=is_tls,
        # TLS is used if offered; with a password it is required, which is checked below.
        start_tls=False if is_tls or has_password else None,
        timeout=SMTP_TIMEOUT_S,
    )
    async with client:
        if has_password:
            await _sign_in(client, unquote(parts.username or ""), unquote(parts.password or ""), is_tls=is_tls)
        await _hand_over(client, message)


async def _sign_in(client: aiosmtplib.SMTP, name: str, password: str, *, is_tls: bool) -> None:
    if not is_tls:
        await client.ehlo()
        if not client.supports_extension("starttls"):
            raise NoTlsError
        await client.starttls()
    await client.login(name, password)


async def _hand_over(client: aiosmtplib.SMTP, message: EmailMessage) -> None:
    if client.is_ehlo_or_helo_needed:
        await client.ehlo()
    [sender], [recipient] = (message[name].addresses for name in ("From", "To"))
    policy, options = message.policy, []
    if not (sender.addr_spec + recipient.addr_spec).isascii():
        if not client.supports_extension("smtputf8"):
            raise NotAsciiError
        options.append("SMTPUTF8")
    if client.supports_extension("8bitmime"):
        options.append("BODY=8BITMIME")
    else:
        policy = policy.clone(cte_type="7bit")
    data = message.as_bytes(policy=policy)
    await client.sendmail(sender.addr_spec, [recipient.addr_spec], data, mail_options=options)


def write_file(message: EmailMessage, folder: Path, name: str) -> None:
    """Write the e-mail to a file that only its owner can read, because it can have a sign-in link."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid == os.getuid():
        folder.chmod(0o700)
    descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(message.as_bytes())
