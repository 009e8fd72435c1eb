"""Bytes of uploaded files when something breaks: the disk is full, or the caller goes away."""

import asyncio
import errno
import os
from pathlib import Path

import pytest

from server import db
from server.files import storing
from server.files.clearing import bytes_follow_rows
from tests import factories


def test_a_full_disk_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)) as refused:
        storing.write(tmp_path, b"x")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert db.is_unavailable(refused.value)
    assert not db.is_unavailable(FileNotFoundError(errno.ENOENT, ""))


@pytest.mark.parametrize(("is_cancelled", "number"), [(True, 1), (False, 0)])
async def test_bytes_stay_while_nobody_knows_whether_their_row_does(
    database: None, tmp_path: Path, is_cancelled: bool, number: int
) -> None:
    party = await factories.expert(await factories.event())
    key = storing.write(tmp_path, b"x")
    with pytest.raises((asyncio.CancelledError, RuntimeError)):
        async with bytes_follow_rows(tmp_path, party.id, new=[key]):
            raise asyncio.CancelledError if is_cancelled else RuntimeError
    assert len(list(storing.stored(tmp_path))) == number
