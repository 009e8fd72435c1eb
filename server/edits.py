"""Save edits without undoing others' changes: columns are merged one by one.

A form that edits has a hidden field `drawn` with a digest of each column when the page was drawn. When the form is
sent, the service locks the rows and compares three states of each column: as drawn, as wanted and as stored.

    the person left it as it was       it is not written, whatever it has become meanwhile
    nobody else changed it             it is written
    both changed it, to the same       nothing remains to be done
    both changed it, to two things     Conflict: the page shows both, and the person chooses

A column of the shape {locale: text} is merged by language.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from tortoise.models import Model

from i18n import Message, _
from server.db import lock
from server.errors import NotFound, Refused
from server.forms import Form
from server.values import UNSET, Unset, Values

T = TypeVar("T")
V = TypeVar("V", bound=Values)
DRAWN = "drawn"
CHOICE = "choose_"
SAVED = "saved"
DIGITS = 12

CHANGED_MEANWHILE = _("Another person changed this field while you were editing it. Choose which version to keep.")
MEANWHILE = _(
    "Another person changed this data while you were editing it. Nothing is saved yet. Compare the "
    "versions below and choose."
)


class EditConflict(Refused):
    """Two people changed the same columns. saved: stored values by column. drawn: for the form to show again.

    A text of the column `name` in the language `ru` is called `name.ru`, its form field `name_ru`.
    """

    code = "conflict"
    has_page = True

    def __init__(self, saved: Mapping[str, Any], drawn: str) -> None:
        super().__init__(MEANWHILE)
        self.saved = saved
        self.drawn = drawn

    def form(self, typed: Mapping[str, Any], shown_in: Mapping[str, str] | None = None) -> Form:
        """Return the form to show again: typed values, stored values beside them, and a choice between the two.

        shown_in: form field by column, where the names differ.
        """
        saved = {(shown_in or {}).get(column, _field(column)): value for column, value in self.saved.items()}
        faults: dict[str, Message] = {"": self.message, **dict.fromkeys(saved, CHANGED_MEANWHILE)}
        return Form(typed, faults, drawn=self.drawn, saved=saved)


@dataclass(frozen=True)
class Merged(Generic[V]):
    """What an edit makes of a row. values: after it. changed: names of the columns that it writes."""

    values: V
    changed: frozenset[str]

    def without(self, *names: str) -> "Merged[V]":
        """Return the same edit without writing these columns."""
        return replace(self, changed=self.changed - frozenset(names))

    def columns(self) -> dict[str, Any]:
        """Return the values to write by column, as models take them."""
        return {name: value for name, value in self.values.columns().items() if name in self.changed}


@dataclass(frozen=True)
class Edit:
    """The state of a form that edits. drawn: digests by column, None if the form has none (sent by a program).

    yields: columns in which the person chose the stored value.
    """

    drawn: Mapping[str, str] | None = None
    yields: frozenset[str] = field(default_factory=frozenset)

    def merged(self, wanted: V, current: Model | Values) -> Merged[V]:
        """Return what becomes of the row. Raises EditConflict.

        wanted: values from the form; those that are UNSET stay. current: the row as stored, read under a lock, or the
        same values of it. Without `drawn` all of wanted is written: the sender saw no page. So are columns that the
        form did not show, such as the detected language of a text.
        """
        now = {name: getattr(current, name) for name in wanted.columns()}
        return _after(wanted, now, self._changed(wanted.columns(), now))

    def texts(self, wanted: Mapping[str, str], current: Mapping[str, str]) -> dict[str, str]:
        """Return those of the texts, by name, that are to be written. Raises EditConflict."""
        if self.drawn is None:
            return dict(wanted)
        found = self._decided(wanted, {name: current.get(name) for name in wanted})
        return {name: text or "" for name, text in found.items() if _digest(text) != _digest(current.get(name))}

    def _changed(self, wanted: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
        """Return the columns to write with their values. Raises EditConflict."""
        if self.drawn is None:
            return dict(wanted)
        together = _deep(self._decided(_flat(wanted), _flat(now)), wanted)
        return {name: value for name, value in together.items() if _digest(value) != _digest(now[name])}

    def _decided(self, wanted: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values after the edit by name, each of them from the form or as stored. Raises EditConflict."""
        assert self.drawn is not None
        new = dict(wanted)
        clashes: dict[str, Any] = {}
        for key in {**now, **new}:
            if not self._shows(key):
                continue
            is_ours = _differs(self.drawn, key, new.get(key)) and self.yields.isdisjoint((key, _field(key)))
            if not is_ours:
                new[key] = now.get(key)
            elif _differs(self.drawn, key, now.get(key)) and _digest(new.get(key)) != _digest(now.get(key)):
                clashes[key] = as_typed(now.get(key))
        if clashes:
            # As drawn, except for the fields now shown anew: what the person did not change elsewhere stays unchanged.
            raise EditConflict(clashes, _encoded({**self.drawn, **{key: _digest(now.get(key)) for key in clashes}}))
        return new

    def changed(self, column: str, value: T | Unset) -> T | Unset:
        """Return the value if the person changed the column since the page was drawn, else UNSET."""
        if self.drawn is None or (_differs(self.drawn, column, value) and column not in self.yields):
            return value
        return UNSET

    def _shows(self, key: str) -> bool:
        """Return whether the form shows this column, or this language of it; empty languages have no digest."""
        return key in (self.drawn or {}) or "." in key


