"""Write the result of a large request pair by pair, with two processes where there are two cores.

The reasons of a pair take most of the time, and the documents of all pairs most of the memory. So each pair is written
as soon as it is explained; of many pairs, a copy of the process explains the second half.
"""

import json
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO, Any

from matching.affinity.answering import Answer
from matching.formats.documents import dump

MANY = 4_000  # pairs from which a second process pays


def write(answer: Answer, file: IO[bytes], many: int = MANY) -> None:
    """Write the result document as UTF-8 JSON: the bytes of `dump(answer.document())`.

    many: number of pairs from which a second process takes half of them.
    """
    needs = range(answer.needs)
    if not answer.pairs:
        file.write(dump(answer.document()))
        return
    head = dump(answer.head())
    file.write(head.removesuffix(b"\n}\n") + b',\n"pairs": [\n')
    is_shared = len(needs) > 1 and answer.pairs >= many and _has_cores()
    half = len(needs) // 2 if is_shared else len(needs)
    _write_both(answer, needs[:half], needs[half:], file)
    file.write(b"\n]\n}\n")


def _has_cores() -> bool:
    """Whether a copy of this process can be made and has a core of its own."""
    return sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1


def _write_both(answer: Answer, ours: range, theirs: range, file: IO[bytes]) -> None:
    """Write the pairs of our needs, while a second process writes those of theirs; then append what it wrote."""
    if not theirs:
        file.writelines(_lines(answer, ours, is_first=True))
        return
    with TemporaryFile() as other:
        child = os.fork()
        if child == 0:
            # Nothing of the first process may end with this one: no buffers, no threads, no handlers.
            status = 1
            with suppress(BaseException):
                other.writelines(_lines(answer, theirs, is_first=False))
                other.flush()
                status = 0
            os._exit(status)
        try:
            file.writelines(_lines(answer, ours, is_first=True))
            _, status = os.waitpid(child, 0)
        except BaseException:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            raise
        if status == 0:
            other.seek(0)
            copyfileobj(other, file, 1 << 20)
        else:  # it ran out of memory, for example
            file.writelines(_lines(answer, theirs, is_first=False))


def _lines(answer: Answer, needs: Iterable[int], *, is_first: bool) -> Iterator[bytes]:
    for need in needs:
        for pair in answer.pairs_of(need):
            yield _encoded(pair) if is_first else b",\n" + _encoded(pair)
            is_first = False


def _encoded(pair: dict[str, Any]) -> bytes:
    return json.dumps(pair, ensure_ascii=False, allow_nan=False).encode()
