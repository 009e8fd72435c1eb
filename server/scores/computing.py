"""Scores an event in a separate process and keeps the totals in a file, where every process finds them.

Scoring a large event takes seconds of a core and, for a moment, a gigabyte: not in the process that serves pages.
Standard input: a pickle of a `Work`. Environment: SETTINGS, the server's as JSON. Exit code: 0 if the file is there.
"""

import fcntl
import gc
import json
import logging
import os
import pickle
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matching import affinity
from matching.affinity import filing
from server.scores import embedding
from server.settings import Settings

SETTINGS = "DUIJIE_SETTINGS"
NO_VECTORS = 3


@dataclass(frozen=True)
class Work:
    """What is scored. request: `affinity-request/1`. note: is kept in the file."""

    path: Path
    note: dict[str, Any]
    request: dict[str, Any]
    topics: affinity.Scheme
    is_encoded: bool


def main() -> int:
    """Score what standard input holds; return the exit code."""
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    # What is built stays until the end; collections would only look through it again and again.
    gc.disable()
    settings = Settings(**json.loads(os.environ.pop(SETTINGS)))
    work: Work = pickle.load(sys.stdin.buffer)  # noqa: S301 our own process has sent it
    work.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with work.path.with_suffix(".lock").open("wb") as lock:
        # Of two processes that want the same, the second one waits and finds the file.
        fcntl.flock(lock, fcntl.LOCK_EX)
        return 0 if _is_made(work) else _make(work, settings)


def _is_made(work: Work) -> bool:
    try:
        return filing.note_of(work.path) == work.note
    except filing.FileError:
        return False


def _make(work: Work, settings: Settings) -> int:
    read = affinity.read_request(work.request, topics=work.topics)
    embedder = embedding.opened(settings, is_patient=True) if work.is_encoded else None
    meaning = embedding.meaning(read.needs, read.experts, embedder)
    if work.is_encoded and meaning is None:
        return NO_VECTORS
    scores = affinity.Scores(read.needs, read.experts, read.interpreters, work.topics, meaning=meaning)
    filing.write(affinity.Totals(scores), work.path, work.note, work.topics)
    return 0


if __name__ == "__main__":
    sys.exit(main())
