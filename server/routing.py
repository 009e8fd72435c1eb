"""Declaration of routes: method, path, view, and roles. A route without roles stops the start."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Match, Mount, Route, compile_path
from starlette.types import Receive, Scope, Send

from server.access import View, guard
from server.models import Right
from server.roles import Permission, Role
from server.slugs import PATH_SAFE


class Key(IntegerConvertor):
    """`{name:int}` in a path, limited to the digits of a key: Python refuses to parse thousands of digits."""

    regex = "[0-9]{1,10}"


register_url_convertor("int", Key())
STRAY = frozenset({"Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Zs", "Cf", "Sm"})
# Paths of an event that all of its organisers may open, whatever their rights.
FOR_EVERY_ORGANISER = frozenset(
    {
        "/e/{slug}/desk",
        "/e/{slug}/ready",
        "/e/{slug}/tasks",
        "/e/{slug}/tasks/of/{code}",
        "/e/{slug}/tasks/{task:int}",
        "/e/{slug}/tasks/{task:int}/done",
        "/e/{slug}/tasks/{task:int}/reopen",
        "/e/{slug}/tasks/{task:int}/remove",
        "/e/{slug}/me/name",
        "/e/{slug}/organisers",
        "/e/{slug}/organisers/{organiser:int}/remove",
    }
)


def on(
    method: str,
    path: str,
    view: View,
    may: Permission | Iterable[Permission],
    *,
    page: str | None = None,
    max_body: int | None = None,
) -> Route:
    """Return a route for one method. may: who is admitted; a right stands for the organisers who have it.

    page: see `with_pages`. max_body: bytes, if more than the usual limit. Raises RuntimeError if all organisers would
    be admitted by a route other than those in FOR_EVERY_ORGANISER.
    """
    roles = frozenset([may] if isinstance(may, (Role, Right)) else may)
    if Role.ORGANISER in roles and path not in FOR_EVERY_ORGANISER:
        raise RuntimeError(f"{method} {path} does not say which right an organiser needs")
    name = f"{view.__module__.removeprefix('server.').removesuffix('.views')}.{view.__name__}"
    guarded = guard(view, roles, name)
    guarded.page = page  # type: ignore[attr-defined]
    return Route(path, guarded, methods=[method], name=name, max_body_size=max_body)


def with_pages(routes: Iterable[BaseRoute]) -> list[BaseRoute]:
    """Return the routes and, for each path that only accepts forms, a GET route that redirects to the form's page.

    Faults are answered under the path to which the form was sent; reloading it or coming back requests it by GET. The
    page is the one that the route declares, else the nearest path above it.
    """
    table = list(routes)
    pages = {route.path for route in table if isinstance(route, Route) and "GET" in (route.methods or ())}
    return list(_paired(table, pages))


def _paired(table: list[BaseRoute], pages: set[str]) -> Iterator[BaseRoute]:
    for route in table:
        yield route
        if isinstance(route, Route) and "POST" in (route.methods or ()) and route.path not in pages:
            pages.add(route.path)
            endpoint: Any = route.endpoint
            yield on("GET", route.path, _leading_to(endpoint.page or _above(route.path, pages)), endpoint.may)


def _above(path: str, pages: set[str]) -> str:
    above = path.rpartition("/")[0]
    while above and above not in pages:
        above = above.rpartition("/")[0]
    return above or "/"


def _leading_to(page: str) -> View:
    """Return a view that redirects to a page whose parameters are among those of the path."""
    path_format = compile_path(page)[1]

    async def form_page(request: Request) -> Response:
        values = {name: quote(str(value), safe="") for name, value in request.path_params.items()}
        # With the query, by which the page shows a kept form.
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(path_format.format(**values) + query, status_code=303)

    return form_page


def meant(path: str, method: str, routes: Iterable[BaseRoute]) -> str | None:
    """Return the path of a route that a path in other case or with punctuation behind it means, or None.

    URLs are read aloud, typed on phones and copied out of sentences: `/E/beilun`, `/e/beilun/agenda。`.
    """
    end = len(path)
    while end > 1 and _is_stray(path[end - 1]):
        end -= 1
    for route in routes:
        if isinstance(route, Route) and method in (route.methods or ()):
            found = re.match(route.path_regex.pattern, path[:end], re.IGNORECASE)
            if found:
                values = {name: quote(value, safe=PATH_SAFE) for name, value in found.groupdict().items()}
                right = route.path_format.format(**values)
                return right if right != quote(path, safe=PATH_SAFE) else None
    return None


def _is_stray(char: str) -> bool:
    # Tokens can end in these two characters.
    return char not in "-_" and unicodedata.category(char) in STRAY


class Narrowed(BaseRoute):
    """Routes grouped by first and third segment, so that a path is compared with few of them.

    Almost all paths are /e/{slug}/WORD and below. Parameters are whole segments or parts of one, never several.
    """

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        self._keyed = [(_segments(getattr(route, "path", "")), route) for route in routes]
        self._firsts = {first for (first, _third), _route in self._keyed}
        self._thirds = {third for (_first, third), _route in self._keyed}
        self._among: dict[tuple[str, str], Sequence[BaseRoute]] = {}

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        first, third = _segments(scope["path"].removeprefix(scope.get("root_path", "")))
        partly: tuple[Match, Scope] = Match.NONE, {}
        for route in self._routes(first if first in self._firsts else ANY, third if third in self._thirds else ANY):
            match, found = route.matches(scope)
            if match is Match.FULL:
                return match, {**found, CHOSEN: route}
            if match is Match.PARTIAL and partly[0] is Match.NONE:
                partly = match, {**found, CHOSEN: route}
        return partly

    def _routes(self, first: str, third: str) -> Sequence[BaseRoute]:
        """Return the routes that can match a path with these segments; found on first use and kept."""
        found = self._among.get((first, third))
        if found is None:
            found = [route for own, route in self._keyed if _may_be(own[0], first) and _may_be(own[1], third)]
            self._among[first, third] = found
        return found

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await scope[CHOSEN].handle(scope, receive, send)


CHOSEN = "duijie.route"
ANY = "{}"  # a segment with a parameter, or one that no route names


def _segments(path: str) -> tuple[str, str]:
    """Return the first and the third segment, "" if there is none."""
    found = path.split("/", 4)
    first, third = (found[at] if len(found) > at else "" for at in (1, 3))
    return (ANY if "{" in first else first), (ANY if "{" in third else third)


def _may_be(own: str, asked: str) -> bool:
    return own in (asked, ANY)


def refuse_undeclared(routes: Iterable[BaseRoute], public_mounts: frozenset[str]) -> None:
    """Raise RuntimeError for a route without roles."""
    for route in routes:
        if isinstance(route, Route) and getattr(route.endpoint, "may", None):
            continue
        if isinstance(route, Mount) and route.path in public_mounts:
            continue
        raise RuntimeError(f"{route!r} does not say who may call it")
