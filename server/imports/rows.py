"""Sheets of text -> who and what is to be stored, checked by the forms of the web; or every fault with its place."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from i18n import LOCALES, Message, _
from i18n.text import script, search_key
from matching.affinity import Scheme
from server import forms
from server.accounts.forms import Email
from server.imports import cells
from server.imports.columns import COLUMNS, OF_ENTERPRISE, OF_NEED, fields_of, is_explanation, side_of
from server.imports.reading import Sheet
from server.models import NeedState, Side
from server.needs.forms import NeedFields
from server.profiles import among
from server.registrations.forms import (
    Cooperation,
    DelegateFields,
    EnterprisePresence,
    EnterpriseProfile,
    ExpertWork,
    Presence,
)

# While they are stored, an embedded database keeps every other request waiting: some ten milliseconds a row.
MAX_ROWS = 1000
_LOCALE_OF = {"CJK": "zh_Hans", "CYRILLIC": "ru", "ARABIC": "ar"}
ABOUT = frozenset({"full_name", "latin_name", "zh_name", "country"})
ORGANISATION = frozenset({"name", "latin_name", "kind", "description"})


class ExpertRow(ExpertWork, Cooperation, Presence):
    email: Email


class EnterpriseRow(EnterpriseProfile, EnterprisePresence):
    email: Email


@dataclass(frozen=True)
class Place:
    """Where in the file something stands. headings: of the columns as the file has them, by field."""

    sheet: str
    row: int
    side: Side
    headings: Mapping[str, str] = field(default_factory=dict)

    def heading(self, name: str) -> str | Message:
        """The file's heading of a field; what it would be called, where the file has none."""
        labels = {column.name: column.label for column in COLUMNS[self.side]}
        return self.headings.get(name) or labels.get(name) or ""


@dataclass(frozen=True)
class ImportFault:
    """A cell that cannot be taken, and why."""

    place: Place
    column: str | Message
    typed: str
    message: Message


@dataclass(frozen=True)
class Line:
    """A row. cells: text by field, empty ones left out."""

    place: Place
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Expert:
    """about: columns of Person. values: columns of Registration. locale: in which the letter is written."""

    place: Place
    email: str
    locale: str
    about: Mapping[str, str]
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Delegate:
    place: Place
    email: str
    full_name: str
    position: str


@dataclass(frozen=True)
class Need:
    """values: columns of Need."""

    place: Place
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Enterprise:
    """organisation, values: columns of Organisation and Registration. The first delegate registers it."""

    place: Place
    organisation: Mapping[str, Any]
    values: Mapping[str, Any]
    delegates: Sequence[Delegate]
    needs: Sequence[Need]


@dataclass
class Batch:
    """What the files say. topics: those that rows may name. ignored: headings of columns that nobody reads."""

    topics: Scheme
    experts: list[Expert] = field(default_factory=list)
    enterprises: list[Enterprise] = field(default_factory=list)
    faults: list[ImportFault] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


def batch_of(sheets: Iterable[Sheet], presence: cells.Presence, topics: Scheme) -> Batch:
    """Everybody in the sheets. Where there is a fault, those without are in it all the same."""
    batch = Batch(topics)
    lines: dict[Side, list[Line]] = {side: [] for side in Side}
    for sheet in sheets:
        _take_sheet(sheet, lines, batch)
    for each in lines[Side.EXPERT]:
        _take_expert(each, presence, batch)
    for group in _grouped(lines[Side.ENTERPRISE]):
        _take_enterprise(group, presence, batch)
    batch.faults += _repeated(batch)
    if not any(lines.values()) and not batch.faults:
        batch.faults.append(_at_heading(Place("", 1, Side.EXPERT), "", _("There is no row to import in this file.")))
    return batch


