"""Keep invitations and what the host says in them, and make files. Each function that writes is one transaction."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from i18n import Message, _
from server import confined
from server.db import atomic, lock
from server.edits import UNSEEN, Edit, merge, write
from server.errors import NotFound, Refused
from server.invitations.composing import Contents, document, missing_in
from server.invitations.limits import MAX_SECONDS, NO_FONTS
from server.invitations.values import LOCALES, PAIRS, HostValues, InvitationValues
from server.models import (
    Event,
    Invitation,
    InvitationHost,
    Registration,
    TextField,
    Translation,
    TranslationState,
    Travel,
)
from server.passports.values import PassportData
from server.translations.texts import SourceText, hash_of, of_party
from server.visas import service as visas
from server.visible import for_organisers


class InvitationNotMade(Refused):
    """The file could not be made."""

    status = 503

    def __init__(self, message: Message | None = None) -> None:
        super().__init__(message or _("The file could not be made. Try again in a few minutes."))


class FontsMissing(InvitationNotMade):
    """The server has no fonts for the characters of the invitation."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "The server has no fonts for this PDF. Ask the operator to install the Debian packages fonts-noto-core "
                "and fonts-noto-cjk. The DOCX file works without them."
            )
        )


class InvitationIncomplete(Refused):
    """Fields are missing in the languages of the file."""

    def __init__(self) -> None:
        super().__init__(_("Fields are missing. Fill in the fields in the list first."))


async def host_of(event: Event) -> InvitationHost:
    """Return what the host says, an empty row that is not stored if nothing is saved. One query."""
    return await InvitationHost.get_or_none(event_id=event.id) or InvitationHost(event_id=event.id)


@atomic
async def save_host(event: Event, values: HostValues, edit: Edit = UNSEEN) -> None:
    """Save what the host says in each invitation. Raises EditConflict."""
    await lock(Event, event.id)
    row, _is_new = await InvitationHost.get_or_create(event_id=event.id)
    [merged] = await merge(edit, (row, values))
    await write(row, merged)


async def invitation_of(event: Event, party: Registration) -> Invitation:
    """Return the invitation of an expert, one with what the profile says if none is saved. At most four queries."""
    found = await Invitation.get_or_none(registration_id=party.id)
    if found is not None:
        return found
    stay = await visas.stay_at(event)
    travel = await Travel.get_or_none(registration_id=party.id) or Travel(registration_id=party.id)
    columns = {TextField.AFFILIATION: "employer", TextField.POSITION: "position"}
    translations = await Translation.filter(registration_id=party.id, field__in=list(columns)).order_by("id")
    known = {name: _known_in(of_party(for_organisers(party), field), translations) for field, name in columns.items()}
    days = visas.stay_of(travel, event, stay) if stay else None
    return Invitation(
        registration_id=party.id,
        employer=known["employer"],
        position=known["position"],
        first_day=days.first if days else None,
        last_day=days.last if days else None,
    )


def _known_in(source: SourceText, translations: Sequence[Translation]) -> dict[str, str]:
    """Return a text of the profile by locale. Machine drafts and translations of an earlier text are left out: an
    authority reads the invitation.
    """
    known, now = {source.locale: source.text}, hash_of(source.text)
    for row in translations:
        is_current = row.field == source.key.field and row.source_hash == now
        if is_current and row.state != TranslationState.MACHINE:
            known.setdefault(row.locale, row.text)
    return {code: text for code, text in known.items() if code in LOCALES and text}


@atomic
async def save(party: Registration, values: InvitationValues, edit: Edit = UNSEEN) -> None:
    """Save the invitation of an expert. Raises EditConflict, NotFound."""
    stored = await lock(Registration, party.id)
    if stored is None or stored.withdrawn_at is not None:
        raise NotFound
    row = await Invitation.get_or_none(registration_id=party.id)
    if row is None:
        await Invitation.create(registration_id=party.id, **values.columns())
        return
    [merged] = await merge(edit, (row, values))
    await write(row, merged)


@atomic
async def release(party: Registration, *, is_released: bool) -> None:
    """Let the expert download the invitation, or no longer. Raises NotFound without a saved one."""
    await lock(Registration, party.id)
    at = datetime.now(UTC) if is_released else None
    if not await Invitation.filter(registration_id=party.id).update(released_at=at):
        raise NotFound


async def released(party: Registration) -> Invitation:
    """Return the invitation that an expert can download. Raises NotFound."""
    found = await Invitation.get_or_none(registration_id=party.id, released_at__isnull=False)
    if found is None or not party.takes_part:
        raise NotFound
    return found


async def contents_of(
    event: Event, party: Registration, invitation: Invitation, passport: PassportData | None = None
) -> Contents:
    """Return what an invitation is made of. party: with person. One query."""
    return Contents(event, party, invitation, await host_of(event), passport)


async def released_pairs(event: Event, party: Registration) -> list[str]:
    """Return the pairs of languages in which an expert can download the invitation. Two queries."""
    try:
        invitation = await released(party)
    except NotFound:
        return []
    contents = await contents_of(event, party, invitation)
    return [pair for pair in PAIRS if not missing_in(contents, pair)]


async def made(contents: Contents, pair: str, kind: str) -> bytes:
    """Return the file, made in a process of its own. Raises InvitationIncomplete, FontsMissing, InvitationNotMade."""
    if missing_in(contents, pair):
        raise InvitationIncomplete
    asked: Mapping[str, Any] = {**document(contents, pair), "kind": kind}
    try:
        code, file = await confined.answer_of("server.invitations.child", json.dumps(asked).encode(), 2 * MAX_SECONDS)
    except TimeoutError:
        raise InvitationNotMade from None
    if code == NO_FONTS:
        raise FontsMissing
    if code or not file:
        raise InvitationNotMade
    return file
