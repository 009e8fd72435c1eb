"""Headers of an e-mail, encoded for transport.

The standard library folds headers between words, so that words of other scripts lose the space between them where a
line ends (RFC 2047 section 6.2: space between encoded words is not shown). Here everything outside ASCII goes into
encoded words including its spaces, so that every text is decoded unchanged.
"""

from base64 import b64encode
from email.headerregistry import Address, BaseHeader, HeaderRegistry
from email.policy import EmailPolicy
from email.utils import quote
from typing import Any

MOST_OF_A_WORD = 75  # characters of an encoded word with delimiters (RFC 2047 section 2)
OPENING, CLOSING = "=?utf-8?b?", "?="
MOST_OF_A_LINE = 76  # characters of a line with an encoded word (RFC 2047 section 2)
# Written as it is: nothing in a URL can be folded, and mail programs do not decode words in this header.
URLS = frozenset({"list-unsubscribe"})
ADDRESSES = frozenset({"from", "to", "reply-to", "sender"})


class HeaderText(str):
    """The text of a header that must not be parsed again: parts that look like encoded words stay plain text."""

    name = "subject"
    __slots__ = ()


def encoded(text: str, before: int = 1) -> list[str]:
    """Return the text as encoded words of whole characters; `before`: length already used on the first line."""
    words, rest, room = [], b"", _octets(MOST_OF_A_LINE - before)
    for char in text:
        octets = char.encode("utf-8", "replace")
        if len(rest) + len(octets) > room:
            words.append(rest)
            rest, room = b"", _octets(MOST_OF_A_WORD)
        rest += octets
    return [f"{OPENING}{b64encode(word).decode('ascii')}{CLOSING}" for word in (*words, rest)]


def _octets(characters: int) -> int:
    return (characters - len(OPENING) - len(CLOSING)) // 4 * 3


def is_plain(text: str) -> bool:
    """Return whether a header can have the text unencoded."""
    is_visible = text.isascii() and text.isprintable() and "=?" not in text
    return is_visible and text == " ".join(text.split())


def unstructured(name: str, text: str) -> str:
    """Return the header's lines for a text such as a subject, without the last line end."""
    if is_plain(text) and len(f"{name}: {text}") <= MOST_OF_A_LINE:
        return f"{name}: {text}"
    return f"{name}: " + "\r\n ".join(encoded(text, len(f"{name}: ")))


def address_header(name: str, shown: str, spec: str) -> str:
    """Return the header `name` with a person's name and address. spec: as from `addresses.wire`."""
    if not shown:
        return spec
    spelled = [f'"{quote(shown)}"'] if is_plain(shown) else encoded(shown, len(f"{name}: "))
    return "\r\n ".join([*spelled, f"<{spec}>"])


class Headers(HeaderRegistry):
    """Makes the class of a header once; the standard library makes it anew for every header of every e-mail."""

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        kind = name.lower()
        if kind not in self.registry:
            return super().__getitem__(name)
        if kind not in self._made:
            self._made[kind] = super().__getitem__(name)
        return self._made[kind]


class WirePolicy(EmailPolicy):
    """Encodes subjects and addresses by the functions above, all other headers by the standard library."""

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        if name.lower() == "subject":
            return name, HeaderText(" ".join(str(value).splitlines()))
        return super().header_store_parse(name, value)

    def fold(self, name: str, value: Any) -> str:
        lines = self._lines(name, value)
        return super().fold(name, value) if lines is None else lines

    def fold_binary(self, name: str, value: Any) -> bytes:
        lines = self._lines(name, value)
        return super().fold_binary(name, value) if lines is None else lines.encode("utf-8" if self.utf8 else "ascii")

    def _lines(self, name: str, value: Any) -> str | None:
        if name.lower() == "subject":
            return f"{unstructured(name, str(value))}\r\n"
        if name.lower() in URLS:
            return f"{name}: {value}\r\n"
        found: tuple[Address, ...] = getattr(value, "addresses", ())
        if name.lower() in ADDRESSES and isinstance(value, BaseHeader) and found:
            spelled = ",\r\n ".join(address_header(name, each.display_name, each.addr_spec) for each in found)
            return f"{name}: {spelled}\r\n"
        return None


WIRE = WirePolicy(linesep="\r\n", cte_type="7bit", header_factory=Headers())
# For addresses outside ASCII; the mail server has to support SMTPUTF8 (RFC 6531).
WIRE_UTF8 = WIRE.clone(utf8=True)
