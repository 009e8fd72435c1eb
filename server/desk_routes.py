"""Routes of the organisers' desk beside its lists: checklist, call list, and what is ready. See `server.routes`."""

from starlette.routing import BaseRoute

from server.calls import views as calls
from server.checklist import views as checklist
from server.desk import overview
from server.models import Right
from server.readiness import views as readiness
from server.roles import Role
from server.routing import on

ANY_ORGANISER = Role.ORGANISER


def of_desk() -> list[BaseRoute]:
    """Return the routes of the overview, the checklist and the page of what is ready."""
    home, one, computed = "/e/{slug}/tasks", "/e/{slug}/tasks/{task:int}", "/e/{slug}/tasks/of/{code}"
    return [
        on("GET", "/e/{slug}/desk", overview.overview, ANY_ORGANISER),
        on("GET", "/e/{slug}/ready", readiness.show, ANY_ORGANISER),
        on("GET", "/e/{slug}/calls", calls.index, Right.PEOPLE),
        on("GET", "/e/{slug}/parties/{registration:int}/calls", calls.show, Right.PEOPLE),
        on("POST", "/e/{slug}/parties/{registration:int}/calls", calls.save, Right.PEOPLE),
        on("GET", home, checklist.index, ANY_ORGANISER),
        on("POST", home, checklist.add, ANY_ORGANISER),
        on("GET", computed, checklist.duty, ANY_ORGANISER),
        on("POST", computed, checklist.assign, ANY_ORGANISER),
        on("GET", one, checklist.edit, ANY_ORGANISER),
        on("POST", one, checklist.save, ANY_ORGANISER),
        on("POST", f"{one}/done", checklist.done, ANY_ORGANISER, page=home),
        on("POST", f"{one}/reopen", checklist.reopen, ANY_ORGANISER, page=home),
        on("POST", f"{one}/remove", checklist.remove, ANY_ORGANISER, page=home),
    ]
