"""The form by which a person chooses their name at an event."""

from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from server import access, forms
from server.pages import local_path, to
from server.registrations import naming


class NameChoice(forms.Fields):
    """use: the proposed name, or the person's own."""

    use: Literal["proposed", "own"]
    next: str = ""


async def take_name(request: Request) -> Response:
    given = await forms.parse(request, NameChoice)
    event, person = access.event(request), access.person(request)
    await naming.end_proposals(event.id, person, is_taken=given.use == "proposed")
    return to(local_path(given.next or f"/e/{event.slug}"), notice="name_settled")
