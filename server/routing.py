"""How a route is declared: a method, a path, a view, and who may call it. Undeclared routes stop the start."""

from collections.abc import Iterable

from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.routing import BaseRoute, Mount, Route

from server.access import Role, View, guard


class Key(IntegerConvertor):
    """`{name:int}` in a path: as many digits as a key has; of thousands, which Starlette takes, Python makes no int."""

    regex = "[0-9]{1,10}"


register_url_convertor("int", Key())
ROLES_OF_AN_EVENT = (Role.ORGANISER, Role.EXPERT, Role.ENTERPRISE, Role.INTERPRETER)


def on(method: str, path: str, view: View, may: Role | Iterable[Role], *, max_body: int | None = None) -> Route:
    """A route for one method. max_body: bytes, where the application's limit is too small."""
    roles = frozenset([may] if isinstance(may, Role) else may)
    name = f"{view.__module__.removeprefix('server.').removesuffix('.views')}.{view.__name__}"
    return Route(path, guard(view, roles), methods=[method], name=name, max_body_size=max_body)


def refuse_undeclared(routes: Iterable[BaseRoute], public_mounts: frozenset[str]) -> None:
    """Raises RuntimeError for a route that does not say who may call it."""
    for route in routes:
        if isinstance(route, Route) and getattr(route.endpoint, "may", None):
            continue
        if isinstance(route, Mount) and route.path in public_mounts:
            continue
        raise RuntimeError(f"{route!r} does not say who may call it")
