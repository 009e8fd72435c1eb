"""The confidentiality agreement that readers accept before they read the whole of some needs."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from tortoise.exceptions import IntegrityError

from i18n import _
from server.db import atomic
from server.models import CalendarEntry, Confidentiality, Event, Need, NeedAgreement, Person
from server.needs.disclosure import is_agreed
from server.roles import Standing
from server.rows import load_rows

VERSION = "2026-1"  # raised with every change of the text: everybody is asked again
TEXT = _(
    "I use what I read in this need only to answer it. I do not copy it, and I do not pass it on to anyone. If I learn "
    "that another person has read it without permission, I tell the enterprise at once. This applies until the "
    "enterprise publishes the content itself."
)
TEXT_HASH = hashlib.sha256(TEXT.msgid.encode()).hexdigest()


@dataclass(frozen=True)
class ConfidentialNeed:
    """A need for a person who may read it under the agreement. accepted: by the person, None if not yet."""

    need: Need
    accepted: NeedAgreement | None


async def need_for(event: Event, id: int, standing: Standing, person: Person) -> ConfidentialNeed | None:
    """Return a published need under an agreement that the person may read, or None.

    Experts may once both sides want to meet and no rule bars them, or their meeting is published; interpreters of a
    published meeting about the need may.
    """
    rows = await load_rows(event)
    need = next((each for each in rows.shown.needs if each.id == id), None)
    if need is None or need.confidentiality != Confidentiality.AGREEMENT:
        return None
    is_admitted = False
    if standing.expert is not None:
        pair = standing.expert.id, need.registration_id
        both = rows.wish_kinds.get(pair), rows.wish_kinds.get((pair[1], pair[0]))
        is_there = pair[0] in rows.party_by_id and rows.party_by_id[pair[0]].is_shown
        is_met = pair in rows.published_pairs
        is_admitted = is_there and (is_met or (is_agreed(*both) and pair not in rows.barred))
    if standing.interpreter is not None and not is_admitted:
        held = CalendarEntry.filter(interpreter_id=standing.interpreter.id, need_id=need.id, is_cancelled=False)
        is_admitted = await held.exists()
    if not is_admitted:
        return None
    found = await NeedAgreement.get_or_none(need_id=need.id, person_id=person.id, version=VERSION)
    return ConfidentialNeed(need, found)


@atomic
async def accept(need: Need, person: Person, *, name: str, locale: str) -> None:
    """Record that the person accepts the agreement. name: as entered. locale: in which the text was shown.

    A second time changes nothing.
    """
    known = await NeedAgreement.exists(need_id=need.id, person_id=person.id, version=VERSION)
    if known:
        return
    try:
        await NeedAgreement.create(
            need_id=need.id, person_id=person.id, name=name, version=VERSION, text_hash=TEXT_HASH, locale=locale
        )
    except IntegrityError:
        # At the same time by another request.
        return


async def accepted_of(need: Need) -> Sequence[NeedAgreement]:
    """Return who has accepted the agreement of a need, first one first. One query."""
    return await NeedAgreement.filter(need_id=need.id).order_by("id")
