"""My data: everything that is held about a person, as JSON and as a page to read, in one ZIP.

Nothing is stored: the file is made when it is asked for, and asked for twice at once it is made once.
"""

import asyncio
import contextlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from tortoise.models import Model

from server.files import storing
from server.models import Passport, Person, StoredFile
from server.models.base import encode_json
from server.passports.vault import NoKey, Vault
from server.privacy import reading
from server.privacy.inventory import RULES
from server.privacy.tables import SECRET_VALUES, TableRule

ADDRESSES = frozenset({"email", "to_address"})
NO_KEYS = Vault(())
Rows = Mapping[str, Sequence[Model]]


async def held_about(person: Person) -> Rows:
    """Return all rows about a person by table. A few queries for each table, whatever the number of rows."""
    return {rule.table: await _rows(rule, person) for rule in RULES}


async def _rows(rule: TableRule, person: Person) -> Sequence[Model]:
    # Removed rows as well, which the default manager leaves out.
    manager: Any = getattr(rule.model, "every", rule.model)
    ids: set[int] = set()
    for path in rule.whose:
        wanted = person.email if path in ADDRESSES else person.id
        ids.update(await manager.filter(**{path: wanted}).values_list("id", flat=True))
    rows: Sequence[Model] = await manager.filter(id__in=sorted(ids)).order_by("id")
    return rows


def as_json(held: Rows) -> dict[str, list[dict[str, Any]]]:
    """Return the exported columns of all rows."""
    rules = {rule.table: rule for rule in RULES}
    return {table: [_exported(row, rules[table]) for row in rows] for table, rows in held.items()}


def _exported(row: Model, rule: TableRule) -> dict[str, Any]:
    columns = {name: _plain(getattr(row, name), name) for name in rule.exported}
    return {**columns, "sealed": row.opened} if isinstance(row, Passport) else columns


def _plain(value: Any, name: str) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if name == "values" and isinstance(value, dict):
        return {key: each for key, each in value.items() if key not in SECRET_VALUES}
    return value


class Archives:
    """The archives that are being made, by person and language. folder: of uploaded files. vault: opens passports."""

    def __init__(self, folder: Path, vault: Vault = NO_KEYS) -> None:
        self.folder, self.vault = folder, vault
        self.making: dict[tuple[int, str], asyncio.Task[bytes]] = {}

    async def of(self, person: Person, locale: str) -> bytes:
        """Return the ZIP. Callers that ask at the same time share one."""
        key = person.id, locale
        making = self.making.get(key)
        if making is None:
            making = self.making[key] = asyncio.create_task(_archive(person, locale, self.folder, self.vault))
            making.add_done_callback(lambda _done: self.making.pop(key, None))
        # A caller that goes away leaves it to the others.
        return await asyncio.shield(making)


def _open_passports(held: Rows, vault: Vault) -> None:
    """Open passport data for its person, as far as there is a key."""
    for row in held["passport"]:
        assert isinstance(row, Passport)
        with contextlib.suppress(NoKey):
            row.opened = vault.open(row.sealed, of=row.registration_id)


async def _archive(person: Person, locale: str, folder: Path, vault: Vault) -> bytes:
    held = await held_about(person)
    _open_passports(held, vault)
    names = await reading.names_in(held, locale)
    return await asyncio.to_thread(_packed, person, held, names, locale, folder)


def _packed(person: Person, held: Rows, names: reading.Names, locale: str, folder: Path) -> bytes:
    made = io.BytesIO()
    document = {
        "format": "my-data/1",
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "tables": as_json(held),
        "not_included": {rule.table: dict(rule.withheld) for rule in RULES if rule.withheld},
    }
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("index.html", reading.page_of(person, held, names, locale))
        archive.writestr("data.json", encode_json(document))
        for file in held["stored_file"]:
            assert isinstance(file, StoredFile)
            if (content := storing.read(folder, file.key)) is not None:
                archive.writestr(f"files/{file.id}-{file.name}", content)
    return made.getvalue()
