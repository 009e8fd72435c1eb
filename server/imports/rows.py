"""Turn rows of text into checked experts and enterprises; collect every fault with its place in the file."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from i18n import LOCALES, Message, _, ngettext_
from i18n.text import script, search_key
from matching.affinity import Scheme
from server import forms
from server.fields import Email
from server.imports import cells
from server.imports.choices import RowKey
from server.imports.columns import OF_ENTERPRISE, OF_NEED, OPTIONS_SHEET
from server.imports.garbage import is_error, is_garbage
from server.imports.lines import ImportFault, RowPlace, SheetRow, SheetTable
from server.models import Side
from server.needs.forms import NeedFields
from server.needs.values import NeedValues
from server.profiles import among
from server.registrations.forms import (
    CooperationFields,
    DelegateFields,
    EnterprisePresenceFields,
    EnterpriseProfileFields,
    ExpertWorkFields,
    PresenceFields,
)
from server.registrations.values import OrganisationValues, PersonValues, RegistrationValues

# About a second of work for each page of the import.
MAX_ROWS = 1000
_LOCALE_OF = {"CJK": "zh_Hans", "CYRILLIC": "ru", "ARABIC": "ar"}
ABOUT = frozenset({"full_name", "latin_name", "zh_name", "country"})
ORGANISATION = frozenset({"name", "latin_name", "kind", "description"})


_NO_ROW = _("This file contains no rows to import.")


class ExpertRow(ExpertWorkFields, CooperationFields, PresenceFields):
    """The form for an expert's row. email: "" if the address is not known yet."""

    email: Email = ""


class EnterpriseRow(EnterpriseProfileFields, EnterprisePresenceFields):
    """The form for an enterprise's first row."""

    email: Email = ""


class DelegateRow(DelegateFields):
    """The form for a delegate's row."""

    email: Email = ""


@dataclass(frozen=True)
class ExpertImport:
    """An expert to be stored.

    locale: language of e-mails to the expert. email: "" if
    not known.
    """

    place: RowPlace
    email: str
    locale: str
    about: PersonValues
    values: RegistrationValues

    @property
    def rows(self) -> frozenset[RowKey]:
        return frozenset({self.place.key})

    @property
    def key(self) -> str:
        """A hash that identifies an expert without an address."""
        return person_key(Side.EXPERT, str(self.about.full_name), str(self.values.affiliation))


@dataclass(frozen=True)
class DelegateImport:
    """A delegate to be stored."""

    place: RowPlace
    email: str
    full_name: str
    position: str


@dataclass(frozen=True)
class NeedImport:
    """A need to be stored."""

    place: RowPlace
    values: NeedValues


@dataclass(frozen=True)
class EnterpriseImport:
    """An enterprise to be stored, with delegates and needs.

    The first delegate registers the enterprise. rows:
    all rows of the enterprise.
    """

    place: RowPlace
    organisation: OrganisationValues
    values: RegistrationValues
    delegates: Sequence[DelegateImport]
    needs: Sequence[NeedImport]
    rows: frozenset[RowKey]

    def key(self, delegate: DelegateImport) -> str:
        """Return a hash that identifies a delegate without an address."""
        return person_key(Side.ENTERPRISE, delegate.full_name, self.organisation.name)


def person_key(side: Side, full_name: str, organisation: str) -> str:
    """Return a hash of the folded name and organisation of a person without an address."""
    words = "\0".join((side, search_key(full_name), search_key(organisation)))
    return hashlib.sha256(words.encode()).hexdigest()


@dataclass
class Batch:
    """All participants in the files. topics: topics that rows may name. tables: the sheets as they were understood."""

    topics: Scheme
    tables: Sequence[SheetTable] = ()
    experts: list[ExpertImport] = field(default_factory=list)
    enterprises: list[EnterpriseImport] = field(default_factory=list)
    faults: list[ImportFault] = field(default_factory=list)

    def lines(self) -> dict[RowKey, SheetRow]:
        return {line.place.key: line for table in self.tables for line in table.lines}

    def good(self, *, without: Iterable[RowKey] = ()) -> "Batch":
        """Return the batch without experts and enterprises that have a row with a fault or in `without`."""
        bad = {fault.place.key for fault in self.faults} | set(without)
        experts = [each for each in self.experts if each.rows.isdisjoint(bad)]
        return Batch(self.topics, (), experts, [each for each in self.enterprises if each.rows.isdisjoint(bad)])

    @property
    def rows(self) -> frozenset[RowKey]:
        """The rows of all participants in the batch."""
        found: list[ExpertImport | EnterpriseImport] = [*self.experts, *self.enterprises]
        return frozenset(row for each in found for row in each.rows)