UNSEEN = Edit()


async def merge(edit: Edit, *rows: tuple[Model, Values]) -> list[Merged[Any]]:
    """Return what becomes of several rows that one form edits, in their order. No two rows share a column.

    Call inside a transaction: the rows are locked and read again. Raises EditConflict, and NotFound if a row is gone.
    """
    wanted: dict[str, Any] = {}
    now: dict[str, Any] = {}
    for row, values in rows:
        stored = await lock(type(row), row.pk)
        if stored is None:
            raise NotFound
        wanted |= values.columns()
        now |= {name: getattr(stored, name) for name in values.columns()}
    changed = edit._changed(wanted, now)
    return [_after(values, now, changed) for _row, values in rows]


def _after(wanted: V, now: Mapping[str, Any], changed: Mapping[str, Any]) -> Merged[V]:
    """Return the wanted values with those that the edit does not write as they are stored."""
    names = frozenset(wanted.columns())
    final = {name: changed.get(name, now[name]) for name in names}
    return Merged(replace(wanted, **final), names & changed.keys())


async def save(row: Model, wanted: V, edit: Edit) -> Merged[V]:
    """Write the columns of a row that this edit changes, and return what became of it. Call inside a transaction.

    The row is locked and read again; the caller's values of it do not count. Raises EditConflict, and NotFound if it is
    gone.
    """
    [merged] = await merge(edit, (row, wanted))
    await write(row, merged)
    return merged


async def write(row: Model, *given: Values | Merged[Any], **columns: object) -> None:
    """Write only these columns of the row."""
    for each in given:
        columns |= each.columns()
    if columns:
        await type(row).filter(pk=row.pk).update(**columns, updated_at=datetime.now(UTC))


def edit_of(typed: Mapping[str, Any], shown_in: Mapping[str, str] | None = None) -> Edit:
    """Return the edit in the hidden field and choices of a form; an unreadable hidden field counts as missing.

    shown_in: form field by column, where the names differ.
    """
    columns = {field: column for column, field in (shown_in or {}).items()}
    fields = {name.removeprefix(CHOICE) for name, value in typed.items() if name.startswith(CHOICE) and value == SAVED}
    yields = {columns.get(name, name) for name in fields}
    try:
        drawn = json.loads(str(typed.get(DRAWN, "")))
    except (ValueError, RecursionError):
        drawn = None
    if not isinstance(drawn, dict) or not all(isinstance(each, str) for each in drawn.values()):
        drawn = None
    return Edit(drawn, frozenset(yields))


def fields_shown(typed: Mapping[str, Any]) -> frozenset[str]:
    """Return the fields that the form showed when drawn; those of them that it does not send were unticked."""
    return frozenset(_field(column) for column in edit_of(typed).drawn or {})


def drawn_from(columns: Mapping[str, Any]) -> str:
    """Return the value of the hidden field for a form that shows these columns."""
    return _encoded({key: _digest(value) for key, value in _flat(columns).items()})


def _encoded(digests: Mapping[str, str]) -> str:
    return json.dumps(digests, separators=(",", ":"))


def columns_of(row: Model | Values, names: Iterable[str]) -> dict[str, Any]:
    """Return values of the row by column, for a form that shows them."""
    return {name: getattr(row, name) for name in names}


def _differs(drawn: Mapping[str, str], key: str, value: Any) -> bool:
    """Return whether a value differs from the drawn one; a language that was empty when drawn has no digest."""
    return drawn.get(key, _digest(None)) != _digest(value)


def _flat(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Return {name: {locale: text}} as {name.locale: text}; other values stay."""
    flat: dict[str, Any] = {}
    for name, value in columns.items():
        if isinstance(value, Mapping):
            flat.update({f"{name}.{key}": each for key, each in value.items()})
        else:
            flat[name] = value
    return flat


def _deep(flat: Mapping[str, Any], like: Mapping[str, Any]) -> dict[str, Any]:
    """Return {name.locale: text} as {name: {locale: text}} for the columns of `like`, without empty languages."""
    deep: dict[str, Any] = {name: {} if isinstance(like[name], Mapping) else flat[name] for name in like}
    for key, value in flat.items():
        name, dot, inner = key.partition(".")
        if dot and value is not None:
            deep[name][inner] = value
    return deep


def _field(key: str) -> str:
    """Return the name of the form field of a key."""
    return key.replace(".", "_")


def _digest(value: Any) -> str:
    text = json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]


def _plain(value: Any) -> Any:
    """Return a value for comparison: choices sorted, empty values None, instants in one format."""
    if isinstance(value, (list, tuple, set, frozenset)):
        return sorted((_plain(each) for each in value), key=str) or None
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return None if value == "" else value


def as_typed(value: Any) -> str | list[str]:
    """Return a column's value as a form would send it."""
    if isinstance(value, (list, tuple)):
        return [str(each) for each in value]
    return "" if value is None else str(value)
