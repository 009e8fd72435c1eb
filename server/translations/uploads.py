"""Uploaded spreadsheets of translations: kept for a day, checked on each page, stored at once.

Each public function that writes is one transaction.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.exceptions import IntegrityError

from i18n import _
from server.db import atomic, lock
from server.edits import UNSEEN
from server.errors import NotFound, Refused
from server.imports import reading
from server.models import Event, Person, Translation, TranslationState, TranslationUpload
from server.models.base import NAME
from server.translations import service
from server.translations.sheets import NewText, SheetCheck, check
from server.translations.texts import NEED_FIELDS, EventField, hash_of
from server.translations.work import Reach, work_of

LIFETIME = timedelta(hours=24)
ENGINE = "xlsx"  # of machine translations that came in a file


class ChangedMeanwhile(Refused):
    """Somebody else saved one of the translations at the same moment."""

    def __init__(self) -> None:
        super().__init__(_("This was changed at the same moment. Try again."))


@atomic
async def keep(event: Event, person: Person, name: str, data: bytes) -> TranslationUpload:
    """Keep a file for a day, and delete older ones."""
    now = datetime.now(UTC)
    await TranslationUpload.filter(expires_at__lt=now).delete()
    return await TranslationUpload.create(
        event_id=event.id, person_id=person.id, name=name[:NAME], data=data, expires_at=now + LIFETIME
    )


@atomic
async def discard(upload: TranslationUpload) -> None:
    """Delete a file."""
    await upload.delete()


async def checked(event: Event, upload: TranslationUpload, reach: Reach) -> SheetCheck:
    """Return what the file would change now. Raises Unreadable, NoTexts."""
    contents = await reading.read(upload.name, bytes(upload.data))
    return check(contents, await work_of(event), reach)


async def store(event: Event, upload: TranslationUpload, reach: Reach, by: Person, *, is_checked: bool) -> int:
    """Store the good rows of the file and delete it; return how many rows have changed a translation.

    is_checked: whether the person vouches for them; rows that the file calls machine drafts stay such. Raises
    ChangedMeanwhile, and NotFound if the file was stored already.
    """
    contents = await reading.read(upload.name, bytes(upload.data))
    return await _store(event, upload, contents, reach, by, is_checked=is_checked)


@atomic
async def _store(
    event: Event,
    upload: TranslationUpload,
    contents: reading.Contents,
    reach: Reach,
    by: Person,
    *,
    is_checked: bool,
) -> int:
    if await lock(TranslationUpload, upload.id) is None:
        raise NotFound
    found = check(contents, await work_of(event), reach)
    rows = [each for each in found.good if not isinstance(each.key.field, EventField)]
    await service.review_again(event, {each.key.row_id for each in rows if each.key.field in NEED_FIELDS}, by)
    for each in found.good:
        if isinstance(each.key.field, EventField):
            await service.write_event_text(event, each.key, each.locale, each.text, UNSEEN)
    try:
        await _write(event, rows, by, is_checked=is_checked)
    except IntegrityError:
        raise ChangedMeanwhile from None
    await upload.delete()
    return len(found.good)


async def _write(event: Event, given: list[NewText], by: Person, *, is_checked: bool) -> None:
    stored: dict[tuple[Any, ...], Translation] = {
        (each.field, each.registration_id, each.need_id, each.delegate_id, each.locale): each
        for each in await Translation.filter(event_id=event.id, locale__in={each.locale for each in given})
    }
    new: list[Translation] = []
    old: list[Translation] = []
    for each in given:
        owner = service.owner_of(each.key)
        ids = [owner.get(f"{name}_id") for name in ("registration", "need", "delegate")]
        known = stored.get((each.key.field, *ids, each.locale))
        row = known or Translation(event_id=event.id, field=each.key.field, locale=each.locale, **owner)
        (old if known else new).append(_filled(row, each, by, is_checked=is_checked))
    await Translation.bulk_create(new)
    if old:
        source, vouched = ("source_hash", "source_text"), ("author_id", "checker_id", "checked_at")
        columns = ("text", "state", "engine", *source, *vouched, "updated_at")
        await Translation.bulk_update(old, columns)


def _filled(row: Translation, given: NewText, by: Person, *, is_checked: bool) -> Translation:
    is_machine, now = given.state is TranslationState.MACHINE, datetime.now(UTC)
    vouched = is_checked and not is_machine
    row.text, row.updated_at = given.text, now
    row.source_hash, row.source_text = hash_of(given.source), given.source
    row.state = TranslationState.CHECKED if vouched else given.state
    row.engine, row.author_id = (ENGINE, None) if is_machine else ("", by.id)
    row.checker_id, row.checked_at = (by.id, now) if vouched else (None, None)
    return row
