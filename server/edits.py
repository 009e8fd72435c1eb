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
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from tortoise.models import Model

from i18n import Message, _
from server.db import lock
from server.errors import NotFound, Refused
from server.forms import Form
from server.values import UNSET, Unset

T = TypeVar("T")
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
class Edit:
    """The state of a form that edits. drawn: digests by column, None if the form has none (sent by a program).

    yields: columns in which the person chose the stored value.
    """

    drawn: Mapping[str, str] | None = None
    yields: frozenset[str] = field(default_factory=frozenset)

    def merged(self, wanted: Mapping[str, Any], current: Mapping[str, Any]) -> dict[str, Any]:
        """Return the columns to write with their values. Raises EditConflict.

        wanted: columns from the form. current: at least the same columns as stored, read under a lock. Without `drawn`
        all of wanted is returned: the sender saw no page. So are columns that the form did not show, such as the
        detected language of a text.
        """
        if self.drawn is None:
            return dict(wanted)
        new, now = _flat(wanted), _flat({name: current[name] for name in wanted})
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
        together = _deep(new, wanted)
        return {name: value for name, value in together.items() if _digest(value) != _digest(current[name])}

    def changed(self, column: str, value: T | Unset) -> T | Unset:
        """Return the value if the person changed the column since the page was drawn, else UNSET."""
        if self.drawn is None or (_differs(self.drawn, column, value) and column not in self.yields):
            return value
        return UNSET

    def _shows(self, key: str) -> bool:
        """Return whether the form shows this column, or this language of it; empty languages have no digest."""
        return key in (self.drawn or {}) or "." in key


UNSEEN = Edit()


async def merge(edit: Edit, *rows: tuple[Model, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what to write of an edit over several rows: for each row the columns that this edit changes.

    No two rows share a shown column. Call inside a transaction: the rows are locked and read again. Raises
    EditConflict, and NotFound if a row is gone.
    """
    wanted: dict[str, Any] = {}
    current: dict[str, Any] = {}
    for row, columns in rows:
        now = await lock(type(row), row.pk)
        if now is None:
            raise NotFound
        wanted |= columns
        current |= columns_of(now, columns)
    changed = edit.merged(wanted, current)
    return [{name: changed[name] for name in columns if name in changed} for _row, columns in rows]


async def save(row: Model, wanted: Mapping[str, Any], edit: Edit) -> dict[str, Any]:
    """Write the columns of a row that this edit changes, and return them. Call inside a transaction.

    The row is locked and read again; the caller's values of it do not count. Raises EditConflict, and NotFound if it is
    gone.
    """
    [changed] = await merge(edit, (row, wanted))
    await write(row, changed)
    return changed


async def write(row: Model, columns: Mapping[str, Any]) -> None:
    """Write only these columns of the row."""
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


def columns_of(row: Model, names: Iterable[str]) -> dict[str, Any]:
    """Return the row's values by column name."""
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
