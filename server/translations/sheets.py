"""Texts as a spreadsheet for agencies, one row a text, and what a filled-in spreadsheet would change."""

import hashlib
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from i18n import LOCALES, Message, Translator, _, formats, ngettext_, pgettext_, tag_of
from i18n.text import TextError, clean_line, clean_text, search_key
from server.errors import Refused
from server.imports.reading import Contents
from server.imports.telling import FaultGroup, stretches
from server.models import TranslationState
from server.translations import labels, texts
from server.translations import work as working
from server.translations.forms import is_other_script
from server.translations.marking import machine_properties
from server.translations.texts import LIMITS, TextKey
from server.translations.work import Reach, TextState, Work, WorkList
from server.workbooks import HEAD, LONGEST_TITLE, TEXT_ONLY

LONGEST = 120  # characters shown of an entry with a fault
MOST_SHOWN = 3  # different entries shown of rows with the same fault
HEAD_ROWS = 10  # rows in which the headings are looked for
KEY, TRANSLATION, STATE = "key", "translation", "state"
HEADINGS: Mapping[str, Message] = {
    # Translators: the code of a text
    KEY: pgettext_("column of texts", "Key"),
    "kind": pgettext_("column of texts", "Kind"),
    "owner": pgettext_("column of texts", "Belongs to"),
    "field": pgettext_("column of texts", "Field"),
    "source_language": pgettext_("column of texts", "Language of the original"),
    "source": pgettext_("column of texts", "Original"),
    "target_language": pgettext_("column of texts", "Language of the translation"),
    TRANSLATION: pgettext_("column of texts", "Translation"),
    STATE: pgettext_("column of texts", "State"),
}
WIDTHS = {KEY: 26, "source": 60, TRANSLATION: 60}
NARROW = 18
UNKNOWN = _("This key is not that of a text that you can translate. Do not change the keys of the file.")
CHANGED = _("The original has changed since the file was made. Download this text again.")
TAKEN = _("Somebody has changed this translation since the file was made. Compare the two on the page of the text.")
EMPTY = _("This translation is empty. Enter a text, or delete the row.")
TWICE = _("The file has another translation of the same text further up.")
NO_HEADINGS = _("The file has no columns with keys and translations. Use a file that you downloaded on this page.")


class NoTexts(Refused):
    """The file is a spreadsheet, but not one of texts."""

    status = 422
    field = "file"

    def __init__(self) -> None:
        super().__init__(NO_HEADINGS)


# Out ---------------------------------------------------------------------------------------------------------------


def key_of(each: Work) -> str:
    """Return the key of a row: text, language, and digests of the original and of the translation that it has."""
    name, row_id = each.piece.key
    now = _digest(each.found.text if each.found else "")
    return f"{name.value}-{row_id}-{each.locale}-{each.piece.hash[:12]}-{now}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def workbook(works: Sequence[Work], locale: str) -> bytes:
    """Return an XLSX workbook of texts in one language. locale: of the reader, for headings.

    Machine drafts say so in the column of states, and the document's properties that there are some.
    """
    import xlsxwriter

    translate, written = Translator(locale).translate, io.BytesIO()
    book = xlsxwriter.Workbook(written, TEXT_ONLY)
    if any(each.state is TextState.MACHINE for each in works):
        book.set_properties(dict(machine_properties(locale)))
    head = book.add_format(HEAD)
    cell = book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet(translate(pgettext_("name of a sheet", "Texts"))[:LONGEST_TITLE])
    sheet.freeze_panes(1, 0)
    for place, (name, heading) in enumerate(HEADINGS.items()):
        sheet.set_column(place, place, WIDTHS.get(name, NARROW))
        sheet.write_string(0, place, translate(heading), head)
    for number, each in enumerate(works, start=1):
        for place, text in enumerate(_cells(each, translate, locale)):
            sheet.write_string(number, place, text, cell)
    book.close()
    return written.getvalue()


def _cells(each: Work, translate: Callable[[Message], str], locale: str) -> Iterator[str]:
    """Yield the cells of a row in the order of HEADINGS."""
    source = each.piece.source
    yield key_of(each)
    yield translate(labels.KINDS[each.piece.kind])
    yield translate(labels.owner(each.piece))
    yield translate(labels.FIELDS[each.piece.key.field])
    yield formats.language(tag_of(source.locale).partition("-")[0], locale)
    yield source.text
    yield LOCALES[each.locale].endonym
    yield each.found.text if each.found else ""
    yield translate(labels.STATES[each.state])


# In ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NewText:
    """A translation that a row of a file would save.

    source: the text as it is now. state: MACHINE if the file says that a program wrote it.
    """

    key: TextKey
    locale: str
    text: str
    source: str
    state: TranslationState


@dataclass(frozen=True)
class RowFault:
    """What is wrong with a row of a file. row: its number. column: of HEADINGS."""

    row: int
    message: Message
    typed: str
    column: str = TRANSLATION


