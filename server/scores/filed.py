"""Files with the totals of large events, made by a process of their own, found by every process of this machine.

A file says of which sides it was made, by digests of what was asked. So a process that starts has the scores at once,
two processes show the same, and what has changed since is known without another record. The files stand beside the
vectors of texts, for their owner alone.
"""

import hashlib
import json
import os
import pickle
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from matching import affinity
from matching.affinity import filing
from server.scores import computing
from server.scores.computing import Work
from server.settings import Settings

KINDS = ("needs", "experts")
LARGE = 400  # needs and experts; fewer are scored in less time than a process takes to start
LOWEST = 10  # niceness: pages come first
KEPT_DAYS = 30  # days without use, as for the vectors of texts
ROOT = Path(__file__).parents[2]


class Filed(NamedTuple):
    """Totals from a file. request: that they answer; a side that is not known any more has its id alone."""

    totals: affinity.Totals
    request: dict[str, Any]


class ScoreFiles:
    """The files of one installation. least: number of needs and experts from which an event is scored this way."""

    def __init__(self, settings: Settings, least: int = LARGE) -> None:
        self._settings = settings
        self.least = least
        self._folder = settings.match_embed_cache.parent / "scores"
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = Lock()
        self.is_closed = False

    def find(
        self, name: str, request: Mapping[str, Any], topics: affinity.Scheme, embedder: affinity.Embedder | None
    ) -> Filed | None:
        """Return the totals of an event as they were last filed, whatever sides have changed since, or None."""
        path = self._path(name)
        try:
            note = filing.note_of(path)
            if note["of"] != _of(request, topics, embedder):
                return None
            then = {**request, **{kind: _then(request[kind], note[kind]) for kind in KINDS}}
            read = affinity.read_request(then, topics=topics)
            found = Filed(filing.read(path, read.needs, read.experts, topics, embedder), then)
            os.utime(path)
            return found
        except (filing.FileError, affinity.EmbeddingError, OSError):
            return None

    def make(
        self, name: str, request: dict[str, Any], topics: affinity.Scheme, embedder: affinity.Embedder | None
    ) -> affinity.Totals:
        """Score an event in a process of its own, and file the totals. Takes long. Raises FileError if that fails."""
        note = {"of": _of(request, topics, embedder), **{kind: _noted(request[kind]) for kind in KINDS}}
        self._delete_unused()
        work = Work(self._path(name), note, request, topics, embedder is not None)
        code = self._run(pickle.dumps(work))
        found = self.find(name, request, topics, embedder) if code == 0 else None
        if found is None or found.request != request:
            raise filing.FileError(f"the process that scores ended with {code}")
        return found.totals

    def close(self) -> None:
        """End what is running."""
        with self._lock:
            self.is_closed = True
            for process in self._running:
                process.kill()

    def _delete_unused(self) -> None:
        """Delete the files of events that nobody looks at: they hold words of texts."""
        since = time.time() - KEPT_DAYS * 86_400
        for path in self._folder.glob("*.*"):
            with suppress(OSError):
                if path.stat().st_mtime < since:
                    path.unlink()

    def _path(self, name: str) -> Path:
        of = hashlib.sha256(self._settings.database_url.encode()).hexdigest()[:12]
        return self._folder / f"{of}-{name}.scores"

    def forget(self, event_id: int) -> None:
        """Delete the files of an event: they hold words of the texts of everybody in it."""
        for path in self._folder.glob(f"{self._path(str(event_id)).stem}-*"):
            path.unlink(missing_ok=True)

    def _run(self, work: bytes) -> int:
        with self._lock:
            if self.is_closed:
                return -1
            process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", computing.__name__],
                env={
                    **os.environ,
                    "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))),
                    computing.SETTINGS: self._settings.model_dump_json(),
                },
                stdin=subprocess.PIPE,
                # Ctrl+C in the server's terminal must not reach it.
                start_new_session=True,
            )
            self._running.add(process)
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process.pid, LOWEST)
        try:
            process.communicate(work)
        finally:
            with self._lock:
                self._running.discard(process)
        return process.returncode


def _of(request: Mapping[str, Any], topics: affinity.Scheme, embedder: affinity.Embedder | None) -> str:
    """Return what stands for everything but the sides. Raises EmbeddingError."""
    return _digest([request["interpreters"], _of_topics(topics), embedder.model if embedder else ""])


@lru_cache(maxsize=8)
def _of_topics(topics: affinity.Scheme) -> str:
    return _digest(
        [
            [each.id, each.parent, each.related, *map(dict, (each.labels, each.terms, each.local))]
            for each in topics.topics.values()
        ]
    )


def _noted(sides: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    return [[side["id"], _digest(side)] for side in sides]


def _then(now: Sequence[dict[str, Any]], noted: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    """Return the sides that were noted: those of now that are the same, the others by their ids."""
    known = {side["id"]: side for side in now}
    return [
        known[id] if id in known and _digest(known[id]) == digest else {"id": id, "texts": []} for id, digest in noted
    ]


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=True).encode()).hexdigest()[:24]
