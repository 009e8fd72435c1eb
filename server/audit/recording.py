"""Writes an entry of the activity log in the transaction of the act itself: either both are stored, or neither."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from server import db
from server.models import AuditEntry
from server.models.audit import KIND

# Tables that are no act of the person: what is typed, tries that are counted, forms that wait for a sign-in, the queue.
BOOKKEEPING = frozenset({"held_form", "job", "sent_form", "session", "sign_in_link", "throttle"})


@dataclass
class Recorder:
    """The entry of one request. person_id: None for the server itself. about, about_id: the object, "" and None: the
    event. is_written: in a transaction that may still be rolled back. is_done: the entry is stored.
    """

    event_id: int
    person_id: int | None
    role: str
    act: str
    about: str = ""
    about_id: int | None = None
    party_id: int | None = None
    is_written: bool = False
    is_done: bool = False

    async def write(self, tables: Collection[str]) -> None:
        self.is_written = not self.is_done and not BOOKKEEPING.issuperset(tables)
        if not self.is_written:
            return
        await AuditEntry.create(
            event_id=self.event_id,
            person_id=self.person_id,
            role=self.role,
            party_id=self.party_id,
            act=self.act,
            about=self.about,
            about_id=self.about_id,
        )

    def committed(self) -> None:
        self.is_done = self.is_done or self.is_written


@contextmanager
def recording(recorder: Recorder) -> Iterator[Recorder]:
    """Let the first transaction of the context that writes more than bookkeeping store the recorder's entry."""
    token = db.WITNESS.set(recorder)
    try:
        yield recorder
    finally:
        db.WITNESS.reset(token)


def about(kind: str, id: int) -> None:
    """Name the row that a request creates, if its path names no row. kind: as in paths, such as "need"."""
    if isinstance(recorder := db.WITNESS.get(), Recorder) and not recorder.about:
        recorder.about, recorder.about_id = kind, id


def on_behalf_of(party_id: int) -> None:
    """Name the registration on whose behalf the present act is done."""
    if isinstance(recorder := db.WITNESS.get(), Recorder):
        recorder.party_id = party_id


def object_of(values: Mapping[str, object]) -> tuple[str, int | None]:
    """Return the kind and id of the last row that a path names, or "" and None. values: the parameters of the path."""
    found = (
        (name, value) for name, value in reversed(list(values.items())) if isinstance(value, int) and name != "event"
    )
    name, id = next(found, ("", None))
    return name[:KIND], id
