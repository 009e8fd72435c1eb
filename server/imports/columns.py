"""What the columns of a spreadsheet are called, and how headings of any language are recognised."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from i18n import LOCALES, Message, Translator, _, pgettext_
from i18n.text import search_key
from server.imports.headings import USUAL
from server.imports.tables import fold
from server.models import Side

_ASIDE = re.compile(r"[*＊:：]|\([^)]{0,200}\)|（[^）]{0,200}）")


@dataclass(frozen=True)
class Column:
    """name: of the form's field. label: its heading in the template; also: what the forms call it elsewhere.

    help: what to write, for the template. is_needed: in every row, or, for enterprises, in the first of their rows.
    """

    name: str
    label: Message
    also: tuple[Message, ...] = ()
    help: Message | None = None
    is_needed: bool = False


_LANGUAGES = Column(
    "languages",
    _("Languages of the meetings"),
    (_("Languages you can hold a talk in"), _("Languages")),
    _("Codes or names, with commas between them: zh, ru, en"),
    is_needed=True,
)
_PRESENCE = (
    Column(
        "available",
        _("Presence"),
        (_("When you can meet"), _("Slots")),
        _("all, morning, afternoon, or slots such as 2026-05-21 09:30; empty is all"),
    ),
    Column("max_meetings", _("Meetings at most"), help=_("A number; empty for as many as fit")),
)
_TOPICS_HELP = _("Ids or labels from the sheet of topics, with semicolons between them")
_MODES_HELP = _("As in the sheet of answers, with semicolons between them")
_EMAIL = Column(
    "email",
    _("E-mail address"),
    (_("E-mail"),),
    _("Empty where you do not know it: the person gets a link from you and enters it."),
)

EXPERT = (
    _EMAIL,
    Column("full_name", _("Full name"), (_("Your full name"), _("Name")), is_needed=True),
    Column("latin_name", _("In Latin letters, as in the passport"), (_("Name in Latin letters"),)),
    Column("zh_name", _("Chinese name")),
    Column(
        "country", pgettext_("of a person", "Country"), help=_("A name or a code of two letters, RU"), is_needed=True
    ),
    Column("affiliation", _("Organisation"), is_needed=True),
    Column("position", _("Position")),
    Column("degree", _("Degree")),
    Column("headline", _("In one line"), is_needed=True),
    Column("offer", _("What you work on"), (_("What you offer"),), is_needed=True),
    Column("topics", _("Topics"), help=_TOPICS_HELP, is_needed=True),
    Column("readiness", _("How far the result is"), help=_("1 to 9 (TRL)")),
    Column("modes", _("Forms of cooperation"), help=_MODES_HELP, is_needed=True),
    _LANGUAGES,
    *_PRESENCE,
)

# Of the enterprise and of whoever comes: only the first of an enterprise's rows has to have them.
OF_ENTERPRISE = (
    Column("name", _("Full name of the enterprise"), (pgettext_("organisation", "Enterprise"),), is_needed=True),
    Column("latin_name", _("Name in Latin letters")),
    Column("kind", _("Kind"), help=_("As in the sheet of answers; empty is an enterprise")),
    Column("description", _("What you make")),
    _EMAIL,
    Column("full_name", _("Full name"), (_("Your full name"), _("Who comes")), is_needed=True),
    Column("position", _("Position")),
    _LANGUAGES,
    *_PRESENCE,
    Column("parallel", _("Meetings at the same time"), help=_("More than one needs as many delegates.")),
)
OF_NEED = (
    Column(
        "title", _("Title of the need"), (_("Title"), _("Need")), _("One row for each need; empty where there is none")
    ),
    Column("text", _("Technical goal")),
    Column("topics", _("Topics"), help=_TOPICS_HELP),
    Column("must_topics", _("Topics that an expert has to know"), help=_TOPICS_HELP),
    Column("modes", _("Forms of cooperation"), help=_MODES_HELP),
    Column("readiness", _("Readiness wanted"), help=_("1 to 9 (TRL)")),
    Column("deadline", _("Wanted by"), help=_("A date such as 2026-12-31")),
    Column("budget", _("Budget"), help=_("As in the sheet of answers")),
    Column("confidentiality", _("Who may read what"), help=_("As in the sheet of answers; empty is in stages")),
)
COLUMNS: Mapping[Side, tuple[Column, ...]] = {Side.EXPERT: EXPERT, Side.ENTERPRISE: (*OF_ENTERPRISE, *OF_NEED)}
SHEETS: Mapping[Side, Message] = {Side.EXPERT: _("Experts"), Side.ENTERPRISE: _("Enterprises")}
# Sheets of the template that explain and are not read.
TOPICS_SHEET, ANSWERS_SHEET = _("Topics"), _("Answers")


def in_every_language(message: Message) -> Iterator[str]:
    """A word in English and in every interface language."""
    yield message.msgid
    yield from (Translator(code).translate(message) for code in LOCALES)


def spellings(*messages: Message) -> Iterator[str]:
    """Headings in every language, folded by `key`."""
    return (key(name) for message in messages for name in in_every_language(message))


def key(text: str) -> str:
    """What two spellings of a heading or an answer have in common."""
    return search_key(_ASIDE.sub(" ", text))


@cache
def _names(side: Side) -> Mapping[str, str]:
    """{folded heading: field name} of a side's sheet."""
    found = {key(column.name): column.name for column in COLUMNS[side]}
    for column in COLUMNS[side]:
        found |= dict.fromkeys(spellings(column.label), column.name)
    for column in COLUMNS[side]:
        found = dict.fromkeys(spellings(*column.also), column.name) | found
    return found


