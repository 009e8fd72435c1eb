"""Try out and store the rows of a spreadsheet, some participants at a time, so that nobody waits for the database."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from tortoise.exceptions import IntegrityError

from server import behalf, mail
from server.db import atomic
from server.desk.inviting import invitations
from server.errors import Refused
from server.imports import uploads
from server.imports.cells import SlotWords
from server.imports.choices import Choices, RowKey
from server.imports.entering import LETTERS, SAME, ImportCounts, OfRows, People, enter_enterprise, enter_expert, fault
from server.imports.ledger import Into, Ledger
from server.imports.lines import ImportFault, tables_of
from server.imports.rows import Batch, EnterpriseImport, ExpertImport, batch_of
from server.imports.uploads import Opened
from server.models import Event, ImportUpload, Mail, Person, Registration, Slot
from server.registrations.service import name_key
from server.schemes import scheme_of

AT_A_TIME = 20  # participants of one transaction, which other writers wait for
P = TypeVar("P", ExpertImport, EnterpriseImport)


class Faulty(Exception):
    """The event refuses some of the rows; the others were stored only if nothing was wrong when storing began."""

    def __init__(self, faults: list[ImportFault]) -> None:
        super().__init__(f"{len(faults)} rows are refused")
        self.faults = faults


@dataclass
class ImportResult:
    """The result of entering rows. rows: those that were entered. parties: those that were created or changed."""

    counts: ImportCounts = field(default_factory=ImportCounts)
    faults: list[ImportFault] = field(default_factory=list)
    invited: People = field(default_factory=list)
    rows: set[RowKey] = field(default_factory=set)
    parties: list[Registration] = field(default_factory=list)


async def batch_of_upload(event: Event, opened: Opened) -> Batch:
    """Return the rows of an upload, read by the event's slots and topics in a thread. One query."""
    slots = await Slot.filter(event_id=event.id).order_by("start_at")
    scheme = scheme_of(event)
    return await asyncio.to_thread(
        lambda: batch_of(tables_of(opened.sheets, opened.choices), SlotWords(event, slots), scheme)
    )


async def try_out(event: Event, batch: Batch, into: Into | None = None) -> tuple[ImportCounts, list[ImportFault]]:
    """Return what storing the good rows would do, and the rows that the event refuses. Writes nothing.

    into: the delegation of the rows, if any. At most eighteen queries for each AT_A_TIME participants.
    """
    tried, ledger = ImportResult(), Ledger(event, into)
    for part in _parts(batch.good()):
        await _load(ledger, part)
        _enter(ledger, part, tried)
    return tried.counts, tried.faults


async def store_batch(
    event: Event, upload: ImportUpload, batch: Batch, *, invite: bool, in_part: bool, into: Into | None = None
) -> ImportCounts:
    """Create or update all participants of the batch; return the counts.

    Rows of participants who have signed in, entered their data or given consent change nothing: these participants
    manage their own data. invite: send an invitation to everybody who has none yet. in_part: leave out rows with
    faults; otherwise a fault raises Faulty and nothing is stored. The rows of an enterprise are stored together or not
    at all. into: the delegation of the rows, if any. A second call for the same upload stores nothing more.

    Each transaction stores some participants and notes their rows, so that another call goes on where one was broken
    off. Raises Faulty as well for rows that have become impossible since the first transaction.
    """
    _counts, refused = await try_out(event, batch, into)
    if (batch.faults or refused) and not in_part:
        raise Faulty([*batch.faults, *refused])
    stored = ImportResult()
    for part in _parts(batch.good()):
        store = partial(_store_part, event, upload, part, invite=invite, in_part=in_part, into=into)
        try:
            entered = await store()
        except IntegrityError:
            # Somebody has just created the same person or role.
            entered = await store()
        if entered is None:
            return stored.counts
        stored.counts += entered.counts
        stored.faults += entered.faults
    await _finish(upload, "" if batch.faults or stored.faults else "experts" if batch.experts else "enterprises")
    return stored.counts


