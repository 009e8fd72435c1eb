"""An enterprise that is registered twice."""

from typing import Any

from server.models import Event, Registration
from tests import factories
from tests.client import Client

NAME = "宁波衔川塑机有限公司"


async def registered(event: Event, email: str = "", *, name: str = NAME, needs: int = 0, **values: Any) -> Registration:
    """Create another registration of a firm with that name, by a person with that address."""
    organisation = await factories.organisation(name=name, **values.pop("texts", {}))
    person = await factories.person(**({"email": email} if email else {}), locale=values.pop("locale", "en"))
    return await factories.enterprise(event, person, organisation, needs=needs, **values)


async def twice(client: Client, **values: Any) -> tuple[Event, Registration, Registration, str]:
    """Return an event with two registrations of one firm, its organiser at the client, and the URL of the page."""
    event = await factories.event(**values)
    kept, joined = await registered(event, "kept@example.org"), await registered(event, "joined@example.org")
    await factories.signed_in(client, (await factories.organiser(event)).person)
    return event, kept, joined, f"/e/{event.slug}/registered-twice"
