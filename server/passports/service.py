"""Ask for passport data, keep it sealed, read it with a reason. Each public function that writes is one transaction."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tortoise.queryset import QuerySet

from i18n import Message, _, formats, ngettext_
from server.db import atomic, lock
from server.edits import UNSEEN, Edit, merge, write
from server.errors import NotFound, Refused
from server.models import (
    Consent,
    Event,
    Passport,
    PassportRead,
    PassportRequest,
    Person,
    Registration,
    Side,
    Travel,
)
from server.names import country_of
from server.passports.values import PassportData, RequestValues
from server.passports.vault import NoKey, Vault
from server.privacy import scrubbing
from server.registrations import agreeing
from server.registrations.consents import NOT_TICKED_FOR_PASSPORT, PASSPORT, Purpose, passport_until
from server.visas import service as visas

log = logging.getLogger(__name__)
NO_KEY: Message = _(
    "The key that opens this data is missing on the server. Ask the operator to add the key to PASSPORT_KEYS."
)
# How long a withdrawn entry keeps its data.
KEPT_FOR = timedelta(days=1)
# The log of reads that one page shows.
MOST_READS = 200


class AskedAlready(Refused):
    """Experts have agreed to a purpose and a day, and have entered data for them."""

    field = "delete_after"

    def __init__(self, number: int) -> None:
        super().__init__(
            ngettext_(
                "%(num)s expert has agreed to this purpose and day. You can choose an earlier day. For another purpose "
                "or a later day, stop asking first.",
                "%(num)s experts have agreed to this purpose and day. You can choose an earlier day. For another "
                "purpose or a later day, stop asking first.",
                number,
            )
        )


class PassportNotAgreed(Refused):
    """The box of the consent is not ticked."""

    status = 422
    field = "agree"

    def __init__(self) -> None:
        super().__init__(NOT_TICKED_FOR_PASSPORT)


@dataclass(frozen=True)
class OwnPassport:
    """What an expert sees. asked: what the event asks for, None if the expert is not asked. reads: newest first."""

    asked: PassportRequest | None
    data: PassportData | None
    reads: Sequence[PassportRead]


def today_at(event: Event) -> date:
    """Return the day at the venue."""
    return datetime.now(ZoneInfo(event.time_zone)).date()


async def stored_request(event: Event) -> PassportRequest | None:
    """Return what the event asks for, also after its day is over. One query."""
    return await PassportRequest.get_or_none(event_id=event.id)


async def request_of(event: Event) -> PassportRequest | None:
    """Return what the event asks for, None if it asks for nothing or its day is over. One query."""
    found = await stored_request(event)
    return found if found is not None and today_at(event) <= found.delete_after else None


# Organisers -------------------------------------------------------------------------------------------------------


@atomic
async def ask_for(event: Event, values: RequestValues, edit: Edit = UNSEEN) -> None:
    """Switch passport data on, or change purpose and day. Raises AskedAlready, EditConflict."""
    await lock(Event, event.id)
    row, is_new = await PassportRequest.get_or_create(event_id=event.id, defaults=values.columns())
    if is_new:
        return
    [merged] = await merge(edit, (row, values))
    is_narrower = merged.values.purpose == row.purpose and merged.values.delete_after <= row.delete_after
    if not is_narrower and (number := await stored_in(event)):
        raise AskedAlready(number)
    await write(row, merged)


@atomic
async def stop_asking(event: Event) -> None:
    """Switch passport data off, end the consents to it, and with them delete what is stored."""
    await lock(Event, event.id)
    await agreeing.end_for_all(event.id, PASSPORT.code)
    await PassportRequest.filter(event_id=event.id).delete()
    await scrubbing.ask()


async def stored_in(event: Event) -> int:
    """Return of how many experts passport data is stored. One query."""
    return await Passport.filter(registration__event_id=event.id).count()


async def latest_reads(event: Event) -> Sequence[PassportRead]:
    """Return the last reads at the event, newest first, with expert and reader. One query."""
    rows = PassportRead.filter(registration__event_id=event.id).select_related("registration__person", "by")
    return await rows.order_by("-id").limit(MOST_READS)


@atomic
async def read(party: Registration, by: Person, reason: str, vault: Vault) -> PassportData:
    """Return an expert's passport data to an organiser, and log that. Raises NotFound, NoKey.

    Only while the expert takes part, agrees to it, and the day is not over.
    """
    event = await Event.get(id=party.event_id)
    passport = await readable(event, party)
    if passport is None:
        raise NotFound
    await PassportRead.create(registration_id=party.id, by_id=by.id, reason=reason)
    data = PassportData.of(vault.open(passport.sealed, of=party.id))
    log.info("passport data of registration %s was read by person %s", party.id, by.id)
    return data


async def readable(event: Event, party: Registration) -> Passport | None:
    """Return the sealed data of an expert if organisers may read it now, else None. Three queries."""
    if party.side != Side.EXPERT or not party.takes_part or await request_of(event) is None:
        return None
    agrees = await Consent.exists(
        event_id=event.id, person_id=party.person_id, purpose=PASSPORT.code, withdrawn_at=None
    )
    return await Passport.get_or_none(registration_id=party.id) if agrees else None


# Experts ----------------------------------------------------------------------------------------------------------


async def asked_of(event: Event, party: Registration) -> PassportRequest | None:
    """Return what the event asks this expert for: only experts who need a visa by the rules. party: with person.

    At most five queries, one if the event asks for nothing.
    """
    found = await request_of(event)
    if found is None or not party.takes_part:
        return None
    travel = await Travel.get_or_none(registration_id=party.id) or Travel(registration_id=party.id)
    answer = await visas.answer_for(event, country_of(party), travel)
    return found if answer is not None and answer.rule is None else None


async def own(event: Event, party: Registration, vault: Vault) -> OwnPassport:
    """Return the expert's own data. Raises NotFound if there is nothing to show, NoKey."""
    asked = await asked_of(event, party)
    stored = await Passport.get_or_none(registration_id=party.id)
    reads = await PassportRead.filter(registration_id=party.id).order_by("-id").limit(MOST_READS).select_related("by")
    if asked is None and stored is None and not reads:
        raise NotFound
    data = PassportData.of(vault.open(stored.sealed, of=party.id)) if stored else None
    return OwnPassport(asked, data, reads)


