"""Organisers act for a party on the party's own pages; each act is logged and shown to the party.

Consents are excluded: nobody can give consent for others.
"""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response

from i18n import Message, _
from server import access
from server.access import Stead, View
from server.db import atomic
from server.forms import MAX_FIELDS
from server.models import ActOnBehalf, Event, Interpreter, Person, Registration
from server.names import own_spelling
from server.registrations.showing import first_delegate_of

ACTS: Mapping[str, Message] = {
    "work": _("The organiser changed the profile."),
    "profile": _("The organiser changed the profile."),
    "cooperation": _("The organiser changed the forms of cooperation or the languages."),
    "presence": _("The organiser changed the availability or the limits."),
    "need": _("The organiser posted or changed a need."),
    "need_withdrawn": _("The organiser withdrew a need."),
    "delegate_added": _("The organiser added a delegate."),
    "delegate_removed": _("The organiser removed a delegate."),
    "contact": _("The organiser changed the e-mail address."),
    "withdrawn": _("The organiser removed the participant from the event."),
    "restored": _("The organiser restored the participant."),
    "joined": _("The organiser joined two registrations of the enterprise into one."),
    "interpreter": _("The organiser changed the languages, the availability or the limits."),
}
SHOWN = 20
SEE_OTHER = 303


def acting(view: View, act: str = "") -> View:
    """Return a participant's view for organisers who act for the party in the path.

    act: a code of ACTS, logged if the view changed something; "" for the name of the step in the path.
    """

    async def instead(request: Request) -> Response:
        name = "enterprise" if "enterprise" in request.path_params else "registration"
        party = await access.of_event(request, Registration, name, "person", "organisation")
        row = party if party.person_id is not None else await first_delegate_of(party)
        request.state.stead = Stead(party, row.person, row.proposed) if row else Stead(party, None)
        if request.method in ("GET", "HEAD"):
            return await view(request)
        # Before the transaction, so that a slow sender does not hold it open.
        await request.form(max_fields=MAX_FIELDS)

        async def done() -> Response:
            answer = await view(request)
            if answer.status_code == SEE_OTHER and not access.is_nothing_done(request):
                await note(
                    access.event(request), access.person(request), act or request.path_params["step"], party=party
                )
            return answer

        return await atomic(done)()

    instead.__name__ = getattr(view, "__name__", "view")
    instead.__module__ = view.__module__
    return instead


async def note(
    event: Event,
    organiser: Person,
    act: str,
    *,
    party: Registration | None = None,
    interpreter: Interpreter | None = None,
) -> None:
    """Log an act. Call in the transaction that does it. act: a code of ACTS."""
    assert act in ACTS
    await ActOnBehalf.create(
        event_id=event.id,
        organiser_id=organiser.id,
        registration_id=party.id if party else None,
        interpreter_id=interpreter.id if interpreter else None,
        act=act,
    )


async def acts_for(
    locale: str, *, party: Registration | None = None, interpreter: Interpreter | None = None
) -> Sequence[tuple[Message, str, ActOnBehalf]]:
    """Return organisers' acts for a party or interpreter, latest first: (sentence, name, row with time). One query."""
    key = {"registration_id": party.id} if party else {"interpreter_id": interpreter.id if interpreter else 0}
    rows = await ActOnBehalf.filter(**key).order_by("-id").limit(SHOWN).select_related("organiser")
    return [(ACTS[row.act], own_spelling(row.organiser, locale) if row.organiser else "", row) for row in rows]
