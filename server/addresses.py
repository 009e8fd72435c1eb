"""E-mail addresses: one form in which each is stored, and one in which it crosses the network.

Stored: the domain in the letters of its language (`ivan@пример.рф`), all in lower case, so that the Unicode and the
ASCII spelling of a domain find the same person. On the wire and in headers: the domain in ASCII by IDNA 2008
(RFC 5891), without the old mapping that takes `faß.de` for `fass.de`, which belongs to somebody else.
"""

import contextlib
import unicodedata
from collections.abc import Iterator
from contextvars import ContextVar

import idna
from email_validator import EmailNotValidError, validate_email

# Whether e-mail can go to addresses such as `анна@пример.рф`, for what is done in this context: see `reaching`.
_takes_any_letters: ContextVar[bool] = ContextVar("takes_any_letters", default=False)
# RFC 5321 section 4.5.3.1.3 allows 256 octets for a path, with its angle brackets.
MAX_OCTETS = 254


class AddressError(ValueError):
    """Not an e-mail address."""


@contextlib.contextmanager
def reaching(*, any_letters: bool) -> Iterator[None]:
    """While this lasts: whether the SMTP server takes addresses such as `анна@пример.рф` (SMTPUTF8).

    Of this context alone: each request asks the mail server of its own application.
    """
    before = _takes_any_letters.set(any_letters)
    try:
        yield
    finally:
        _takes_any_letters.reset(before)


def can_be_reached(address: str) -> bool:
    """Whether e-mail can go to the address: a form cannot ask the server, so a setting says what it takes."""
    return is_ascii(address) or _takes_any_letters.get()


def canonical(typed: str) -> str:
    """The stored form of an address as somebody typed it. The domain need not exist. Raises AddressError."""
    # Full-width letters and @ come from Chinese and Japanese keyboards.
    plain = unicodedata.normalize("NFKC", typed.strip())
    try:
        found = validate_email(plain, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise AddressError(str(error)) from None
    # Not casefold, which turns ß into ss; what a domain's letters fold to is IDNA's to say.
    address = f"{found.local_part.lower()}@{found.domain}"
    if len(wire(address).encode()) > MAX_OCTETS:
        raise AddressError("too long")
    return address


def is_ascii(address: str) -> bool:
    """Whether any server takes the address; one with other letters before the @ needs SMTPUTF8 (RFC 6531)."""
    return address.rpartition("@")[0].isascii()


def wire(address: str) -> str:
    """The address with its domain in ASCII, for SMTP commands and headers. Raises AddressError."""
    local, at, domain = address.rpartition("@")
    if not at:
        raise AddressError("no @")
    return f"{local}@{host(domain)}"


def host(name: str) -> str:
    """A host's name in ASCII by IDNA 2008. Raises AddressError where it is no name of a host."""
    if name.isascii():
        return name
    try:
        return str(idna.encode(name.lower()), "ascii")
    except idna.IDNAError as error:
        raise AddressError(str(error)) from None
