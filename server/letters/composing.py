"""An e-mail from its row of the outbox: rendered in the recipient's language, safe to send."""

import hashlib
from collections.abc import Callable, Mapping
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Any

from i18n import Translator
from i18n.text import unlinked
from server import addresses
from server.letters.headers import WIRE, WIRE_UTF8
from server.models import Mail
from server.pages import environment, for_reader
from server.settings import Settings

# Values that we write, such as times and our own links. Everything else in an e-mail is somebody's words, and mail
# programs make links of what looks like an address in them, whether the HTML says so or not.
OURS = frozenset({"path", "code", "when", "until", "table"})


def compose(letter: Mail, settings: Settings) -> EmailMessage:
    """The e-mail as it goes out: plain text and HTML. The Message-ID follows from the key, so a repeat is the same.

    Raises AddressError where the row or MAIL_FROM holds no e-mail address.
    """
    translator = Translator(letter.locale)
    ours = {**for_reader(translator), "base_url": settings.base_url}
    # No program looks for links in a subject; there people's words stand as they are.
    subject = _text(letter, {**ours, **changed(letter.values, one_line)})[0]
    values = {**ours, **changed(letter.values, harmless)}
    body = _text(letter, values)[1]
    html = environment().get_template(f"mail/{letter.template}.html").render(values)
    to = addresses.wire(letter.to_address)
    message = EmailMessage(policy=WIRE if to.isascii() else WIRE_UTF8)
    message["From"] = _sender(settings)
    message["To"] = _address("", to)
    message["Subject"] = subject
    message["Date"] = format_datetime(letter.created_at)
    host = addresses.host(settings.public_host)
    message["Message-ID"] = f"<{hashlib.sha256(letter.key.encode()).hexdigest()[:32]}@{host}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body)
    message.add_alternative(html, subtype="html")
    # Last, since a message that is given content loses every header that speaks of content.
    message["Content-Language"] = translator.tag
    return message


def _text(letter: Mail, values: Mapping[str, Any]) -> tuple[str, str]:
    """(subject, body) of the plain text."""
    text = environment().get_template(f"mail/{letter.template}.txt").render(values)
    subject, _, body = text.lstrip().partition("\n")
    return " ".join(subject.split()), body.lstrip("\n")


def _sender(settings: Settings) -> Address:
    name, address = parseaddr(settings.mail_from)
    return _address(name, addresses.wire(address))


def _address(name: str, address: str) -> Address:
    # Not as one text, of which the library takes only letters of ASCII.
    username, _, domain = address.rpartition("@")
    return Address(name, username, domain)


def one_line(words: str) -> str:
    return " ".join(words.split())


def harmless(words: str) -> str:
    """Somebody's words on one line in which nothing turns into a link: see `unlinked`."""
    return unlinked(one_line(words))


def changed(values: Mapping[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    """A letter's values with every text in them changed but for those that are OURS."""

    def of(value: Any) -> Any:
        if isinstance(value, str):
            return change(value)
        if isinstance(value, Mapping):
            return changed(value, change)
        return [of(each) for each in value] if isinstance(value, list) else value

    return {name: value if name in OURS else of(value) for name, value in values.items()}
