"""The people of an event as stored and as an import changes them: read and written in bulk, changed in memory.

New rows have ids below zero until they are written. A change can be undone up to a mark, so that a refused row of the
file leaves nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from tortoise.models import Model
from tortoise.queryset import QuerySet

from server import arrivals
from server.accounts import holding
from server.db import reserved_ids
from server.models import (
    Consent,
    Delegate,
    DelegationMember,
    Departure,
    Event,
    Interpreter,
    Need,
    Organisation,
    Organiser,
    Participation,
    Person,
    PlenaryItem,
    Registration,
    Slot,
    Unclaimed,
)
from server.needs import history
from server.values import Values

R = TypeVar("R", bound=Model)
# Columns by which rows are looked up.
LOOKED_UP: Mapping[type[Model], tuple[str, ...]] = {
    Person: ("email",),
    Unclaimed: ("key",),
    Organisation: ("name_key",),
    Registration: ("person_id", "organisation_id"),
    Delegate: ("person_id", "registration_id"),
    Participation: ("person_id",),
    Need: ("registration_id",),
    Interpreter: ("person_id",),
    Organiser: ("person_id",),
    DelegationMember: ("registration_id",),
}
# Tables in the order in which they refer to each other, with the columns that do.
WRITTEN: Mapping[type[Model], Mapping[str, type[Model]]] = {
    Person: {},
    Organisation: {},
    Registration: {"person_id": Person, "organisation_id": Organisation},
    Delegate: {"registration_id": Registration, "person_id": Person},
    Participation: {"person_id": Person, "registration_id": Registration, "delegate_id": Delegate},
    Unclaimed: {"person_id": Person},
    Need: {"registration_id": Registration},
    DelegationMember: {"registration_id": Registration},
}
ROLES: tuple[type[Model], ...] = (Registration, Delegate, Interpreter, Organiser)


@dataclass(frozen=True)
class Into:
    """The delegation whose members the rows of a file are. is_leader: its leader imports, who reaches nobody else."""

    delegation_id: int
    is_leader: bool


class Ledger:
    """What an import may read and change. slots, items: of the event, slots by time.

    into: the delegation of an import, None for one of the whole event. agreed: ids of people who have given consent
    here. taken_out: ids of parties that an organiser removed.
    """

    def __init__(self, event: Event, into: Into | None = None) -> None:
        self.event, self.into, self.now = event, into, datetime.now(UTC)
        self.slots: list[Slot] = []
        self.items: list[PlenaryItem] = []
        self.agreed: set[int] = set()
        self.taken_out: set[int] = set()
        self._held: dict[str, int] = {}
        self._rows: dict[tuple[type[Model], int], Any] = {}
        self._index: dict[tuple[type[Model], str, Any], dict[int, Any]] = defaultdict(dict)
        self._stored: dict[tuple[type[Model], int], dict[str, Any]] = {}
        self._deleted: list[Model] = []
        self._undoing: list[Callable[[], None]] = []
        self._next = -1

    # Reading ------------------------------------------------------------------------------------------------------

    async def load(
        self, emails: Collection[str], keys: Collection[str], names: Collection[str], *, is_locked: bool = False
    ) -> None:
        """Read everything about people with these addresses or keys, and about firms with these folded names.

        is_locked: lock the parties until the transaction ends. At most eighteen queries; rows that are known stay as
        they were changed.
        """
        event_id = self.event.id
        if not self.slots:
            self.slots = await Slot.filter(event_id=event_id).order_by("start_at")
            self.items = await PlenaryItem.filter(event_id=event_id)
        await self._take(Person.filter(email__in=list(emails)))
        entered = await self._take(Unclaimed.filter(event_id=event_id, key__in=list(keys)))
        unknown = [email for email in emails if not self.find(Person, email=email)]
        changes = await holding.changes_of(unknown) if unknown else {}
        self._held |= {email: change.person_id for email, change in changes.items()}
        people = [each.id for email in emails for each in self.find(Person, email=email)]
        people += self._held.values()
        people += [int(each.person_id) for each in entered]
        there = Registration.filter(event_id=event_id)
        sent = Delegate.filter(registration__event_id=event_id, person_id__in=people)
        ids = {
            *[row["registration_id"] for row in await sent.values("registration_id")],
            *[row["id"] for row in await there.filter(person_id__in=people).values("id")],
            *[row["id"] for row in await there.filter(organisation__name_key__in=list(names)).values("id")],
        }
        await self._load_parties(sorted(ids), people, is_locked=is_locked)

    async def _load_parties(self, ids: list[int], people: list[int], *, is_locked: bool) -> None:
        def locked(rows: QuerySet[R]) -> QuerySet[R]:
            return rows.order_by("id").select_for_update(no_key=True) if is_locked else rows.order_by("id")

        parties = await self._take(locked(Registration.filter(id__in=ids)))
        delegates = await self._take(locked(Delegate.filter(registration_id__in=ids)))
        firms = [each.organisation_id for each in parties if each.organisation_id is not None]
        await self._take(Organisation.filter(id__in=firms))
        await self._take(Need.filter(registration_id__in=ids).order_by("id"))
        if self.into is not None:
            await self._take(DelegationMember.filter(registration_id__in=ids))
        everybody = {*people, *(each.person_id for each in delegates)}
        everybody |= {each.person_id for each in parties if each.person_id is not None}
        await self._take(Person.filter(id__in=list(everybody)))
        here = {"event_id": self.event.id, "person_id__in": list(everybody)}
        await self._take(Participation.filter(**here))
        await self._take(Interpreter.every.filter(**here))
        await self._take(Organiser.filter(**here))
        self.agreed |= {row["person_id"] for row in await Consent.filter(**here, withdrawn_at=None).values("person_id")}
        gone = [each.id for each in parties if each.withdrawn_at is not None]
        out = Departure.filter(registration_id__in=gone, is_whole=True, by_organiser=True, undone_at=None)
        self.taken_out |= {row["registration_id"] for row in await out.values("registration_id")} if gone else set()

    async def _take(self, rows: QuerySet[R]) -> list[R]:
        """Read rows, and return them as the ledger has them."""
        found = []
        for row in await rows:
            if (type(row), row.pk) not in self._rows:
                self._put(row)
            found.append(self._rows[type(row), row.pk])
        return [row for row in found if row not in self._deleted]

    def get(self, model: type[R], id: int) -> R:
        """Return the row of an id that the ledger has."""
        found: R = self._rows[model, id]
        return found

    def find(self, model: type[R], **where: Any) -> list[R]:
        """Return rows by one column, which is in LOOKED_UP: stored ones by id, then new ones as they were created."""
        [(column, value)] = where.items()
        found = self._index.get((model, column, value), {})
        return [found[id] for id in sorted(found, key=lambda id: (id < 0, abs(id)))]

    def owner_of(self, email: str) -> Person | None:
        """Return the person who signs in with the address, or whose account holds it while its address changes."""
        signs_in = next(iter(self.find(Person, email=email)), None)
        return signs_in or (self.get(Person, self._held[email]) if email in self._held else None)

    def has_come(self, person: Person) -> bool:
        """Return whether the person has signed in since they were entered, or has given consent."""
        rows = [row for model in ROLES for row in self.find(model, person_id=person.id)]
        return person.id in self.agreed or any(arrivals.has_come(person, row) for row in rows)

    # Changing -----------------------------------------------------------------------------------------------------

    def create(self, model: type[R], **columns: Any) -> R:
        row = model(id=self._next, created_at=self.now, updated_at=self.now, **_plain(columns))
        self._next -= 1
        self._put(row)
        self._undoing.append(lambda: self._drop(row))
        return row

    def change(self, row: Model, *given: Values, **columns: Any) -> None:
        """Change columns of a row."""
        for values in given:
            columns |= values.columns()
        new = {name: value for name, value in _plain(columns).items() if getattr(row, name) != value}
        before = {name: getattr(row, name) for name in new}
        self._set(row, new)
        self._undoing.append(lambda: self._set(row, before))

    def delete(self, row: Model) -> None:
        self._drop(row)
        self._deleted.append(row)

        def undo() -> None:
            self._deleted.remove(row)
            self._put(row)

        self._undoing.append(undo)

    def mark(self) -> int:
        """Return the present state, for `undo`."""
        return len(self._undoing)

    def undo(self, mark: int) -> None:
        """Undo all changes since a mark."""
        while len(self._undoing) > mark:
            self._undoing.pop()()

    def _set(self, row: Model, columns: Mapping[str, Any]) -> None:
        if row.pk > 0:
            stored = self._stored.setdefault((type(row), row.pk), {})
            for name in columns:
                stored.setdefault(name, getattr(row, name))
        self._drop(row)
        for name, value in columns.items():
            setattr(row, name, value)
        self._put(row)

    def _put(self, row: Model) -> None:
        self._rows[type(row), row.pk] = row
        for column in LOOKED_UP[type(row)]:
            self._index[type(row), column, getattr(row, column)][row.pk] = row

    def _drop(self, row: Model) -> None:
        if row.pk < 0:
            del self._rows[type(row), row.pk]
        for column in LOOKED_UP[type(row)]:
            self._index[type(row), column, getattr(row, column)].pop(row.pk, None)

    # Writing ------------------------------------------------------------------------------------------------------

    async def write(self) -> None:
        """Write all changes, inside the caller's transaction; new rows get their ids. Then the ledger is used up."""
        created = {model: self._created(model) for model in WRITTEN}
        changed = [(self._rows[key], stored) for key, stored in self._stored.items()]
        ids: dict[tuple[type[Model], int], int] = {}
        for model, rows in created.items():
            for row, id in zip(rows, await reserved_ids(model, len(rows)), strict=True):
                ids[model, row.pk] = row.pk = id
        for row in (*(row for rows in created.values() for row in rows), *(row for row, _stored in changed)):
            for column, target in WRITTEN[type(row)].items():
                setattr(row, column, ids.get((target, getattr(row, column)), getattr(row, column)))
        for model, rows in created.items():
            await model.bulk_create(rows)
        for row, stored in changed:
            columns = {name: getattr(row, name) for name, value in stored.items() if getattr(row, name) != value}
            if columns and row not in self._deleted:
                await type(row).filter(pk=row.pk).update(**columns, updated_at=self.now)
        for row in self._deleted:
            if row.pk > 0:
                await type(row).filter(pk=row.pk).delete()
        needs = [(row, stored) for row, stored in changed if isinstance(row, Need) and row not in self._deleted]
        await history.record_import(created[Need], needs, self.now)

    def _created(self, model: type[Model]) -> list[Any]:
        rows = [row for (kind, id), row in self._rows.items() if kind is model and id < 0]
        return sorted(rows, key=lambda row: -row.pk)


def _plain(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values as columns of JSON give them back."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in columns.items()}


def picture(rows: Iterable[Model], names: Iterable[str]) -> list[tuple[Any, ...]]:
    """Return the values of these columns, to be compared later."""
    names = tuple(names)
    return [tuple(getattr(row, name) for name in names) for row in rows]