def _take_sheet(sheet: Sheet, lines: dict[Side, list[Line]], batch: Batch) -> None:
    headings = [cell.strip() for cell in sheet.rows[0]] if sheet.rows else []
    if is_explanation(sheet.name) or not any(map(any, sheet.rows)):
        return
    side = side_of(sheet.name, headings)
    if side is None:
        none_known = _("The first row of this sheet has none of the headings of the template.")
        batch.faults.append(_at_heading(Place(sheet.name, 1, Side.EXPERT), " | ".join(headings)[:80], none_known))
        return
    fields = fields_of(side, headings)
    place = Place(sheet.name, 1, side, {name: h for name, h in zip(fields, headings, strict=True) if name})
    batch.ignored += [h for name, h in zip(fields, headings, strict=True) if h and name is None]
    faults = list(_heading_faults(place, fields))
    batch.faults += faults
    if not faults:
        rows = [_line(place, sheet.number(at), fields, row) for at, row in enumerate(sheet.rows[1:], start=1)]
        lines[side] += [each for each in rows if each.cells]
    if sum(map(len, lines.values())) > MAX_ROWS:
        too_many = _("At most %(number)s rows can be imported at a time. Split the file.", number=MAX_ROWS)
        batch.faults.append(_at_heading(place, "", too_many))
        lines[side].clear()


def _heading_faults(place: Place, fields: Sequence[str | None]) -> Iterator[ImportFault]:
    for name in sorted({name for name in fields if name and fields.count(name) > 1}):
        yield _at_heading(place, place.headings[name], _("Two columns mean the same. Take one of them out."))
    for column in COLUMNS[place.side]:
        if column.is_needed and column.name not in fields:
            yield _at_heading(place, "", _("The column “%(column)s” is missing.", column=column.label))


def _at_heading(place: Place, heading: str, message: Message) -> ImportFault:
    return ImportFault(place, heading, "", message)


def _line(place: Place, number: int, fields: Sequence[str | None], row: Sequence[str]) -> Line:
    given = {name: cell for name, cell in zip(fields, row, strict=False) if name and cell.strip()}
    return Line(Place(place.sheet, number, place.side, place.headings), given)


def _fault(line: Line, name: str, message: Message) -> ImportFault:
    return ImportFault(line.place, line.place.heading(name), line.cells.get(name, "")[:200], message)


def _checked(
    schema: type[forms.S], line: Line, values: Mapping[str, Any], batch: Batch, more: Mapping[str, Message]
) -> forms.S | None:
    """The row as the form takes it, or None and its faults in the batch. more: faults that were found before."""
    try:
        found = forms.check(schema, values, among(batch.topics))
    except forms.Invalid as invalid:
        found_wrong = {name: _unknown(line, name) or message for name, message in invalid.form.faults.items()}
        batch.faults += [_fault(line, name, message) for name, message in {**found_wrong, **more}.items()]
        return None
    batch.faults += [_fault(line, name, message) for name, message in more.items()]
    return None if more else found


def _unknown(line: Line, name: str) -> Message | None:
    """What to say of an answer that the forms let one choose: a file offers none. None for all else."""
    if not line.cells.get(name):
        return None
    if name == "country":
        return _("Write the name of a country, or its two letters, such as RU.")
    if name in ("modes", "kind", "budget", "confidentiality"):
        return _("Write one of the answers that the template’s sheet of answers lists.")
    return None


_CONVERTED = {
    "country": cells.country,
    "languages": cells.languages,
    "modes": cells.modes,
    "readiness": cells.level,
    "kind": cells.kind,
    "budget": cells.budget,
    "confidentiality": cells.confidentiality,
    "deadline": cells.day,
}


def _converted(
    given: Mapping[str, str], presence: cells.Presence | None, topics: Scheme
) -> tuple[dict[str, Any], dict[str, Message]]:
    """Values for a form, and the faults of what could not be made one. presence: None where no slots are asked for."""
    values: dict[str, Any] = {
        name: _CONVERTED[name](cell) if name in _CONVERTED else cell for name, cell in given.items()
    }
    values |= {name: cells.topics(given[name], topics) for name in ("topics", "must_topics") if name in given}
    try:
        if presence is not None:
            values["available"] = presence.ids(given.get("available", ""))
    except forms.Fault as fault:
        return values | {"available": [1]}, {"available": fault.message}
    return values, {}


