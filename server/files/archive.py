"""Uploaded files beside a backup of the database, in one archive.

Bytes never change under their key, so an archive that is made after the copy of the database has all that its rows
refer to, but for files that were removed in between.
"""

import os
import shutil
import tarfile
from pathlib import Path

from server import backup
from server.files import storing


def beside(target: Path) -> Path:
    """Return where the files of a backup are."""
    return target.with_name(f"{target.name}.files.tar")


def pack(folder: Path, target: Path) -> int:
    """Write an archive of all stored files beside the backup, and return how many it has. Replaces a former one."""
    archive = beside(target)
    partial = archive.with_name(f".{archive.name}.partial")
    partial.unlink(missing_ok=True)
    partial.touch(mode=0o600)
    number = 0
    try:
        with tarfile.open(partial, "w") as made:
            for path in storing.stored(folder):
                try:
                    made.add(path, arcname=path.name, recursive=False)
                except FileNotFoundError:
                    continue  # removed meanwhile
                number += 1
        backup.rename_into_place(partial, archive)
    finally:
        partial.unlink(missing_ok=True)
    return number


def unpack(archived: Path, folder: Path) -> int:
    """Store the files of a backup that the folder does not have, and return how many there were.

    Files whose rows have ended since the backup come back as well, with their former dates, so that the first worker
    deletes them at its start.
    """
    if not beside(archived).is_file():
        return 0
    number = 0
    with tarfile.open(beside(archived), "r") as opened:
        for member in opened:
            content = opened.extractfile(member) if member.isreg() and storing.KEY.fullmatch(member.name) else None
            if content is None or storing.path_of(folder, member.name).exists():
                continue
            path = storing.path_of(folder, member.name)
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            partial = path.with_suffix(".partial")
            with partial.open("wb") as out:
                partial.chmod(0o600)
                shutil.copyfileobj(content, out)
            os.utime(partial, (member.mtime, member.mtime))
            backup.rename_into_place(partial, path)
            number += 1
    return number
