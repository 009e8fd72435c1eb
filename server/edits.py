"""Saving an edit without undoing anybody else's: columns are merged one by one.

A form that edits carries, in its hidden field `drawn`, a digest of each column as it stood when the page was drawn.
When the form comes back, the service locks the rows and compares three states of each column: as drawn, as wanted
and as it stands now.

    the person left it as it was       it is not written, whatever it has become meanwhile
    nobody else changed it             it is written
    both changed it, to the same       nothing remains to be done
    both changed it, to two things     Conflict: the page shows both, and the person chooses

A column of the shape {locale: text} is merged language by language.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tortoise.models import Model

from i18n import Message, _
from server.db import lock
from server.errors import NotFound, Refused
from server.forms import Form

DRAWN = "drawn"
CHOICE = "choose_"
SAVED = "saved"
DIGITS = 12

CHANGED_MEANWHILE = _("Another person changed this field while you were editing it. Choose which version to keep.")
MEANWHILE = _(
    "Another person changed this data while you were editing it. Nothing is saved yet. Compare the "
    "versions below and choose."
)


class Conflict(Refused):
    """Two people changed the same columns. saved: by column, what is saved now; drawn: for the form to show again.

    A text of the column `name` in the language `ru` is called `name.ru`, and the field that shows it `name_ru`.
    """

    has_page = True

    def __init__(self, saved: Mapping[str, Any], drawn: str) -> None:
        super().__init__(MEANWHILE)
        self.saved = saved
        self.drawn = drawn

    def form(self, typed: Mapping[str, Any], shown_in: Mapping[str, str] | None = None) -> Form:
        """The form to show again: what was typed, what is saved beside it, and the choice between the two.

        shown_in: by the name of a column, the field that shows it, where the two differ.
        """
        saved = {(shown_in or {}).get(column, _field(column)): value for column, value in self.saved.items()}
        faults: dict[str, Message] = {"": self.message, **dict.fromkeys(saved, CHANGED_MEANWHILE)}
        return Form(typed, faults, drawn=self.drawn, saved=saved)


@dataclass(frozen=True)
class Edit:
    """What a form says of itself. drawn: digest by column, None where the form carries none, as one of a program may.

    yields: the columns in which the person chose what is saved over what they typed.
    """

    drawn: Mapping[str, str] | None = None
    yields: frozenset[str] = field(default_factory=frozenset)

    def merged(self, wanted: Mapping[str, Any], current: Mapping[str, Any]) -> dict[str, Any]:
        """The columns to write, with their values. Raises Conflict.

        wanted: columns as the form has them. current: at least the same columns as they stand, read under a lock.
        Without `drawn` all of wanted is written: who sent it saw no page. So are columns that the form did not show,
        such as the language that a text was found to be in.
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
            # As drawn, but for what is shown anew: what the person left alone elsewhere stays left alone.
            raise Conflict(clashes, _encoded({**self.drawn, **{key: _digest(now.get(key)) for key in clashes}}))
        together = _deep(new, wanted)
        return {name: value for name, value in together.items() if _digest(value) != _digest(current[name])}

    def of(self, columns: Mapping[str, Any]) -> dict[str, Any]:
        """Of these columns those in which the person typed another value than the page was drawn with."""
        return {
            name: value
            for name, value in columns.items()
            if self.drawn is None or (_differs(self.drawn, name, value) and name not in self.yields)
        }

    def _shows(self, key: str) -> bool:
        """Whether the form shows this column, or this language of it; one that was empty left no digest behind."""
        return key in (self.drawn or {}) or "." in key


UNSEEN = Edit()


async def merge(edit: Edit, *rows: tuple[Model, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What to write of an edit that goes over several rows: for each row and its columns, those that this edit changes.

    No two of the rows have a shown column in common. Call inside a transaction: the rows are locked and read again.
    Raises Conflict, and NotFound where a row is gone.
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
    """Write the columns of one row that this edit changes, and return them. Call inside a transaction.

    The row is locked and read again: what it was when the caller loaded it does not count. Raises Conflict, and
    NotFound where it is gone.
    """
    [changed] = await merge(edit, (row, wanted))
    await write(row, changed)
    return changed


async def write(row: Model, columns: Mapping[str, Any]) -> None:
    """Write these columns of the row and no others."""
    if columns:
        await type(row).filter(pk=row.pk).update(**columns, updated_at=datetime.now(UTC))


def edit_of(typed: Mapping[str, Any], shown_in: Mapping[str, str] | None = None) -> Edit:
    """What the hidden field and the choices of a form say. A hidden field that cannot be read counts as none.

    shown_in: by the name of a column, the field that shows it, where the two differ.
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
    """The fields that a form showed when it was drawn; what it does not send of them was unticked."""
    return frozenset(_field(column) for column in edit_of(typed).drawn or {})


def drawn_from(columns: Mapping[str, Any]) -> str:
    """The value of the hidden field for a form that shows these columns."""
    return _encoded({key: _digest(value) for key, value in _flat(columns).items()})


def _encoded(digests: Mapping[str, str]) -> str:
    return json.dumps(digests, separators=(",", ":"))


def columns_of(row: Model, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _differs(drawn: Mapping[str, str], key: str, value: Any) -> bool:
    """A language that was empty when the page was drawn has no digest of its own."""
    return drawn.get(key, _digest(None)) != _digest(value)


def _flat(columns: Mapping[str, Any]) -> dict[str, Any]:
    """{name: {locale: text}} as {name.locale: text}; all else as it is."""
    flat: dict[str, Any] = {}
    for name, value in columns.items():
        if isinstance(value, Mapping):
            flat.update({f"{name}.{key}": each for key, each in value.items()})
        else:
            flat[name] = value
    return flat


def _deep(flat: Mapping[str, Any], like: Mapping[str, Any]) -> dict[str, Any]:
    """The other way round, with the columns that `like` has. Empty languages are left out."""
    deep: dict[str, Any] = {name: {} if isinstance(like[name], Mapping) else flat[name] for name in like}
    for key, value in flat.items():
        name, dot, inner = key.partition(".")
        if dot and value is not None:
            deep[name][inner] = value
    return deep


def _field(key: str) -> str:
    """What the field of a form is called that shows it."""
    return key.replace(".", "_")


def _digest(value: Any) -> str:
    text = json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]


def _plain(value: Any) -> Any:
    """As it is compared: choices have no order, nothing chosen or written is None, an instant has one spelling."""
    if isinstance(value, (list, tuple, set, frozenset)):
        return sorted((_plain(each) for each in value), key=str) or None
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return None if value == "" else value


def as_typed(value: Any) -> str | list[str]:
    """The value of a column as a form would send it."""
    if isinstance(value, (list, tuple)):
        return [str(each) for each in value]
    return "" if value is None else str(value)
