"""Addresses as browsers name them: what `Origin`, `Host` and `Referer` say, compared with BASE_URL."""

from urllib.parse import urlsplit

import idna
from starlette.datastructures import Headers

DEFAULT_PORTS = {"http": 80, "https": 443}


def host_of(url: str) -> str:
    """The host of an address as the Host header names it: `xn--…` for another script, an IPv6 address in brackets.

    "" where there is none.
    """
    try:
        name = urlsplit(url).hostname or ""
        if ":" in name:
            return f"[{name}]"
        return name if name.isascii() else idna.encode(name, uts46=True).decode()
    except (ValueError, idna.IDNAError):
        return ""


def origin_of(url: str) -> str | None:
    """`scheme://host:port` of an address, without the port that the scheme implies; None where it is no web address.

    Source: RFC 6454, section 6.2.
    """
    try:
        parts, port = urlsplit(url), urlsplit(url).port
    except ValueError:
        return None
    host = host_of(url)
    if parts.scheme not in DEFAULT_PORTS or not host:
        return None
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in (None, DEFAULT_PORTS[parts.scheme]) else "")


def is_own(url: str, headers: Headers, base_url: str) -> bool:
    """Whether an address is of this site: of BASE_URL, or of the host that the request itself was sent to."""
    origin = origin_of(url)
    if origin is None:
        return False
    scheme = origin.partition("://")[0]
    return origin in (origin_of(base_url), origin_of(f"{scheme}://{headers.get('host', '')}"))


def came_from(headers: Headers, base_url: str) -> str | None:
    """The path and query of the page of this site whose link or form led here; None where none is named."""
    referer = headers.get("referer", "")
    if not is_own(referer, headers, base_url):
        return None
    parts = urlsplit(referer)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
