"""Routes of plans and of files: see `server.routes`."""

from starlette.routing import BaseRoute

from server.audit import views as log
from server.board import views as board
from server.exports import views as files
from server.exports.service import LISTS
from server.hand import views as hand
from server.models import Right
from server.roles import Role
from server.routing import on
from server.studio import comparing, noting, previewing, promising, ruling
from server.studio import views as plans

PLAN = Right.PLAN


def exports() -> list[BaseRoute]:
    """Return the routes of lists as files, each for organisers with the right to its page, and of the activity log."""
    paths = [(f"/e/{{slug}}/exports/{each.code}", each.right) for each in LISTS.values()]
    return [
        *(on("GET", path, files.show, right) for path, right in paths),
        *(on("POST", path, files.save, right) for path, right in paths),
        on("GET", "/e/{slug}/plans/{plan:int}/timetable.xlsx", files.timetable, PLAN),
        on("GET", "/e/{slug}/log", log.index, Role.OWNER),
        on("GET", "/e/{slug}/log.xlsx", log.file, Role.OWNER),
        on("GET", "/e/{slug}/log.csv", log.file, Role.OWNER),
    ]


def of_plans() -> list[BaseRoute]:
    """Return the routes of plans and of what they are made with."""
    return [
        on("GET", "/e/{slug}/plans", plans.index, PLAN),
        on("POST", "/e/{slug}/plans", plans.ask, PLAN),
        on("GET", "/e/{slug}/board", board.index, PLAN),
        on("GET", "/e/{slug}/board/matrix.svg", board.matrix, PLAN),
        on("GET", "/e/{slug}/board/graph.svg", board.graph, PLAN),
        on("GET", "/e/{slug}/plans/compare", comparing.show, PLAN),
        on("GET", "/e/{slug}/plans/rules", ruling.form, PLAN),
        on("POST", "/e/{slug}/plans/rules", ruling.save, PLAN),
        on("GET", "/e/{slug}/parties/{registration:int}/promise", promising.form, PLAN),
        on("POST", "/e/{slug}/parties/{registration:int}/promise", promising.save, PLAN),
        on("GET", "/e/{slug}/plans/{plan:int}", plans.show, PLAN),
        on("GET", "/e/{slug}/plans/{plan:int}/note", noting.form, PLAN),
        on("POST", "/e/{slug}/plans/{plan:int}/note", noting.save, PLAN),
        on("POST", "/e/{slug}/plans/{plan:int}/cancel", plans.cancel, PLAN),
        on("GET", "/e/{slug}/plans/{plan:int}/publish", plans.confirm, PLAN),
        on("POST", "/e/{slug}/plans/{plan:int}/publish", plans.publish, PLAN),
        on("GET", "/e/{slug}/plans/{plan:int}/emails", previewing.index, PLAN),
        on("GET", "/e/{slug}/plans/{plan:int}/remove", plans.ask_to_remove, PLAN),
        on("POST", "/e/{slug}/plans/{plan:int}/remove", plans.remove, PLAN),
        on("GET", "/e/{slug}/plans/{plan:int}/pairs/{pair}", plans.pair, PLAN),
        on("POST", "/e/{slug}/plans/{plan:int}/by-hand", hand.begin, PLAN),
        on("GET", "/e/{slug}/plans/{plan:int}/hand", hand.show, PLAN),
        on("POST", "/e/{slug}/plans/{plan:int}/hand", hand.step, PLAN),
        on("POST", "/e/{slug}/plans/{plan:int}/finish", hand.finish, PLAN, page="/e/{slug}/plans/{plan:int}/hand"),
        on("GET", "/e/{slug}/plans/{plan:int}/timetable.svg", plans.timetable_svg, PLAN),
        on("GET", "/e/{slug}/plans/{plan:int}/graph.svg", plans.graph_svg, PLAN),
        on("GET", "/e/{slug}/plans/{plan:int}/graph.graphml", plans.graph_graphml, PLAN),
        on("GET", "/e/{slug}/plans/{plan:int}/problem.json", plans.problem_json, PLAN),
        on("GET", "/e/{slug}/plans/{plan:int}/plan.json", plans.plan_json, PLAN),
    ]
