"""Organisers act for a party on the party's own pages; each act is logged and shown to the party.

Consents are excluded: nobody can give consent for others.
"""

from starlette.requests import Request
from starlette.responses import Response

from server import access, behalf
from server.access import Stead, View
from server.audit import recording
from server.db import atomic
from server.forms import MAX_FIELDS
from server.models import Registration
from server.registrations.showing import first_delegate_of

SEE_OTHER = 303


def acting(view: View, act: str = "") -> View:
    """Return a participant's view for organisers who act for the party in the path.

    act: a code of `behalf.ACTS`, logged if the view changed something; "" for the name of the step in the path.
    """

    async def instead(request: Request) -> Response:
        name = "enterprise" if "enterprise" in request.path_params else "registration"
        party = await access.of_event(request, Registration, name, "person", "organisation")
        row = party if party.person_id is not None else await first_delegate_of(party)
        recording.on_behalf_of(party.id)
        request.state.stead = Stead(party, row.person, row.proposed) if row else Stead(party, None)
        if request.method in ("GET", "HEAD"):
            return await view(request)
        # Before the transaction, so that a slow sender does not hold it open.
        await request.form(max_fields=MAX_FIELDS)

        async def done() -> Response:
            answer = await view(request)
            if answer.status_code == SEE_OTHER and not access.is_nothing_done(request):
                await behalf.note(
                    access.event(request).id, access.person(request), act or request.path_params["step"], party=party
                )
            return answer

        return await atomic(done)()

    instead.__name__ = getattr(view, "__name__", "view")
    instead.__module__ = view.__module__
    return instead