@atomic
async def _store_part(
    event: Event, upload: ImportUpload, part: Batch, *, invite: bool, in_part: bool, into: Into | None
) -> ImportResult | None:
    """Store some participants and note their rows. Returns None if the upload is done or deleted."""
    standing = await uploads.locked(upload)
    if standing is None or standing.done_at is not None:
        return None
    entered, ledger = ImportResult(), Ledger(event, into)
    left = part.good(without=Choices(standing.choices).taken())
    await _load(ledger, left, is_locked=True)
    _enter(ledger, left, entered)
    if entered.faults and not in_part:
        raise Faulty(entered.faults)
    await ledger.write()
    ids, is_leader = (party.id for party in entered.parties), into is not None and into.is_leader
    await behalf.note_imported(event.id, upload.person_id, ids, is_leader=is_leader)
    if invite:
        entered.counts[LETTERS] += await _invite(event, entered.invited, is_relayed=into is not None)
    await uploads.note_taken(standing, entered.rows, done="")
    return entered


@atomic
async def _finish(upload: ImportUpload, done: str) -> None:
    standing = await uploads.locked(upload)
    if done and standing is not None and standing.done_at is None:
        await uploads.note_taken(standing, (), done=done)


def _parts(batch: Batch) -> Iterator[Batch]:
    """Yield the participants of a batch in parts, experts first."""
    for start in range(0, len(batch.experts), AT_A_TIME):
        yield Batch(batch.topics, experts=batch.experts[start : start + AT_A_TIME])
    for start in range(0, len(batch.enterprises), AT_A_TIME):
        yield Batch(batch.topics, enterprises=batch.enterprises[start : start + AT_A_TIME])


async def _load(ledger: Ledger, part: Batch, *, is_locked: bool = False) -> None:
    people = [(each.email, each.key) for each in part.experts]
    people += [(each.email, firm.key(each)) for firm in part.enterprises for each in firm.delegates]
    names = {name_key(firm.organisation.name) for firm in part.enterprises}
    emails = {email for email, _key in people if email}
    await ledger.load(emails, {key for _email, key in people}, names, is_locked=is_locked)


def _enter(ledger: Ledger, part: Batch, entered: ImportResult) -> None:
    """Enter every participant of a part, and collect counts, faults and invitations."""
    for expert in part.experts:
        _try(ledger, enter_expert, expert, ("email", expert.email), entered)
    for firm in part.enterprises:
        _try(ledger, enter_enterprise, firm, ("name", firm.organisation.name), entered)


def _try(
    ledger: Ledger,
    enter: Callable[[Ledger, P], tuple[ImportCounts, People]],
    row: P,
    about: tuple[str, str],
    entered: ImportResult,
) -> None:
    mark = ledger.mark()
    try:
        counts, people = enter(ledger, row)
    except OfRows as refused:
        ledger.undo(mark)
        entered.faults += refused.faults
        return
    except Refused as refused:
        ledger.undo(mark)
        entered.faults.append(fault(row.place, *about, refused.message))
        return
    entered.counts += counts
    entered.invited += people
    if not counts[SAME]:
        entered.parties += [party for party, _person in people]
    entered.rows |= row.rows


async def _invite(event: Event, people: Iterable[tuple[Registration, Person]], *, is_relayed: bool) -> int:
    """Send an e-mail with a sign-in link to everybody who has not got one yet; return how many were sent.

    is_relayed: whether e-mails to people without an address go to the leader of their delegation.
    """
    keys = {
        f"invited:{registration.id}:{person.id}": (registration, person)
        for registration, person in people
        if person.has_address or is_relayed
    }
    written = {row["key"] for row in await Mail.filter(key__in=list(keys)).values("key")}
    return await mail.queue_all(
        await invitations(event, {key: each for key, each in keys.items() if key not in written})
    )
