"""Spreadsheets, orders of machine drafts and files, as people have uploaded or asked for them."""

from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from server.files import storing
from server.imports import uploads
from server.models import (
    DraftFault,
    DraftOrder,
    Event,
    FileKind,
    FileReaders,
    ImportUpload,
    Need,
    Person,
    Registration,
    StoredFile,
    TranslationUpload,
)
from server.translations import uploads as translation_uploads

_numbers = count()


async def upload(
    event: Event,
    person: Person,
    content: bytes = b"email,full_name\na@example.org,A\n",
    delegation_id: int | None = None,
) -> ImportUpload:
    """Create an upload of a spreadsheet that is not imported yet, into a delegation or the event."""
    return await uploads.keep_files(event, person, [("experts.csv", content)], delegation_id)


async def translation_upload(
    event: Event, person: Person, content: bytes = b"Key,Translation\ntitle-1,x\n"
) -> TranslationUpload:
    """Create an upload of translations that are not stored yet."""
    return await translation_uploads.keep(event, person, "texts.csv", content)


async def draft_order(event: Event, person: Person, **values: Any) -> DraftOrder:
    """Create an order of machine drafts into Russian that an engine gave up."""
    defaults = {"locale": "ru", "engine": "DeepL api.example", "fault": DraftFault.KEY, "ended_at": datetime.now(UTC)}
    return await DraftOrder.create(event=event, by=person, **{**defaults, **values})


async def stored_file(owner: Registration | Need, folder: Path | None = None, **values: Any) -> StoredFile:
    """Create a CV of a party, or a file of a need, that organisers may open beside the owner.

    folder: FILES_DIR, if the bytes are to be stored as well.
    """
    data, number = b"%PDF-1.7", next(_numbers)
    party = await Registration.get(id=owner.registration_id) if isinstance(owner, Need) else owner
    defaults: dict[str, Any] = {
        "event_id": party.event_id,
        "need_id": owner.id if isinstance(owner, Need) else None,
        "kind": FileKind.OTHER if isinstance(owner, Need) else FileKind.CV,
        "readers": FileReaders.ORGANISERS,
        "name": f"file{number}.pdf",
        "media_type": "application/pdf",
        "size": len(data),
        "digest": f"{number:064x}",
        "key": storing.write(folder, data) if folder else f"{number:032x}",
    }
    return await StoredFile.create(registration_id=party.id, **{**defaults, **values})