def batch_of(tables: Sequence[SheetTable], presence: cells.SlotWords, topics: Scheme) -> Batch:
    """Return all participants in the tables; rows with faults are reported, the rest of the batch is still complete."""
    batch = Batch(topics, tables, faults=[fault for table in tables for fault in table.faults])
    read = [table for table in tables if not table.faults]
    lines = {side: [line for table in read if table.side is side for line in table.lines] for side in Side}
    number = sum(map(len, lines.values()))
    if number > MAX_ROWS:
        too_many = ngettext_(
            "At most %(num)s row can be imported at a time. Split the file.",
            "At most %(num)s rows can be imported at a time. Split the file.",
            MAX_ROWS,
        )
        batch.faults.append(ImportFault(RowPlace("", 1, Side.EXPERT), "", "", too_many))
        return batch
    for each in (line for side in Side for line in lines[side]):
        batch.faults += _unreadable(each)
    for each in lines[Side.EXPERT]:
        _take_expert(each, presence, batch)
    for group in _grouped(lines[Side.ENTERPRISE]):
        _take_enterprise(group, presence, batch)
    batch.faults += _repeated(batch)
    if not number and not batch.faults:
        batch.faults.append(ImportFault(RowPlace("", 1, Side.EXPERT), "", "", _NO_ROW))
    return batch


def _unreadable(line: SheetRow) -> Iterator[ImportFault]:
    for name, cell in line.cells.items():
        if is_garbage(cell):
            yield _fault(
                line, name, _("These characters cannot be read. Choose another text encoding, or correct the cell.")
            )
        elif is_error(cell):
            yield _fault(line, name, _("This cell contains a spreadsheet error. Enter the correct value."))


def _fault(line: SheetRow, name: str, message: Message) -> ImportFault:
    return ImportFault(line.place, line.place.heading(name), line.cells.get(name, "")[:200], message, name)


def _checked(
    schema: type[forms.S], line: SheetRow, values: Mapping[str, Any], batch: Batch, more: Mapping[str, Message]
) -> forms.S | None:
    """Return the row as parsed by the form, or None after adding its faults to the batch.

    more: faults that were found before.
    """
    try:
        found = forms.check(schema, values, among(batch.topics))
    except forms.Invalid as invalid:
        found_wrong = {name: _unknown(line, name) or message for name, message in invalid.form.faults.items()}
        batch.faults += [_fault(line, name, message) for name, message in {**found_wrong, **more}.items()]
        return None
    batch.faults += [_fault(line, name, message) for name, message in more.items()]
    return None if more else found


def _unknown(line: SheetRow, name: str) -> Message | None:
    """Return the message for a value that is none of its field's options, or None if the field has no options."""
    if not line.cells.get(name):
        return None
    if name == "country":
        return _("Enter the name of a country or its two-letter code, such as RU.")
    if name in cells.OPTIONS:
        return _("Enter one of the options in the sheet “%(sheet)s” of the template.", sheet=OPTIONS_SHEET)
    return None


_CONVERTED = {
    "country": cells.country,
    "languages": cells.languages,
    "modes": cells.modes,
    "readiness": cells.level,
    "kind": cells.kind,
    "budget": cells.budget,
    "rights": cells.rights,
    "confidentiality": cells.confidentiality,
    "deadline": cells.day,
}


def _converted(
    given: Mapping[str, str], presence: cells.SlotWords | None, topics: Scheme
) -> tuple[dict[str, Any], dict[str, Message]]:
    """Return form values, and faults of cells that could not be converted. presence: None if the row has no slots."""
    values: dict[str, Any] = {
        name: _CONVERTED[name](cell) if name in _CONVERTED else cell for name, cell in given.items()
    }
    values |= {name: cells.topics(given[name], topics) for name in ("topics", "must_topics") if name in given}
    if "languages" in given:
        values["levels"] = cells.levels(given["languages"])
    try:
        if presence is not None:
            values["available"] = presence.ids(given.get("available", ""))
    except forms.Fault as fault:
        return values | {"available": [1]}, {"available": fault.message}
    return values, {}


def _take_expert(line: SheetRow, presence: cells.SlotWords, batch: Batch) -> None:
    values, faults = _converted(line.cells, presence, batch.topics)
    found = _checked(ExpertRow, line, values, batch, faults)
    if found is None:
        return
    about = PersonValues(**found.model_dump(include=set(ABOUT)))
    locale = locale_by_script(found.headline + found.offer)
    columns = found.model_dump(exclude={*ABOUT, "email", "time_zone"})
    party = RegistrationValues(**columns, text_locale=locale)
    batch.experts.append(ExpertImport(line.place, found.email, locale, about, party))


def _grouped(lines: Iterable[SheetRow]) -> list[list[SheetRow]]:
    """Return the rows of each enterprise; a row without a name belongs to the enterprise above it in the same sheet."""
    groups: dict[str, list[SheetRow]] = {}
    above, sheet = "", -1
    for line in lines:
        if line.place.at != sheet:
            above, sheet = "", line.place.at
        above = search_key(line.cells.get("name", "")) or above
        groups.setdefault(above, []).append(line)
    return list(groups.values())