def _take_expert(line: Line, presence: cells.Presence, batch: Batch) -> None:
    values, faults = _converted(line.cells, presence, batch.topics)
    found = _checked(ExpertRow, line, values, batch, faults)
    if found is None:
        return
    about = found.model_dump(include=set(ABOUT))
    locale = written_in(found.headline + found.offer)
    columns = found.model_dump(exclude={*ABOUT, "email", "time_zone"})
    batch.experts.append(Expert(line.place, found.email, locale, about, {**columns, "text_locale": locale}))


def _grouped(lines: Iterable[Line]) -> list[list[Line]]:
    """The rows of each enterprise; one without a name continues the enterprise above it."""
    groups: dict[str, list[Line]] = {}
    above = ""
    for line in lines:
        above = search_key(line.cells.get("name", "")) or above
        groups.setdefault(above, []).append(line)
    return list(groups.values())


def _take_enterprise(lines: Sequence[Line], presence: cells.Presence, batch: Batch) -> None:
    first, merged = lines[0], {}
    for column in OF_ENTERPRISE:
        said = next((line for line in lines if column.name in line.cells), None)
        if said is not None:
            merged[column.name] = said.cells[column.name]
    whole = Line(first.place, merged)
    values, faults = _converted(merged, presence, batch.topics)
    found = _checked(EnterpriseRow, whole, {"kind": "enterprise", **values}, batch, faults)
    people = [person for line in lines if (person := _delegate(line, first, batch))]
    delegates = list({person.email: person for person in reversed(people)}.values())[::-1]
    needs = [need for line in lines if (need := _need(line, batch))]
    if found is None:
        return
    locale = written_in(found.name + found.description)
    organisation = found.model_dump(include=set(ORGANISATION)) | {"description_locale": locale}
    columns = found.model_dump(exclude={*ORGANISATION, "email", "full_name", "position"}) | {"text_locale": locale}
    batch.enterprises.append(Enterprise(first.place, organisation, columns, delegates, needs))


def _delegate(line: Line, first: Line, batch: Batch) -> Delegate | None:
    """Whoever the row names; the faults of the first row are those of its enterprise."""
    given = {name: line.cells[name] for name in ("email", "full_name", "position") if name in line.cells}
    if "email" not in given:
        return None
    try:
        found = forms.check(DelegateFields, given)
    except forms.Invalid as invalid:
        if line is not first:
            batch.faults += [_fault(line, name, message) for name, message in invalid.form.faults.items()]
        return None
    return Delegate(line.place, found.email, found.full_name, found.position)


def _need(line: Line, batch: Batch) -> Need | None:
    given = {column.name: line.cells[column.name] for column in OF_NEED if column.name in line.cells}
    if not given:
        return None
    values, faults = _converted(given, None, batch.topics)
    stated = {"confidentiality": cells.confidentiality(""), **values}
    found = _checked(NeedFields, line, stated, batch, faults)
    if found is None:
        return None
    columns = {**found.columns(), "text_locale": written_in(found.title + found.text), "state": NeedState.PUBLISHED}
    return Need(line.place, columns)


def _repeated(batch: Batch) -> Iterator[ImportFault]:
    """One address is one person, who stands once: as an expert, or as the delegate of one enterprise."""
    seen: dict[str, tuple[Place, int | None]] = {}
    people: list[tuple[Expert | Delegate, int | None]] = [(each, None) for each in batch.experts]
    people += [(each, number) for number, firm in enumerate(batch.enterprises) for each in firm.delegates]
    for person, enterprise in people:
        place, before = seen.setdefault(person.email, (person.place, enterprise))
        if place is not person.place and (enterprise is None or before != enterprise):
            said = _("This address stands in row %(row)s of “%(sheet)s” already.", row=place.row, sheet=place.sheet)
            yield _fault(Line(person.place, {"email": person.email}), "email", said)


def written_in(text: str) -> str:
    """The interface locale whose script most letters have; English for a script of none."""
    letters = [_LOCALE_OF.get(script(char), "en") for char in text if char.isalpha()]
    most = max(sorted(set(letters)), key=letters.count, default="en")
    return most if most in LOCALES else "en"
