"""Acts on behalf of a participant or interpreter, by organisers, leaders of delegations and escorts: logged, and shown
to those concerned.
"""

from collections.abc import Iterable, Mapping, Sequence

from i18n import Message, _
from server.models import ActOnBehalf, Interpreter, Person, Registration
from server.names import own_spelling

ACTS: Mapping[str, Message] = {
    "work": _("The organiser changed the profile."),
    "profile": _("The organiser changed the profile."),
    "cooperation": _("The organiser changed the forms of cooperation or the languages."),
    "presence": _("The organiser changed the availability or the limits."),
    "need": _("The organiser posted or changed a need."),
    "need_withdrawn": _("The organiser withdrew a need."),
    "delegate_added": _("The organiser added a delegate."),
    "delegate": _("The organiser changed the role or the times of a delegate."),
    "delegate_removed": _("The organiser removed a delegate."),
    "contact": _("The organiser changed the e-mail address."),
    "withdrawn": _("The organiser removed the participant from the event."),
    "restored": _("The organiser restored the participant."),
    "joined": _("The organiser joined two registrations of the enterprise into one."),
    "journey": _("The arrival or the departure was changed in the reception ledger."),
    "interpreter": _("The organiser changed the languages, the availability or the limits."),
    "imported": _("The organiser imported a file that entered or changed the data."),
    "imported_by_leader": _("The leader of the delegation imported a file that entered or changed the data."),
}
FROM_FILES = frozenset({"imported", "imported_by_leader"})  # acts that concern very many at once
SHOWN = 20


async def note(
    event_id: int,
    organiser: Person,
    act: str,
    *,
    party: Registration | None = None,
    interpreter: Interpreter | None = None,
) -> None:
    """Log an act. Call in the transaction that does it. act: a code of ACTS."""
    assert act in ACTS
    await ActOnBehalf.create(
        event_id=event_id,
        organiser_id=organiser.id,
        registration_id=party.id if party else None,
        interpreter_id=interpreter.id if interpreter else None,
        act=act,
    )


async def note_imported(event_id: int, person_id: int, parties: Iterable[int], *, is_leader: bool) -> None:
    """Log that somebody has entered or changed these parties from a file. Call in the transaction that does it.

    person_id: of the organiser or, with is_leader, of the leader of a delegation. parties: ids of registrations; each
    gets one line. One query, or none.
    """
    act = "imported_by_leader" if is_leader else "imported"
    of_all = {"event_id": event_id, "organiser_id": person_id, "act": act}
    await ActOnBehalf.bulk_create([ActOnBehalf(registration_id=id, **of_all) for id in sorted(set(parties))])


async def acts_for(
    locale: str, *, party: Registration | None = None, interpreter: Interpreter | None = None
) -> Sequence[tuple[Message, str, ActOnBehalf]]:
    """Return the acts for a party or interpreter, latest first: (sentence, name, row with time). One query."""
    key = {"registration_id": party.id} if party else {"interpreter_id": interpreter.id if interpreter else 0}
    rows = await ActOnBehalf.filter(**key).order_by("-id").limit(SHOWN).select_related("organiser")
    return [(ACTS[row.act], own_spelling(row.organiser, locale) if row.organiser else "", row) for row in rows]
