"""Who may open which file, and the files that pages show."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from starlette.requests import Request

from server import access
from server.errors import NotFound
from server.files.service import FileOwner
from server.models import FileKind, FileReaders, Need, NeedState, Registration, Right, Side, StoredFile
from server.needs import disclosure
from server.needs.reviewing import REVIEWABLE
from server.rows import EventRows, load_rows

# Readers of files that nobody of the other side may open.
KEPT_INSIDE = frozenset({FileReaders.ORGANISERS, FileReaders.NOBODY})


@dataclass(frozen=True)
class ShownFiles:
    """Files for one reader, oldest first."""

    files: Sequence[StoredFile] = ()

    @property
    def photo(self) -> StoredFile | None:
        return next((file for file in self.files if file.kind is FileKind.PHOTO), None)

    @property
    def papers(self) -> list[StoredFile]:
        """Return the party's files without the photo, the CV first."""
        own = [file for file in self.files if file.need_id is None and file.kind is not FileKind.PHOTO]
        return sorted(own, key=lambda file: file.kind is not FileKind.CV)

    def of_need(self, need_id: int) -> list[StoredFile]:
        return [file for file in self.files if file.need_id == need_id]


async def files_of(owner: FileOwner) -> list[StoredFile]:
    """Return the owner's files, oldest first. One query."""
    return await owner.files().order_by("id")


async def all_of(parties: Iterable[int]) -> ShownFiles:
    """Return the files of parties and of their needs that organisers may open. One query."""
    files = StoredFile.filter(registration_id__in=list(parties)).exclude(readers=FileReaders.NOBODY)
    return ShownFiles(await files.order_by("id").select_related("need"))


async def for_reviewers(need: Need) -> list[StoredFile]:
    """Return the files of a need that the other side may open once it is published. One query."""
    return await StoredFile.filter(need_id=need.id).exclude(readers__in=list(KEPT_INSIDE)).order_by("id")


async def for_other_side(rows: EventRows, reader: Registration, party: Registration) -> ShownFiles:
    """Return the files of a party that a participant of the other side may open. One query."""
    every = await all_of([party.id])
    return ShownFiles([file for file in every.files if may_open(rows, reader, party, file)])


def may_open(rows: EventRows, reader: Registration, party: Registration, file: StoredFile) -> bool:
    """Return whether a participant of the other side may open a file of the party. file: with its need."""
    shown = rows.party_by_id.get(party.id)
    if shown is None or not shown.is_shown or reader.side == party.side or not reader.takes_part:
        return False
    expert, enterprise = (reader, party) if reader.side == Side.EXPERT else (party, reader)
    kinds, pair = rows.wish_kinds, (expert.id, enterprise.id)
    if pair in rows.barred and pair not in rows.published_pairs:
        return False
    is_agreed = disclosure.is_agreed(kinds.get(pair), kinds.get(pair[::-1])) or pair in rows.published_pairs
    return is_open(file, is_agreed=is_agreed)


def is_open(file: StoredFile, *, is_agreed: bool) -> bool:
    """Return whether the other side may open a file. file: with its need. is_agreed: both sides want to meet."""
    if file.readers in KEPT_INSIDE or (file.readers is FileReaders.AGREED and not is_agreed):
        return False
    need = file.need
    if need is None:
        return True
    return bool(need.state == NeedState.PUBLISHED and disclosure.to_expert(need, is_agreed=is_agreed).is_whole)


def _is_reviewed(file: StoredFile) -> bool:
    """Return whether reviewers see the file beside its need. file: with need and party."""
    is_standing = file.registration.withdrawn_at is None and file.readers not in KEPT_INSIDE
    return is_standing and file.need is not None and file.need.state in REVIEWABLE


async def opened(request: Request) -> StoredFile:
    """Return the file of the path if the viewer may open it. Raises NotFound."""
    file = await access.of_event(request, StoredFile, "file", "registration", "need")
    standing = access.own(request)
    may_organise = standing.may(Right.PEOPLE) and file.readers is not FileReaders.NOBODY
    if may_organise or (standing.party is not None and standing.party.id == file.registration_id):
        return file
    if standing.reviewer is not None and _is_reviewed(file):
        return file
    rows = await load_rows(access.event(request))
    if standing.party is None or not may_open(rows, standing.party, file.registration, file):
        raise NotFound
    return file
