"""Add, share and remove files. Each public function is one transaction; bytes are written before and deleted after."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from tortoise.queryset import QuerySet

from i18n import ngettext_
from server.db import atomic, lock
from server.errors import NotFound, Refused, refuse_first
from server.files.checking import CheckedFile
from server.models import Consent, Event, FileKind, FileReaders, Need, NeedState, Person, Registration, StoredFile
from server.models.files import MAX_FILES
from server.needs import service as needs
from server.registrations import agreeing
from server.registrations.consents import FILES, NOT_TICKED_FOR_FILES, PORTRAIT, Purpose

# How many people of the other side may open a file, compared.
WIDTH = {FileReaders.NOBODY: 0, FileReaders.ORGANISERS: 0, FileReaders.AGREED: 1, FileReaders.OTHER_SIDE: 2}


class TooManyFiles(Refused):
    """The owner has as many files as it may have."""

    field = "file"

    def __init__(self) -> None:
        super().__init__(
            ngettext_(
                "You can keep at most %(num)s file here. Remove a file first.",
                "You can keep at most %(num)s files here. Remove a file first.",
                MAX_FILES,
            )
        )


class FilesNotAgreed(Refused):
    """The person has not given the consent that files of this kind need."""

    status = 422
    field = "agree"

    def __init__(self) -> None:
        super().__init__(NOT_TICKED_FOR_FILES)


@dataclass(frozen=True)
class FileOwner:
    """A party, or one of its needs, that has files."""

    party: Registration
    need: Need | None = None

    @property
    def needs_consent(self) -> bool:
        """Whether its files tell about a person."""
        return self.need is None

    def files(self) -> QuerySet[StoredFile]:
        return StoredFile.filter(registration_id=self.party.id, need_id=self.need.id if self.need else None)


def purpose_for(kind: FileKind) -> Purpose:
    """Return the consent that files of this kind need."""
    return PORTRAIT if kind is FileKind.PHOTO else FILES


async def agreed_kinds(event_id: int, person: Person) -> frozenset[FileKind]:
    """Return the kinds of files to which the person has consented."""
    codes = [purpose_for(kind).code for kind in FileKind]
    rows = Consent.filter(event_id=event_id, person_id=person.id, purpose__in=codes, withdrawn_at=None)
    given = {consent.purpose for consent in await rows.only("purpose")}
    return frozenset(kind for kind in FileKind if purpose_for(kind).code in given)


async def refusals(owner: FileOwner, person: Person, kind: FileKind, *, agrees: bool) -> AsyncIterator[Refused]:
    """Yield why a file of this kind cannot be added."""
    if owner.needs_consent and not agrees and kind not in await agreed_kinds(owner.party.event_id, person):
        yield FilesNotAgreed()
    if kind is FileKind.OTHER and await owner.files().filter(kind=kind).count() >= MAX_FILES:
        yield TooManyFiles()


@atomic
async def add(
    owner: FileOwner,
    by: Person,
    kind: FileKind,
    file: CheckedFile,
    *,
    key: str,
    readers: FileReaders,
    agrees: bool = False,
    locale: str = "en",
) -> None:
    """Store the row of a file whose bytes are stored under key.

    A photo and a CV take the place of the former ones. A file that is there already only changes its readers. A need
    is reviewed again before the other side opens the file. agrees: the person has ticked the consent, as shown in the
    locale. Raises FilesNotAgreed, TooManyFiles, and NotFound if the need is withdrawn.
    """
    await lock(Registration, owner.party.id)
    await refuse_first(refusals(owner, by, kind, agrees=agrees))
    if owner.needs_consent and agrees:
        await _record_consent(owner, by, kind, locale)
    same = await owner.files().filter(kind=kind, digest=file.digest).first()
    await _review(owner, by, same.readers if same else FileReaders.NOBODY, readers)
    if same is not None:
        await StoredFile.filter(id=same.id).update(readers=readers)
        return
    if kind is not FileKind.OTHER:
        await owner.files().filter(kind=kind).delete()
    await _create(owner, file, by_id=by.id, kind=kind, readers=readers, key=key)


async def _create(owner: FileOwner, file: CheckedFile, **columns: Any) -> None:
    await StoredFile.create(
        event_id=owner.party.event_id,
        registration_id=owner.party.id,
        need_id=owner.need.id if owner.need else None,
        name=file.name,
        media_type=file.media_type,
        size=len(file.data),
        digest=file.digest,
        **columns,
    )


async def _record_consent(owner: FileOwner, by: Person, kind: FileKind, locale: str) -> None:
    if kind not in await agreed_kinds(owner.party.event_id, by):
        event, purpose = await Event.get(id=owner.party.event_id), purpose_for(kind)
        await agreeing.record(event, by, [purpose.code], locale=locale, offered=[purpose])


async def refuse_unknown(owner: FileOwner, id: int) -> None:
    """Raise NotFound if the owner has no such file."""
    if not await owner.files().filter(id=id).exists():
        raise NotFound


@atomic
async def share(owner: FileOwner, by: Person, id: int, readers: FileReaders) -> None:
    """Change who may open a file of the owner. A need is reviewed again if more may. Raises NotFound."""
    await lock(Registration, owner.party.id)
    file = await owner.files().get_or_none(id=id)
    if file is None:
        raise NotFound
    await _review(owner, by, file.readers, readers)
    await StoredFile.filter(id=id).update(readers=readers)


async def _review(owner: FileOwner, by: Person, before: FileReaders, after: FileReaders) -> None:
    """Have the owner's need reviewed again if more people may open one of its files. Raises NotFound if withdrawn."""
    if owner.need is None:
        return
    need = await lock(Need, owner.need.id)
    # An organiser may have merged the enterprise into another registration meanwhile.
    if need is None or need.state == NeedState.WITHDRAWN or need.registration_id != owner.party.id:
        raise NotFound
    if WIDTH[after] > WIDTH[before]:
        await needs.review_again(await Event.get(id=owner.party.event_id), need, by)


@atomic
async def remove(owner: FileOwner, id: int) -> None:
    """Delete the row of a file of the owner. Raises NotFound."""
    if not await owner.files().filter(id=id).delete():
        raise NotFound
