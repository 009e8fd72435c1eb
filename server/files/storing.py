"""The bytes of uploaded files in FILES_DIR: one file for each, under a random name, for its owner alone.

Bytes are written before their row and deleted after it. What a crash leaves between the two has no row and is deleted
by `sweep`.
"""

import os
import re
import secrets
import time
from collections.abc import Collection, Iterator
from pathlib import Path

from server import backup
from server.models.files import FILE_KEY

KEY = re.compile(rf"[0-9a-f]{{{FILE_KEY}}}")
# A file without a row that is younger may be that of a transaction that is not over yet.
YOUNG_S = 3600


def write(folder: Path, data: bytes) -> str:
    """Store the bytes so that they survive a power cut, and return their new key."""
    key = secrets.token_hex(FILE_KEY // 2)
    path = path_of(folder, key)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        backup.rename_into_place(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    return key


def read(folder: Path, key: str) -> bytes | None:
    """Return the bytes, None if they are lost."""
    path = path_of(folder, key)
    return path.read_bytes() if path.is_file() else None


def delete(folder: Path, keys: Collection[str]) -> None:
    """Delete the bytes; call after the rows are gone."""
    for key in keys:
        path_of(folder, key).unlink(missing_ok=True)


def path_of(folder: Path, key: str) -> Path:
    """Return where the bytes are. key: of a row."""
    assert KEY.fullmatch(key)
    return folder / key[:2] / key


def stored(folder: Path) -> Iterator[Path]:
    """Yield the files of the folder that have a key as their name."""
    yield from (path for path in sorted(folder.glob("??/*")) if KEY.fullmatch(path.name) and path.is_file())


def sweep(folder: Path, known: Collection[str]) -> int:
    """Delete bytes that have no row, and return how many there were. known: the keys of all rows."""
    old = time.time() - YOUNG_S
    gone = [path for path in folder.glob("??/*") if path.name not in known and _is_older(path, old)]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def _is_older(path: Path, instant: float) -> bool:
    is_ours = KEY.fullmatch(path.name) or path.suffix == ".partial"
    try:
        return bool(is_ours) and path.stat().st_mtime < instant
    except FileNotFoundError:
        return False