async def own_data(party: Registration, vault: Vault) -> PassportData | None:
    """Return the expert's own data for a document of the expert, None without data or key. One query."""
    stored = await Passport.get_or_none(registration_id=party.id)
    try:
        return PassportData.of(vault.open(stored.sealed, of=party.id)) if stored else None
    except NoKey:
        return None


def purpose_for(asked: PassportRequest, locale: str) -> Purpose:
    """Return the consent that the data needs, as shown in the locale."""
    return passport_until(asked.delete_after, formats.date(asked.delete_after, locale), asked.purpose)


async def agrees(event: Event, person: Person, purpose: Purpose) -> bool:
    """Return whether the person has given this consent. One query."""
    return await Consent.exists(
        event_id=event.id, person_id=person.id, purpose=purpose.code, version=purpose.version, withdrawn_at=None
    )


@atomic
async def save(party: Registration, data: PassportData, vault: Vault, *, agree: bool, locale: str) -> None:
    """Store the expert's own data in place of what was stored. agree: the consent is ticked, shown in the locale.

    Raises NotFound if the expert is not asked, PassportNotAgreed, NoKey.
    """
    event = await lock(Event, party.event_id)
    stored = await lock(Registration, party.id)
    if event is None or stored is None or stored.withdrawn_at is not None:
        raise NotFound
    asked = await asked_of(event, party)
    if asked is None:
        raise NotFound
    purpose = purpose_for(asked, locale)
    if not await agrees(event, party.person, purpose):
        if not agree:
            raise PassportNotAgreed
        await agreeing.record(event, party.person, [purpose.code], locale=locale, offered=[purpose])
    columns: dict[str, Any] = {"sealed": vault.seal(data.fields(), of=party.id), "key_id": vault.key_id}
    await Passport.update_or_create(registration_id=party.id, defaults=columns)


@atomic
async def forget(party: Registration, person: Person) -> None:
    """Delete the expert's own data and withdraw the consent to it."""
    await lock(Registration, party.id)
    await agreeing.end(party.event_id, person.id, PASSPORT.code)
    await scrubbing.ask()


# Every night ------------------------------------------------------------------------------------------------------


async def overdue(event_id: int | None = None) -> QuerySet[Passport]:
    """Return the data whose day is over at the venue, whose consent was withdrawn, or whose entry was. Three queries.

    A restored backup may have data whose consent was withdrawn since. An entry that was merged into another one keeps
    its data for the day on which that can be undone. event_id: of one event only.
    """
    rows = await PassportRequest.filter(delete_after__lte=datetime.now(UTC).date() + timedelta(days=1)).select_related(
        "event"
    )
    over = {row.event_id for row in rows if today_at(row.event) > row.delete_after}
    consents = Consent.filter(purpose=PASSPORT.code, withdrawn_at=None)
    agreed = set(await consents.values_list("event_id", "person_id"))
    stored = Passport.all() if event_id is None else Passport.filter(registration__event_id=event_id)
    columns = ("id", "registration__event_id", "registration__person_id", "registration__withdrawn_at")
    gone = datetime.now(UTC) - KEPT_FOR
    late = [
        id
        for id, event, person, left_at in await stored.values_list(*columns)
        if event in over or (event, person) not in agreed or (left_at is not None and left_at < gone)
    ]
    return Passport.filter(id__in=late)


async def seal_again(vault: Vault) -> int:
    """Seal with the newest key what an older one sealed; return how many rows. What no key opens stays as it is."""
    if not vault.is_ready:
        return 0
    number = 0
    for id in await Passport.exclude(key_id=vault.key_id).order_by("id").values_list("id", flat=True):
        number += await _seal_one_again(int(str(id)), vault)
    if number:
        log.info("sealed with the newest key: passport data of %s people", number)
    return number


@atomic
async def _seal_one_again(id: int, vault: Vault) -> int:
    row = await lock(Passport, id)
    if row is None:
        return 0
    try:
        fields = vault.open(row.sealed, of=row.registration_id)
    except NoKey:
        log.warning("no key of PASSPORT_KEYS opens the passport data of registration %s", row.registration_id)
        return 0
    sealed = vault.seal(fields, of=row.registration_id)
    return await Passport.filter(id=id).update(sealed=sealed, key_id=vault.key_id)
