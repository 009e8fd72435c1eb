"""Bytes of uploaded files: those without a row go, and backups have the others."""

import os
import tarfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from server.files import archive, clearing, storing
from server.housekeeping import tidy
from server.models import Registration, StoredFile
from server.settings import Settings
from tests.client import Client
from tests.server.hostile_files import docx, pdf
from tests.server.test_files import bytes_in, expert_at, upload


def make_old(path: Path) -> None:
    before = datetime.now(UTC).timestamp() - 2 * storing.YOUNG_S
    os.utime(path, (before, before))


async def test_bytes_without_a_row_are_deleted_once_they_are_old(client: Client, settings: Settings) -> None:
    event, _expert = await expert_at(client)
    await upload(client, f"/e/{event.slug}/me/files")
    old, young = (storing.path_of(settings.files_dir, storing.write(settings.files_dir, b"x")) for _ in range(2))
    foreign = settings.files_dir / "aa" / "notes.txt"
    foreign.parent.mkdir(exist_ok=True)
    foreign.write_text("mine")
    for path in (old, foreign, *storing.stored(settings.files_dir)):
        if path != young:
            make_old(path)

    assert await clearing.sweep(settings.files_dir) == 1

    assert [path.exists() for path in (old, young, foreign)] == [False, True, True]
    assert pdf() in bytes_in(settings)


async def test_files_of_a_party_that_left_are_deleted_after_a_day(client: Client) -> None:
    event, expert = await expert_at(client)
    await upload(client, f"/e/{event.slug}/me/files")
    await Registration.filter(id=expert.id).update(withdrawn_at=datetime.now(UTC) - timedelta(hours=23))
    await tidy()
    kept = await StoredFile.all().count()
    await Registration.filter(id=expert.id).update(withdrawn_at=datetime.now(UTC) - timedelta(hours=25))
    await tidy()

    assert (kept, await StoredFile.all().count()) == (1, 0)


async def test_a_file_whose_bytes_are_lost_is_not_found(client: Client, settings: Settings) -> None:
    event, _expert = await expert_at(client)
    await upload(client, f"/e/{event.slug}/me/files")
    file = await StoredFile.get()
    storing.delete(settings.files_dir, [file.key])

    assert (await client.get(f"/e/{event.slug}/files/{file.id}")).status_code == 404


# Backups ----------------------------------------------------------------------------------------------------------


async def test_a_backup_has_the_files_and_a_restore_brings_them_back(
    client: Client, settings: Settings, tmp_path: Path
) -> None:
    event, _expert = await expert_at(client)
    await upload(client, f"/e/{event.slug}/me/files")
    second = docx()
    await upload(client, f"/e/{event.slug}/me/files", second, "a.docx", kind="other")
    packed = archive.pack(settings.files_dir, tmp_path / "monday")
    [first, *_rest] = storing.stored(settings.files_dir)
    first.unlink()

    restored = archive.unpack(tmp_path / "monday", settings.files_dir)

    assert (packed, restored, sorted(bytes_in(settings))) == (2, 1, sorted([pdf(), second]))
    assert archive.beside(tmp_path / "monday").stat().st_mode & 0o777 == 0o600
    assert {path.stat().st_mode & 0o777 for path in storing.stored(settings.files_dir)} == {0o600}


async def test_an_archive_cannot_write_elsewhere(settings: Settings, tmp_path: Path) -> None:
    with tarfile.open(archive.beside(tmp_path / "evil"), "w") as made:
        for name in ("../../evil", "/etc/evil", "a" * 31, "aa/" + "a" * 32):
            made.addfile(tarfile.TarInfo(name))

    assert archive.unpack(tmp_path / "evil", settings.files_dir) == 0
