"""Keep the totals of an event's scores in a file, so that another process need not score the event again.

The file holds no text: sides come from whoever reads it, as do the topic scheme and the encoder. It does hold the words
that the texts use and how rare they are. Its matrices are mapped into memory: what nobody looks at takes none.

    a line of JSON (what the caller notes, and where everything lies), a pickle, then the numbers of each matrix

A pickle may run code: only files are read that this program has written, in a folder of its own.
"""

import json
import mmap
import pickle
from collections.abc import Mapping, Sequence
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from matching.affinity.answering import VERSION
from matching.affinity.embedding import Embedder
from matching.affinity.request import Expert, Need
from matching.affinity.scheme import Scheme
from matching.affinity.space import space
from matching.affinity.totals import Totals

FORMAT = f"duijie-scores/1 {VERSION}"
ALIGNED = 64  # bytes; what matrices begin at a multiple of
MOST_HEAD = 4_000_000  # bytes of the first line
_PACKAGES = frozenset({"numpy", "scipy", "matching", "collections", "builtins", "copyreg", "functools", "_codecs"})


class FileError(Exception):
    """The file is not there, damaged, or of another version."""


def write(totals: Totals, path: Path, note: Mapping[str, Any], topics: Scheme) -> None:
    """Write totals into a file for its owner alone, in place of an older one. note: what `note_of` returns."""
    head, buffers = BytesIO(), list[pickle.PickleBuffer]()
    pickler = _Pickler(head, protocol=5, buffer_callback=buffers.append)
    outside = _outside(totals.needs, totals.experts, topics, totals.embedder)
    pickler.outside = {id(each): name for name, each in outside.items() if each is not None}
    pickler.dump(totals)
    pieces: list[Any] = [head.getbuffer(), *(buffer.raw() for buffer in buffers)]
    line = json.dumps({"format": FORMAT, "note": note, "sizes": [piece.nbytes for piece in pieces]}).encode() + b"\n"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with NamedTemporaryFile(dir=path.parent, delete=False) as file:
        try:
            for piece in (line, *pieces):
                file.write(piece)
                file.write(bytes(-file.tell() % ALIGNED))
            file.flush()
            Path(file.name).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(file.name).unlink()
            raise


def note_of(path: Path) -> Mapping[str, Any]:
    """Return what was noted when a file was written. Raises FileError."""
    with _opened(path) as file:
        note: Mapping[str, Any] = _head(file.readline(MOST_HEAD))["note"]
    return note


def read(
    path: Path, needs: Sequence[Need], experts: Sequence[Expert], topics: Scheme, embedder: Embedder | None
) -> Totals:
    """Return the totals in a file. Raises FileError.

    needs, experts: those that were scored, in the same order. One whose text is not known any more has none: its pairs
    have totals, but cannot be explained.
    """
    with _opened(path) as file:
        line = file.readline(MOST_HEAD)
        head = _head(line)
        try:
            whole = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
            at, pieces = _aligned(len(line)), []
            for size in head["sizes"]:
                pieces.append(whole[at : at + size])
                at = _aligned(at + size)
            unpickler = _Unpickler(BytesIO(pieces[0]), buffers=pieces[1:])
            unpickler.outside = _outside(tuple(needs), tuple(experts), topics, embedder)
            found = unpickler.load()
        except Exception as error:  # whatever damaged bytes may raise
            raise FileError(f"{path} cannot be read: {error}") from error
    if not isinstance(found, Totals):
        raise FileError(f"{path} holds something else")
    return found


def _outside(
    needs: Sequence[Need], experts: Sequence[Expert], topics: Scheme, embedder: Embedder | None
) -> dict[str, Any]:
    return {"needs": needs, "experts": experts, "topics": topics, "space": space(topics), "embedder": embedder}


def _aligned(at: int) -> int:
    return at + -at % ALIGNED


def _opened(path: Path) -> Any:
    try:
        return path.open("rb")
    except OSError as error:
        raise FileError(f"{path}: {error.strerror}") from error


def _head(line: bytes) -> dict[str, Any]:
    try:
        head: dict[str, Any] = json.loads(line)
        if head["format"] == FORMAT and isinstance(head["note"], dict):
            return head
    except (ValueError, KeyError, TypeError):
        pass
    raise FileError("the file is of another version, or damaged")


class _Pickler(pickle.Pickler):
    """Leaves out what is named in `outside`, by id."""

    outside: Mapping[int, str]

    def persistent_id(self, obj: Any) -> str | None:
        return self.outside.get(id(obj))


class _Unpickler(pickle.Unpickler):
    """Puts in what is named in `outside`."""

    outside: Mapping[str, Any]

    def persistent_load(self, pid: Any) -> Any:
        return self.outside[pid]

    def find_class(self, module: str, name: str) -> Any:
        if module.partition(".")[0] not in _PACKAGES:
            raise pickle.UnpicklingError(f"{module}.{name} is no part of scores")
        return super().find_class(module, name)
