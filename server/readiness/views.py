"""The organisers' page of what is ready, and what is left to do."""

from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from server import access
from server.pages import page, zone_of
from server.readiness.facts import facts_of
from server.readiness.rules import GROUPS, answers


async def show(request: Request) -> Response:
    """Show one line for each rule: kept, or what to do and where."""
    event = access.event(request)
    found = answers(await facts_of(event))
    return page(
        request,
        "readiness/show.html",
        groups=[(name, [each for each in found if each.rule.group is group]) for group, name in GROUPS.items()],
        kept=sum(each.to_do is None for each in found),
        number=len(found),
        now=datetime.now(zone_of(event)),
    )