@cache
def _usual_names(side: Side) -> Mapping[str, str]:
    """{folded heading: field name} of what offices write beside that."""
    of_side = {column.name for column in COLUMNS[side]}
    return {
        folded: name
        for name, headings in USUAL.items()
        if name in of_side
        for folded in map(key, headings.split(";"))
        if folded and folded not in _names(side)
    }


@cache
def _sheet_names() -> Mapping[str, Side | None]:
    named: dict[str, Side | None] = dict.fromkeys(spellings(TOPICS_SHEET, ANSWERS_SHEET))
    return named | {
        spelling: side for side, label in SHEETS.items() for spelling in (*spellings(label), key(f"{side}s"), key(side))
    }


@cache
def every_heading() -> frozenset[str]:
    """What any column of any sheet may be called, folded as the process that reads files does it."""
    named = (spelling for side in Side for spelling in (*_names(side), *_usual_names(side)))
    return frozenset(fold(spelling) for spelling in named)


def known_headings(row: Sequence[str]) -> int:
    """How many cells of a row are headings of the side that knows most of them."""
    return max(_known(side, row) for side in Side)


def _known(side: Side, row: Sequence[str]) -> int:
    return len({name for name in fields_of(side, row) if name})


def side_of(name: str, headings: Sequence[str]) -> Side | None:
    """Whose sheet it is: by its headings, and where those suit both, by its name. None where no heading is known."""
    known = {side: _known(side, headings) for side in Side}
    named = _sheet_names().get(key(name))
    best = max(Side, key=lambda side: (known[side], side is named))
    return best if known[best] else None


def is_explanation(name: str) -> bool:
    """A sheet by which the template explains itself."""
    return _sheet_names().get(key(name), Side.EXPERT) is None


def fields_of(side: Side, headings: Sequence[str]) -> list[str | None]:
    """The field that each heading names, None for a heading that is not known.

    A heading that offices use names a field only where no other column does.
    """
    folded = [key(heading) for heading in headings]
    found = [_names(side).get(each) for each in folded]
    for place, each in enumerate(folded):
        usual = _usual_names(side).get(each)
        if found[place] is None and usual not in found:
            found[place] = usual
    return found
