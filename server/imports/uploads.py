"""Uploaded files, kept for one day with the choices made on the page, for the organiser who uploaded them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tortoise.query_utils import Prefetch

from server.db import atomic, lock
from server.imports.choices import Choices, RowKey, merged_choices, with_rows
from server.imports.reading import Contents, Sheet, read
from server.models import Event, ImportFile, ImportUpload, Person
from server.models.base import NAME

LIFETIME = timedelta(hours=24)
SHOWN = 5


@dataclass(frozen=True)
class Opened:
    """An upload with its files as read now. contents: in the order of the files."""

    upload: ImportUpload
    files: Sequence[ImportFile]
    contents: Sequence[Contents]
    choices: Choices

    @property
    def sheets(self) -> list[Sheet]:
        return [sheet for each in self.contents for sheet in each.sheets]

    @property
    def hidden(self) -> tuple[int, int, int]:
        """How many hidden sheets, rows and columns were left out."""
        sheets, rows, columns = (sum(each.hidden[place] for each in self.contents) for place in range(3))
        return sheets, rows, columns


@atomic
async def keep_files(
    event: Event, person: Person, files: Iterable[tuple[str, bytes]], delegation_id: int | None = None
) -> ImportUpload:
    """Store the files for one day, and delete uploads older than a day. delegation_id: whose members the rows are."""
    now = datetime.now(UTC)
    await ImportUpload.filter(expires_at__lt=now).delete()
    upload = await ImportUpload.create(
        event_id=event.id, person_id=person.id, delegation_id=delegation_id, expires_at=now + LIFETIME
    )
    for position, (name, data) in enumerate(files):
        await ImportFile.create(upload_id=upload.id, position=position, name=name[:NAME], data=data)
    return upload


async def of(event: Event, person: Person, delegation_id: int | None = None) -> list[ImportUpload]:
    """Return the person's latest unfinished uploads to the event or a delegation; `files` are loaded without bytes."""
    files = ImportFile.all().order_by("position").only("id", "upload_id", "position", "name", "encoding")
    standing = ImportUpload.filter(
        event_id=event.id,
        person_id=person.id,
        delegation_id=delegation_id,
        done_at=None,
        expires_at__gte=datetime.now(UTC),
    )
    return await standing.order_by("-id").limit(SHOWN).prefetch_related(Prefetch("files", queryset=files))


async def open_up(upload: ImportUpload) -> Opened:
    """Read the files of an upload again, each in a separate process. Raises Unreadable."""
    files = await ImportFile.filter(upload_id=upload.id).order_by("position")
    choices = Choices(upload.choices)
    contents = [
        await read(file.name, bytes(file.data), encoding=file.encoding, hidden=choices.hidden) for file in files
    ]
    return Opened(upload, files, contents, choices)


async def locked(upload: ImportUpload) -> ImportUpload | None:
    """Return the row as stored, locked until the caller's transaction ends, or None if it was deleted."""
    return await lock(ImportUpload, upload.id)


@atomic
async def choose(upload: ImportUpload, posted: Mapping[str, str], encodings: Mapping[int, str]) -> ImportUpload:
    """Save the choices and corrections of a form. encodings: chosen code pages by file position."""
    standing = await locked(upload)
    if standing is None:
        return upload
    choices = merged_choices(standing.choices, posted)
    await ImportUpload.filter(id=upload.id).update(choices=choices, expires_at=datetime.now(UTC) + LIFETIME)
    for position, encoding in encodings.items():
        await ImportFile.filter(upload_id=upload.id, position=position).update(encoding=encoding[:32])
    standing.choices = choices
    return standing


@atomic
async def forget_pages(upload: ImportUpload) -> ImportUpload:
    """Forget the chosen code pages, so that they are detected again."""
    await ImportFile.filter(upload_id=upload.id).update(encoding="")
    return upload


def is_over(upload: ImportUpload) -> bool:
    """Return whether the upload is older than a day."""
    return bool(upload.expires_at < datetime.now(UTC))


async def note_taken(upload: ImportUpload, rows: Iterable[RowKey], *, done: str) -> None:
    """Save which rows were stored. Call inside the transaction that stores them.

    done: "" while rows are left; otherwise the path of the page to show next, and the files are deleted.
    """
    if not done:
        await ImportUpload.filter(id=upload.id).update(choices=with_rows(upload.choices, "taken", rows))
    else:
        await ImportUpload.filter(id=upload.id).update(choices={"to": done}, done_at=datetime.now(UTC))
        await ImportFile.filter(upload_id=upload.id).delete()


@atomic
async def discard(upload: ImportUpload) -> None:
    """Delete the upload with its files."""
    await ImportUpload.filter(id=upload.id).delete()