@dataclass
class SheetCheck:
    """What a file would change. unchanged: how many rows say what is stored already."""

    good: list[NewText] = field(default_factory=list)
    unchanged: int = 0
    faults: list[RowFault] = field(default_factory=list)

    def groups(self, translate: Callable[[Message], str]) -> list[FaultGroup]:
        """Return the faults for a page: rows with the same fault together."""
        found: dict[tuple[str, str], list[RowFault]] = {}
        for fault in self.faults:
            found.setdefault((fault.column, translate(fault.message)), []).append(fault)
        return [_group(why, faults, translate(HEADINGS[column])) for (column, why), faults in found.items()]


def _group(why: str, faults: Sequence[RowFault], column: str) -> FaultGroup:
    typed = tuple(dict.fromkeys(fault.typed[:LONGEST] for fault in faults if fault.typed))
    rows = stretches([fault.row for fault in faults])
    return FaultGroup(rows, len(faults), column, typed[:MOST_SHOWN], len(typed) <= MOST_SHOWN, why)


@cache
def _known(heading: Message) -> frozenset[str]:
    """Return the folded spellings of a text of a file in all languages."""
    return frozenset(search_key(Translator(code).translate(heading)) for code in LOCALES)


def check(contents: Contents, work: WorkList, reach: Reach) -> SheetCheck:
    """Return what a file would change for somebody with this reach. Raises NoTexts."""
    found, seen = SheetCheck(), set[tuple[TextKey, str]]()
    is_any = False
    for sheet in contents.sheets:
        at, columns = _headings(sheet.rows)
        if KEY not in columns or TRANSLATION not in columns:
            continue
        is_any = True
        for index in range(at + 1, len(sheet.rows)):
            cells = {
                name: sheet.rows[index][place] for name, place in columns.items() if place < len(sheet.rows[index])
            }
            if any(map(str.strip, cells.values())):
                _check_row(found, seen, sheet.number(index), cells, work, reach)
    if not is_any:
        raise NoTexts
    return found


def _headings(rows: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    """Return the row of the headings and the place of each known column."""
    for at, row in enumerate(rows[:HEAD_ROWS]):
        columns = {
            name: place
            for place, cell in enumerate(row)
            for name, heading in HEADINGS.items()
            if search_key(cell) in _known(heading)
        }
        if KEY in columns:
            return at, columns
    return 0, {}


def _check_row(
    found: SheetCheck,
    seen: set[tuple[TextKey, str]],
    row: int,
    cells: Mapping[str, str],
    work: WorkList,
    reach: Reach,
) -> None:
    typed = cells.get(TRANSLATION, "")
    each, source_digest, digest = _named(cells.get(KEY, ""), work, reach)
    if each is None:
        found.faults.append(RowFault(row, UNKNOWN, cells.get(KEY, ""), KEY))
        return
    text, fault = _cleaned(typed, each)
    stored = each.found.text if each.found else ""
    is_again = (each.piece.key, each.locale) in seen
    seen.add((each.piece.key, each.locale))
    if fault is None and text == stored and text:
        found.unchanged += 1
        return
    if fault is None and source_digest != each.piece.hash[:12]:
        fault = CHANGED
    elif fault is None and digest != _digest(stored):
        fault = TAKEN
    elif fault is None and is_again:
        fault = TWICE
    if fault is not None:
        found.faults.append(RowFault(row, fault, typed))
        return
    state = _state(cells.get(STATE, ""), each)
    found.good.append(NewText(each.piece.key, each.locale, text, each.piece.source.text, state))


def _state(told: str, each: Work) -> TranslationState:
    """Return MACHINE if a row says so of a text that is not a changed machine draft of ours."""
    is_machine = search_key(told) in _known(labels.STATES[TextState.MACHINE])
    return TranslationState.MACHINE if is_machine and each.state is not TextState.MACHINE else TranslationState.HUMAN


def _named(key: str, work: WorkList, reach: Reach) -> tuple[Work | None, str, str]:
    """Return the text that a key names with the digests of the key, None if there is no such text in reach."""
    parts = key.strip().split("-")
    field_name = texts.field_of(parts[0])
    if len(parts) != 5 or field_name is None or not (parts[1].isascii() and parts[1].isdigit() and len(parts[1]) < 11):
        return None, "", ""
    piece, locale = work.sources.of(TextKey(field_name, int(parts[1]))), parts[2]
    if piece is None or locale not in piece.targets(work.locales) or not reach.has(piece, locale):
        return None, "", ""
    return working.of_piece(work, piece, locale), parts[3], parts[4]


def _cleaned(typed: str, each: Work) -> tuple[str, Message | None]:
    """Return the text of a row as it would be stored, or what is wrong with it."""
    limit = LIMITS[each.piece.key.field]
    try:
        text = (clean_line if limit.is_line else clean_text)(typed)
    except TextError as refused:
        return "", refused.message
    if not any(char.isprintable() and not char.isspace() for char in text):
        return "", EMPTY
    if len(text) > limit.most:
        # Translators: length: how many characters the text has
        return "", ngettext_(
            "This text can have at most %(num)s character. Now: %(length)s.",
            "This text can have at most %(num)s characters. Now: %(length)s.",
            limit.most,
            length=len(text),
        )
    if is_other_script(text, each.locale, each.piece.source.text):
        # Translators: language: its own name for itself, such as Русский
        return "", _(
            "This text is not written in the script of this language: %(language)s.",
            language=LOCALES[each.locale].endonym,
        )
    return text, None
