"""The expert's own invitation, once an organiser has released it."""

from starlette.requests import Request
from starlette.responses import Response

from server import access
from server.errors import NotFound
from server.invitations import service
from server.invitations.files import TYPES, attachment
from server.invitations.values import PAIRS
from server.passports import service as passports


async def download(request: Request) -> Response:
    """Send the expert's own invitation, with the own passport data where it belongs to it."""
    pair, kind = request.path_params["languages"], request.path_params["kind"]
    if pair not in PAIRS or kind not in TYPES:
        raise NotFound
    event, party = access.event(request), access.own_party(request)
    invitation = await service.released(party)
    data = await passports.own_data(party, request.app.state.settings.vault) if invitation.has_passport else None
    contents = await service.contents_of(event, party, invitation, data)
    return attachment(await service.made(contents, pair, kind), pair, kind)
