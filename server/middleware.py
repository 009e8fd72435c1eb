"""What happens to every request before its view: headers, origin, session, language. Plain ASGI."""

import contextlib
import hashlib
import ipaddress
import re
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from tortoise.exceptions import BaseORMException

from i18n import negotiate, tag_of
from server import addresses
from server.accounts import sessions
from server.errors import BodyTooLarge, CrossOrigin, ForeignCharset, Refused
from server.origins import is_own
from server.settings import Settings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CHARSET = re.compile(r"charset\s*=([^;]*)", re.IGNORECASE)
CHARSETS = frozenset({"utf-8", "utf8", "us-ascii"})
LOCALE_COOKIE = "duijie_locale"
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer, with which browsers send `Origin: null` with our own forms (Fetch, "append a request Origin
    # header"): over plain http the origin is all that they send about where a form comes from.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class SecurityHeaders:
    """Adds the same protection to all answers, errors included; pages are private to the browser."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.headers = dict(SECURITY_HEADERS)
        if settings.is_https:
            self.headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "private, no-store")
            await send(message)

        await self.app(scope, receive, with_headers)


class SameOrigin:
    """Refuses unsafe requests from other sites.

    Order as in Go's CrossOriginProtection: Sec-Fetch-Site decides if sent, which browsers do for https and loopback
    only; otherwise Origin has to name this host; if neither is sent, the client is not a browser and has no ambient
    authority to misuse. No exemptions. With an Origin of null, the Referer has to name this host, which other sites
    cannot cause.
    """

    def __init__(self, app: ASGIApp, settings: Settings, refuse: Callable[[Request, Refused], Response]) -> None:
        self.app = app
        self.public = settings.base_url
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self.app
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS and not self.is_ours(Headers(scope=scope)):
            app = self.refuse(Request(scope), CrossOrigin())
        await app(scope, receive, send)

    def is_ours(self, headers: Headers) -> bool:
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site in ("same-origin", "none")
        origin = headers.get("origin")
        if origin is None:
            return True
        return is_own(headers.get("referer", "") if origin == "null" else origin, headers, self.public)


class BodyLimit:
    """Starlette's limit on the size of a request's body, which routes can raise, with an error page.

    Bodies are UTF-8: some of Python's charsets decode to texts that cannot be stored, or fail.
    """

    def __init__(self, app: ASGIApp, most: int, refuse: Callable[[Request, Refused], Response]) -> None:
        self.limited = RequestBodyLimitMiddleware(app, most)
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not CHARSETS.issuperset(_charsets(Headers(scope=scope))):
            await self.refuse(Request(scope), ForeignCharset())(scope, receive, send)
            return
        is_replaced = False

        async def with_page(message: Message) -> None:
            nonlocal is_replaced
            if message["type"] == "http.response.start" and message["status"] == BodyTooLarge.status:
                kind = Headers(raw=message["headers"]).get("content-type", "")
                if kind.startswith("text/plain"):
                    is_replaced = True
                    await self.refuse(Request(scope), BodyTooLarge())(scope, receive, send)
            if not is_replaced:
                await send(message)

        await self.limited(scope, receive, with_page)


def _charsets(headers: Headers) -> list[str]:
    """Return the charset in Content-Type as a list, empty if there is none."""
    return [found.strip("\"' ").casefold() for found in CHARSET.findall(headers.get("content-type", ""))]


class MailServer:
    """Sets for each request which addresses the application's mail server accepts."""

    def __init__(self, app: ASGIApp, *, takes_any_letters: bool) -> None:
        self.app = app
        self.takes_any_letters = takes_any_letters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with addresses.reaching(any_letters=self.takes_any_letters):
            await self.app(scope, receive, send)


class Viewer:
    """Puts the signed-in person or None, and the language, into the request's state.

    Language: that of the address (`?lang=ru`), else the account's, else the cookie's, else the browser's preference,
    else the event's first (set by `access.guard`), else English. preferred: what address, cookie or header ask for,
    None if nothing offered.
    """

    def __init__(self, app: ASGIApp, offered: tuple[str, ...]) -> None:
        self.app = app
        self.offered = offered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(("/static/", "/cal/", "/healthz")):
            scope.setdefault("state", {}).update(viewer=None, locale="en", preferred=None, event=None, standing=None)
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        session, preferred = await sessions.session_of(request), self.preferred(request)
        viewer = session.person if session else None
        spoken = self.asked(request) or (viewer.locale if viewer and viewer.locale in self.offered else preferred)
        scope.setdefault("state", {}).update(
            viewer=viewer, locale=spoken or "en", preferred=preferred, event=None, standing=None
        )
        await self.app(scope, receive, send)
        if session is not None:
            # After the answer, so that a locked database delays no reader.
            with contextlib.suppress(BaseORMException):
                await sessions.note_use(session, request.headers.get("user-agent", ""))

    def asked(self, request: Request) -> str | None:
        """Return the language that the address names by its tag: each public page has an address for each language."""
        tag = request.query_params.get("lang", "") if request.method in ("GET", "HEAD") else ""
        return next((code for code in self.offered if tag_of(code) == tag), None)

    def preferred(self, request: Request) -> str | None:
        if asked := self.asked(request):
            return asked
        chosen = request.cookies.get(LOCALE_COOKIE)
        if chosen in self.offered:
            return chosen
        return negotiate(request.headers.get("accept-language"), self.offered)


def client_key(request: Request) -> str:
    """Return a hash of the client's network address, as seen by the server or named by its trusted proxy, for limits.

    Of an IPv6 address only the /64 network counts, which one household or one rented machine has.
    """
    host = request.client.host if request.client else "unknown"
    return hashlib.sha256(network_of(host).encode()).hexdigest()[:32]


def network_of(host: str) -> str:
    """Return an IPv4 address (also an IPv6-mapped one), the /64 network of an IPv6 address, or any other name
    unchanged.
    """
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    mapped = address.ipv4_mapped
    return str(mapped) if mapped else str(ipaddress.ip_network((address.packed[:8] + bytes(8), 64)))