def _take_enterprise(lines: Sequence[SheetRow], presence: cells.SlotWords, batch: Batch) -> None:
    first, merged = lines[0], {}
    for column in OF_ENTERPRISE:
        said = next((line for line in lines if column.name in line.cells), None)
        if said is not None:
            merged[column.name] = said.cells[column.name]
    whole = SheetRow(first.place, merged)
    values, faults = _converted(merged, presence, batch.topics)
    found = _checked(EnterpriseRow, whole, {"kind": "enterprise", **values}, batch, faults)
    delegates = _delegates(lines, batch)
    needs = [need for line in lines if (need := _need(line, batch))]
    if found is None:
        return
    if not any(each.email == found.email for each in delegates):
        # The name and the address of the first delegate stand in different rows.
        first_one = DelegateImport(first.place, found.email, found.full_name, found.position)
        delegates = [first_one, *(each for each in delegates if each.email or each.full_name != found.full_name)]
    locale = locale_by_script(found.name + found.description)
    organisation = OrganisationValues(**found.model_dump(include=set(ORGANISATION)), description_locale=locale)
    own = found.model_dump(exclude={*ORGANISATION, "email", "full_name", "position"})
    party = RegistrationValues(**own, text_locale=locale)
    rows = frozenset(line.place.key for line in lines)
    batch.enterprises.append(EnterpriseImport(first.place, organisation, party, delegates, needs, rows))


def _delegates(lines: Sequence[SheetRow], batch: Batch) -> list[DelegateImport]:
    """Return each delegate in the rows once, identified by address or, without an address, by name."""
    found: list[DelegateImport] = []
    for line in lines:
        each = _delegate(line, lines[0], batch)
        known = {one.email for one in found if one.email}, {search_key(one.full_name) for one in found}
        if each and not (each.email in known[0] or (not each.email and search_key(each.full_name) in known[1])):
            found = [one for one in found if one.email or search_key(one.full_name) != search_key(each.full_name)]
            found.append(each)
    return found


def _delegate(line: SheetRow, first: SheetRow, batch: Batch) -> DelegateImport | None:
    """Return the delegate of a row, or None; faults in the first row are reported with the enterprise."""
    given = {name: line.cells[name] for name in ("email", "full_name", "position") if name in line.cells}
    if "email" not in given and "full_name" not in given:
        return None
    try:
        found = forms.check(DelegateRow, given)
    except forms.Invalid as invalid:
        if line is not first:
            batch.faults += [_fault(line, name, message) for name, message in invalid.form.faults.items()]
        return None
    return DelegateImport(line.place, found.email, found.full_name, found.position)


def _need(line: SheetRow, batch: Batch) -> NeedImport | None:
    given = {column.name: line.cells[column.name] for column in OF_NEED if column.name in line.cells}
    if not given:
        return None
    values, faults = _converted(given, None, batch.topics)
    stated = {"confidentiality": cells.confidentiality(""), **values}
    found = _checked(NeedFields, line, stated, batch, faults)
    if found is None:
        return None
    return NeedImport(line.place, found.values(text_locale=locale_by_script(found.title + found.text)))


def _repeated(batch: Batch) -> Iterator[ImportFault]:
    """Yield a fault for each address that stands for two people or in two places.

    A person is either an expert or a delegate of one enterprise. People without an address are compared by name and
    organisation.
    """
    seen: dict[str, tuple[RowPlace, int | None]] = {}
    people = [(each, each.email or each.key, None) for each in batch.experts] + [
        (each, each.email or firm.key(each), number)
        for number, firm in enumerate(batch.enterprises)
        for each in firm.delegates
    ]
    for person, who, enterprise in people:
        place, before = seen.setdefault(who, (person.place, enterprise))
        if place is person.place or (enterprise is not None and before == enterprise):
            continue
        if person.email:
            # Translators: sheet: the name of a sheet
            said = _(
                "This address is already in row %(row)s of the sheet “%(sheet)s”.", row=place.row, sheet=place.sheet
            )
            yield _fault(SheetRow(person.place, {"email": person.email}), "email", said)
        else:
            # Translators: sheet: the name of a sheet
            said = _(
                "This person is already in row %(row)s of the sheet “%(sheet)s”.", row=place.row, sheet=place.sheet
            )
            name = str(person.about.full_name) if isinstance(person, ExpertImport) else person.full_name
            yield _fault(SheetRow(person.place, {"full_name": name}), "full_name", said)


def locale_by_script(text: str) -> str:
    """Return the interface locale of the script that most letters of a text have; English for all other scripts."""
    letters = [_LOCALE_OF.get(script(char), "en") for char in text if char.isalpha()]
    most = max(sorted(set(letters)), key=letters.count, default="en")
    return most if most in LOCALES else "en"
