"""The page's act by which a person says what they are called at an event."""

from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from server import access, forms
from server.pages import local_path, to
from server.registrations import naming


class NameChoice(forms.Fields):
    """use: the name that was proposed, or the person's own."""

    use: Literal["proposed", "own"]
    next: str = ""


async def take_name(request: Request) -> Response:
    given = await forms.parse(request, NameChoice)
    event, person = access.event(request), access.person(request)
    await naming.settle(event.id, person, is_taken=given.use == "proposed")
    return to(local_path(given.next or f"/e/{event.slug}"), notice="name_settled")
