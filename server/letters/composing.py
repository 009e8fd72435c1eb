"""Turn a Mail row into an e-mail in the recipient's language that is safe to send."""

import hashlib
from collections.abc import Callable, Mapping
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Any

from i18n import Translator
from i18n.text import unlinked
from server import addresses
from server.email_templates import OPTIONAL
from server.letters.headers import WIRE, WIRE_UTF8
from server.models import Mail
from server.pages import environment, for_reader
from server.settings import Settings
from server.unwanted.service import token_of

# Values that we wrote, such as times and our own links. All other values are people's texts, and mail programs turn
# anything that looks like an address into a link, even in plain text.
OURS = frozenset({"path", "agree", "switch_off", "code", "when", "until", "table"})
MACHINE_MADE = "X-Machine-Translation"  # header of e-mails with machine translations that nobody has checked


def compose(email: Mail, settings: Settings) -> EmailMessage:
    """Return the e-mail as plain text and HTML. The Message-ID is derived from the key, so that a repeat is identical.

    Raises AddressError if the row or MAIL_FROM has no valid e-mail address.
    """
    translator = Translator(email.locale)
    off = _switch_off(email, settings)
    ours = {**for_reader(translator), "base_url": settings.base_url, "switch_off": off}
    # No mail program makes links in a subject, so people's texts stay unchanged there.
    subject = _subject(email, {**ours, **with_texts_changed(email.values, one_line)})
    values = {**ours, **with_texts_changed(email.values, harmless)}
    body = environment().get_template(f"mail/{email.template}.txt").render(values).lstrip().partition("\n")[2]
    html = environment().get_template(f"mail/{email.template}.html").render(values)
    to = addresses.wire(email.to_address)
    message = EmailMessage(policy=WIRE if to.isascii() else WIRE_UTF8)
    message["From"] = _sender(settings)
    message["To"] = _address("", to)
    message["Subject"] = subject
    message["Date"] = format_datetime(email.created_at)
    host = addresses.host(settings.public_host)
    message["Message-ID"] = f"<{hashlib.sha256(email.key.encode()).hexdigest()[:32]}@{host}>"
    message["Auto-Submitted"] = "auto-generated"
    if off:
        # RFC 8058: the mail program itself sends the POST.
        message["List-Unsubscribe"] = f"<{off}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if email.values.get("has_drafts"):
        message[MACHINE_MADE] = "unchecked"
    message.set_content(body.lstrip("\n"))
    message.add_alternative(html, subtype="html")
    # Set last: setting the content of a message removes all headers about content.
    message["Content-Language"] = translator.tag
    return message


def _switch_off(email: Mail, settings: Settings) -> str:
    """Return the URL that switches off e-mails of this kind, or ""; none for what somebody gets for another person."""
    kind = OPTIONAL.get(email.template)
    if kind is None or email.person_id is None or "through" in email.values:
        return ""
    return f"{settings.base_url}/unsubscribe/{token_of(email.person_id, kind, settings)}"


def _subject(email: Mail, values: Mapping[str, Any]) -> str:
    """Return the first line of the plain text, as one line; the rest is not rendered."""
    line = ""
    for piece in environment().get_template(f"mail/{email.template}.txt").generate(values):
        line = (line + piece).lstrip()
        if "\n" in line:
            break
    return " ".join(line.partition("\n")[0].split())


def _sender(settings: Settings) -> Address:
    name, address = parseaddr(settings.mail_from)
    return _address(name, addresses.wire(address))


def _address(name: str, address: str) -> Address:
    # Set part by part: as one text the library accepts only ASCII.
    username, _, domain = address.rpartition("@")
    return Address(name, username, domain)


def one_line(words: str) -> str:
    """Return a text as one line."""
    return " ".join(words.split())


def harmless(words: str) -> str:
    """Return a person's text as one line in which nothing becomes a link: see `unlinked`."""
    return unlinked(one_line(words))


def with_texts_changed(values: Mapping[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    """Return the values of an e-mail with `change` applied to every text in them, except the values in OURS."""

    def of(value: Any) -> Any:
        if isinstance(value, str):
            return change(value)
        if isinstance(value, Mapping):
            return with_texts_changed(value, change)
        return [of(each) for each in value] if isinstance(value, list | tuple) else value

    return {name: value if name in OURS else of(value) for name, value in values.items()}
