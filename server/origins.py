"""Compare URLs in `Origin`, `Host` and `Referer` with BASE_URL."""

from urllib.parse import urlsplit

import idna
from starlette.datastructures import Headers

DEFAULT_PORTS = {"http": 80, "https": 443}


def host_of(url: str) -> str:
    """Return the host of a URL as in the Host header: `xn--…` for other scripts, IPv6 addresses in brackets; "" if
    none.
    """
    try:
        name = urlsplit(url).hostname or ""
        if ":" in name:
            return f"[{name}]"
        return name if name.isascii() else idna.encode(name, uts46=True).decode()
    except (ValueError, idna.IDNAError):
        return ""


def origin_of(url: str) -> str | None:
    """Return `scheme://host:port` of a URL without the scheme's default port, or None if it is not a web URL.

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
    """Return whether a URL is on this site: of BASE_URL, or of the host that the request was sent to."""
    origin = origin_of(url)
    if origin is None:
        return False
    scheme = origin.partition("://")[0]
    return origin in (origin_of(base_url), origin_of(f"{scheme}://{headers.get('host', '')}"))


def came_from(headers: Headers, base_url: str) -> str | None:
    """Return path and query of the page of this site that led here, or None."""
    referer = headers.get("referer", "")
    if not is_own(referer, headers, base_url):
        return None
    parts = urlsplit(referer)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
