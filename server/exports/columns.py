"""Columns that an organiser can choose for a list, and the words of their cells."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cached_property
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from i18n import Message, Translator, formats
from server.exports.sheets import Cell, Heading, Sheet
from server.models import Event, Right, TranslationState
from server.pages import zone_of
from server.schemes import scheme_of
from server.translations.marking import marked
from server.translations.reading import TextReader, Written

R = TypeVar("R")
NARROW, USUAL, BROAD = 12, 22, 48  # characters


@dataclass(frozen=True)
class Words:
    """Turns values into the words of cells, in the language of the organiser. texts: as that organiser reads them.

    drafts: filled with each machine draft that nobody has checked, for the mark in the file's properties.
    """

    event: Event
    texts: TextReader
    drafts: list[Written] = field(default_factory=list)

    @property
    def locale(self) -> str:
        return self.texts.locale

    @cached_property
    def zone(self) -> ZoneInfo:
        return zone_of(self.event)

    @cached_property
    def _translator(self) -> Translator:
        return Translator(self.locale)

    def text(self, written: Written) -> str:
        """Return a participant's text; drafts by machine and other unsure translations say what they are."""
        if written.state is TranslationState.MACHINE:
            self.drafts.append(written)
        found = marked(written, self.locale)
        return found if isinstance(found, str) else self._translator.translate(found)

    def said(self, message: Message) -> str:
        return self._translator.translate(message)

    def of_event(self, many: Mapping[str, str]) -> str:
        """Return a text of the event in the reader's language, or in another one."""
        return self._translator.text(many)[0]

    def label(self, labels: Mapping[Any, Message], value: Any) -> str:
        """Return the label of a value, "" for none."""
        return self.said(labels[value]) if value is not None and value in labels else ""

    def labels(self, labels: Mapping[Any, Message], values: Iterable[Any]) -> str:
        return "; ".join(self.label(labels, value) for value in values)

    def topics(self, ids: Iterable[str]) -> str:
        scheme = scheme_of(self.event)
        return "; ".join(scheme.label(id, self.locale) if id in scheme.topics else id for id in ids)

    def country(self, code: str) -> str:
        return formats.country(code, self.locale) if code else ""

    def languages(self, tags: Iterable[str]) -> str:
        return "; ".join(formats.language(tag, self.locale) for tag in tags)

    def local(self, moment: datetime | None) -> datetime | None:
        """Return a moment at the venue, without its zone: files have none."""
        return moment.astimezone(self.zone).replace(tzinfo=None) if moment else None

    def clock(self, moment: datetime) -> time:
        """Return the time of day of a moment at the venue."""
        return moment.astimezone(self.zone).time()

    def day(self, moment: datetime | None) -> date | None:
        """Return the day of a moment at the venue."""
        return moment.astimezone(self.zone).date() if moment else None


@dataclass(frozen=True)
class Column(Generic[R]):
    """A column. value: its cell in a row. is_usual: shown until an organiser chooses. width: in characters."""

    code: str
    heading: Message
    value: Callable[[R, Words], Cell]
    width: int = USUAL
    is_usual: bool = True


@dataclass(frozen=True)
class View:
    """Which part of a list is asked for. state: a filter of the list on its page. plan_id: whose meetings."""

    state: str = ""
    plan_id: int = 0


@dataclass(frozen=True)
class ExportList(Generic[R]):
    """A list that can be saved as a file. read: returns its rows, in a fixed number of queries. right: who may.

    page: path below the event of the page that shows it.
    """

    code: str
    title: Message
    right: Right
    page: str
    columns: Sequence[Column[R]]
    read: Callable[[Event, View], Awaitable[Sequence[R]]]

    @property
    def usual(self) -> list[str]:
        """The codes of the columns of who has not chosen yet."""
        return [column.code for column in self.columns if column.is_usual]

    def chosen(self, codes: Iterable[str]) -> list[Column[R]]:
        """Return the columns with these codes, in the list's order; a code that is not known is none."""
        wanted = frozenset(codes)
        return [column for column in self.columns if column.code in wanted]


def sheet(title: Message, columns: Sequence[Column[R]], rows: Sequence[R], words: Words) -> Sheet:
    """Return a list with these columns, one row for each row."""
    return Sheet(
        title=words.said(title),
        headings=[Heading(words.said(column.heading), column.width) for column in columns],
        rows=[[column.value(row, words) for column in columns] for row in rows],
    )
