"""Headers of an e-mail as they cross the network.

The standard library folds a header by its words, and words of other scripts that stood apart grow together where its
line ends fall between them (RFC 2047 section 6.2: space between encoded words is not shown). Here whatever is not plain
goes into encoded words with its spaces inside, so that any text is read back as it was.
"""

from base64 import b64encode
from email.headerregistry import Address, BaseHeader
from email.policy import EmailPolicy
from email.utils import quote
from typing import Any

MOST_OF_A_WORD = 75  # RFC 2047 section 2: characters of an encoded word, with its delimiters
OPENING, CLOSING = "=?utf-8?b?", "?="
MOST_OF_A_LINE = 76  # RFC 2047 section 2: of a line that holds one
ADDRESSES = frozenset({"from", "to", "reply-to", "sender"})


class Text(str):
    """A header's text that is not parsed again: what looks like an encoded word in it is a text, too."""

    name = "subject"
    __slots__ = ()


def encoded(text: str, before: int = 1) -> list[str]:
    """Encoded words that say the text together: each of whole characters, and the first fits a line after `before`."""
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
    """Whether a header may say the text as it is."""
    is_visible = text.isascii() and text.isprintable() and "=?" not in text
    return is_visible and text == " ".join(text.split())


def unstructured(name: str, text: str) -> str:
    """The header's lines for a text such as a subject, the last without its end."""
    if is_plain(text) and len(f"{name}: {text}") <= MOST_OF_A_LINE:
        return f"{name}: {text}"
    return f"{name}: " + "\r\n ".join(encoded(text, len(f"{name}: ")))


def address(name: str, shown: str, spec: str) -> str:
    """A person and their address as the header `name` says them; spec: as `addresses.wire` gives it."""
    if not shown:
        return spec
    spelled = [f'"{quote(shown)}"'] if is_plain(shown) else encoded(shown, len(f"{name}: "))
    return "\r\n ".join([*spelled, f"<{spec}>"])


class WirePolicy(EmailPolicy):
    """Writes subjects and addresses by the functions above, and all else as the standard library does."""

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        if name.lower() == "subject":
            return name, Text(" ".join(str(value).splitlines()))
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
        found: tuple[Address, ...] = getattr(value, "addresses", ())
        if name.lower() in ADDRESSES and isinstance(value, BaseHeader) and found:
            spelled = ",\r\n ".join(address(name, each.display_name, each.addr_spec) for each in found)
            return f"{name}: {spelled}\r\n"
        return None


WIRE = WirePolicy(linesep="\r\n", cte_type="7bit")
# For addresses with other letters before the @, which a server has to offer to take (RFC 6531).
WIRE_UTF8 = WIRE.clone(utf8=True)
