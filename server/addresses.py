"""E-mail addresses: the stored form, and the form for transport.

Stored: the domain in Unicode (`ivan@пример.рф`), all in lower case, so that both spellings of a domain find the same
person. In transport and headers: the domain in ASCII by IDNA 2008 (RFC 5891), without the old mapping from `faß.de` to
`fass.de`, which belongs to somebody else.
"""

import contextlib
import unicodedata
from collections.abc import Iterator
from contextvars import ContextVar

import idna
from email_validator import EmailNotValidError, validate_email

# Whether e-mail can be sent to addresses such as `анна@пример.рф`, in the present context: see `reaching`.
_takes_any_letters: ContextVar[bool] = ContextVar("takes_any_letters", default=False)
# RFC 5321 section 4.5.3.1.3 allows 256 octets for a path, including its angle brackets.
MAX_OCTETS = 254


def masked(email: str) -> str:
    """Return the address masked so that its owner recognises it: `a•••@example.org`."""
    local, _at, domain = email.rpartition("@")
    return f"{local[:1]}•••@{domain}"


class AddressError(ValueError):
    """The text is not an e-mail address."""


@contextlib.contextmanager
def reaching(*, any_letters: bool) -> Iterator[None]:
    """Set during the context whether the SMTP server accepts addresses such as `анна@пример.рф` (SMTPUTF8).

    The setting belongs to this context only, so that each request asks the mail server of its own application.
    """
    before = _takes_any_letters.set(any_letters)
    try:
        yield
    finally:
        _takes_any_letters.reset(before)


def can_be_reached(address: str) -> bool:
    """Return whether e-mail can be sent to the address, by a setting: a form cannot ask the mail server."""
    return is_ascii(address) or _takes_any_letters.get()


def canonical(typed: str) -> str:
    """Return the stored form of a typed address. The domain need not exist. Raises AddressError."""
    # Chinese and Japanese keyboards give full-width letters and @.
    plain = unicodedata.normalize("NFKC", typed.strip())
    try:
        found = validate_email(plain, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise AddressError(str(error)) from None
    # Not casefold, which turns ß into ss; IDNA decides how a domain's letters are folded.
    address = f"{found.local_part.lower()}@{found.domain}"
    if len(wire(address).encode()) > MAX_OCTETS:
        raise AddressError("too long")
    return address


def is_ascii(address: str) -> bool:
    """Return whether every mail server accepts the address; others need SMTPUTF8 (RFC 6531)."""
    return address.rpartition("@")[0].isascii()


def wire(address: str) -> str:
    """Return the address with its domain in ASCII, for SMTP commands and headers. Raises AddressError."""
    local, at, domain = address.rpartition("@")
    if not at:
        raise AddressError("no @")
    return f"{local}@{host(domain)}"


def host(name: str) -> str:
    """Return a host name in ASCII by IDNA 2008. Raises AddressError for invalid names."""
    if name.isascii():
        return name
    try:
        return str(idna.encode(name.lower()), "ascii")
    except idna.IDNAError as error:
        raise AddressError(str(error)) from None
