"""The columns of a spreadsheet: their headings, and how headings in any language are recognised."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from i18n import LOCALES, Message, Translator, _, pgettext_
from i18n.text import search_key
from server.imports.headings import FORMER, FORMER_OPTIONS_SHEETS, FORMER_WORDS, USUAL
from server.imports.tables import fold
from server.models import Confidentiality, Side
from server.profiles import CONFIDENTIALITY

_ASIDE = re.compile(r"[*＊:：]|\([^)]{0,200}\)|（[^）]{0,200}）")


@dataclass(frozen=True)
class Column:
    """A column that the import can read.

    name: of the form field. label: heading in the template. also: other labels of the field on the pages. help: what to
    enter, for the template. is_needed: needed in every row, or, for enterprises, in the first of their rows.
    """

    name: str
    label: Message
    also: tuple[Message, ...] = ()
    help: Message | None = None
    is_needed: bool = False


# Sheets of the template with explanations; the import does not read them.
TOPICS_SHEET = pgettext_("label", "Topics")
# Translators: the name of a sheet in the template: the values that cells can have
OPTIONS_SHEET = pgettext_("label", "Options")
# Words that name slots in a cell.
ALL = pgettext_("slots of a half-day", "All")
MORNING, AFTERNOON = pgettext_("day part", "Morning"), pgettext_("day part", "Afternoon")

_LANGUAGES = Column(
    "languages",
    pgettext_("label", "Meeting languages"),
    (_("Languages you can speak in meetings"), pgettext_("label", "Languages")),
    _("Codes or names, separated by commas: zh, ru, en"),
    is_needed=True,
)
_PRESENCE = (
    Column(
        "available",
        pgettext_("label", "Availability"),
        (_("When you can meet"), pgettext_("label", "Slots")),
        # Translators: all, morning, afternoon: words that the import knows
        _(
            "%(all)s, %(morning)s, %(afternoon)s, or slots such as 2026-05-21 09:30; leave empty for all slots",
            all=ALL,
            morning=MORNING,
            afternoon=AFTERNOON,
        ),
    ),
    Column("max_meetings", pgettext_("label", "Meeting limit"), help=_("A number; leave empty for no limit")),
)
_TOPICS_HELP = _("IDs or names from the sheet “%(sheet)s”, separated by semicolons", sheet=TOPICS_SHEET)
_MODES_HELP = _("See the sheet “%(sheet)s”; separated by semicolons", sheet=OPTIONS_SHEET)
_EMAIL = Column(
    "email",
    pgettext_("label", "E-mail address"),
    (pgettext_("label", "E-mail"),),
    _(
        "Leave empty if you do not know the address. You then get a link for this person, and the person "
        "enters the address."
    ),
)

EXPERT = (
    _EMAIL,
    Column(
        "full_name", pgettext_("label", "Full name"), (_("Your full name"), pgettext_("person", "Name")), is_needed=True
    ),
    Column("latin_name", _("Name in Latin letters, as in the passport"), (_("Name in Latin letters"),)),
    Column("zh_name", pgettext_("label", "Chinese name")),
    Column(
        "country",
        pgettext_("of a person", "Country"),
        help=_("Name or two-letter code, for example RU"),
        is_needed=True,
    ),
    Column("affiliation", pgettext_("label", "Organisation"), is_needed=True),
    # Translators: a person’s job title
    Column("position", pgettext_("label", "Position")),
    # Translators: an academic degree
    Column("degree", pgettext_("label", "Degree")),
    Column("headline", _("Summary in one line"), is_needed=True),
    Column("offer", _("What you work on"), (_("What you offer"),), is_needed=True),
    Column("results", pgettext_("label", "Key results")),
    Column("patents", pgettext_("label", "Patents")),
    Column("note", _("Note to meeting partners")),
    Column("topics", pgettext_("label", "Topics"), help=_TOPICS_HELP, is_needed=True),
    Column("readiness", _("Technology readiness level (TRL)"), help=pgettext_("note", "1 to 9 (TRL)")),
    Column("modes", _("Forms of cooperation"), help=_MODES_HELP, is_needed=True),
    _LANGUAGES,
    *_PRESENCE,
)

# Columns about the enterprise and its delegates: only the first row of an enterprise needs them.
OF_ENTERPRISE = (
    Column("name", _("Full name of the enterprise"), (pgettext_("organisation", "Enterprise"),), is_needed=True),
    Column("latin_name", _("Name in Latin letters")),
    Column(
        "kind",
        _("Type of organisation"),
        help=_("See the sheet “%(sheet)s”; leave empty for an enterprise", sheet=OPTIONS_SHEET),
    ),
    Column("description", _("What your organisation does")),
    Column("note", _("Note to meeting partners")),
    _EMAIL,
    Column(
        "full_name",
        pgettext_("label", "Full name"),
        (_("Your full name"), pgettext_("heading", "Delegates")),
        is_needed=True,
    ),
    # Translators: a person’s job title
    Column("position", pgettext_("label", "Position")),
    _LANGUAGES,
    *_PRESENCE,
    Column(
        "parallel",
        _("Meetings at the same time"),
        help=_("Each of the meetings at the same time needs its own delegate."),
    ),
)
OF_NEED = (
    Column(
        # Translators: the title of a need
        "title",
        _("Title of the need"),
        (pgettext_("label", "Title"), pgettext_("label", "Need")),
        _("One row for each need; leave empty if there is no need"),
    ),
    Column("text", pgettext_("label", "Technical goal")),
    Column("tried", _("What you have tried")),
    Column("acceptance", pgettext_("label", "Acceptance indicators")),
    Column("topics", pgettext_("label", "Topics"), help=_TOPICS_HELP),
    Column("must_topics", _("Topics that an expert has to know"), help=_TOPICS_HELP),
    Column("modes", _("Forms of cooperation"), help=_MODES_HELP),
    Column("readiness", _("Required readiness level (TRL)"), help=pgettext_("note", "1 to 9 (TRL)")),
    Column("deadline", pgettext_("label", "Deadline"), help=_("A date such as 2026-12-31")),
    Column("budget", pgettext_("label", "Budget"), help=_("See the sheet “%(sheet)s”", sheet=OPTIONS_SHEET)),
    Column("rights", _("Ownership of the results"), help=_("See the sheet “%(sheet)s”", sheet=OPTIONS_SHEET)),
    Column("decision_owner", pgettext_("label", "Decision owner")),
    # Translators: who can see which part of a need
    Column(
        "confidentiality",
        pgettext_("label", "Visibility"),
        help=_(
            "See the sheet “%(sheet)s”; if empty: “%(default)s”",
            sheet=OPTIONS_SHEET,
            default=CONFIDENTIALITY[Confidentiality.STAGED],
        ),
    ),
)
COLUMNS: Mapping[Side, tuple[Column, ...]] = {Side.EXPERT: EXPERT, Side.ENTERPRISE: (*OF_ENTERPRISE, *OF_NEED)}
SHEETS: Mapping[Side, Message] = {
    Side.EXPERT: pgettext_("label", "Experts"),
    Side.ENTERPRISE: pgettext_("label", "Enterprises"),
}


def in_every_language(message: Message) -> Iterator[str]:
    """Return a word in English, in every interface language, and as earlier templates had it."""
    yield message.msgid
    yield from FORMER_WORDS.get(message.msgid, ())
    yield from (Translator(code).translate(message) for code in LOCALES)


def spellings(*messages: Message) -> Iterator[str]:
    """Return headings in every language, folded by `key`."""
    return (key(name) for message in messages for name in in_every_language(message))


def key(text: str) -> str:
    """Return the form of a heading or answer that is equal for all its spellings."""
    return search_key(_ASIDE.sub(" ", text))


@cache
def _names(side: Side) -> Mapping[str, str]:
    """Return {folded heading: field name} for the template's sheet of a side."""
    found = {key(column.name): column.name for column in COLUMNS[side]}
    for column in COLUMNS[side]:
        found |= dict.fromkeys(spellings(column.label), column.name)
    for column in COLUMNS[side]:
        found = dict.fromkeys(spellings(*column.also), column.name) | found
    return found


@cache
def _usual_names(side: Side) -> Mapping[str, str]:
    """Return {folded heading: field name} for other headings that offices use."""
    of_side = {column.name for column in COLUMNS[side]}
    return {
        folded: name
        for name, headings in (*USUAL.items(), *FORMER.items())
        if name in of_side
        for folded in map(key, headings.split(";"))
        if folded and folded not in _names(side)
    }


@cache
def _sheet_names() -> Mapping[str, Side | None]:
    named: dict[str, Side | None] = dict.fromkeys(
        (*spellings(TOPICS_SHEET, OPTIONS_SHEET), *map(key, FORMER_OPTIONS_SHEETS))
    )
    return named | {
        spelling: side for side, label in SHEETS.items() for spelling in (*spellings(label), key(f"{side}s"), key(side))
    }


@cache
def every_heading() -> frozenset[str]:
    """Return all known column headings of all sheets, folded as the process that reads files folds them."""
    named = (spelling for side in Side for spelling in (*_names(side), *_usual_names(side)))
    return frozenset(fold(spelling) for spelling in named)


def known_headings(row: Sequence[str]) -> int:
    """Return how many cells of a row are known headings, for the side with more of them."""
    return max(_known(side, row) for side in Side)


def _known(side: Side, row: Sequence[str]) -> int:
    return len({name for name in fields_of(side, row) if name})


def side_of(name: str, headings: Sequence[str]) -> Side | None:
    """Return the side of a sheet by its headings, or by its name if the headings suit both; None if no heading is
    known.
    """
    known = {side: _known(side, headings) for side in Side}
    named = _sheet_names().get(key(name))
    best = max(Side, key=lambda side: (known[side], side is named))
    return best if known[best] else None


def is_explanation(name: str) -> bool:
    """Return whether the sheet is one of the template's sheets with explanations."""
    return _sheet_names().get(key(name), Side.EXPERT) is None


def fields_of(side: Side, headings: Sequence[str]) -> list[str | None]:
    """Return the field of each heading, None for unknown headings.

    A heading that only offices use (`headings`) gets a field only if no other column has this field.
    """
    folded = [key(heading) for heading in headings]
    found = [_names(side).get(each) for each in folded]
    for place, each in enumerate(folded):
        usual = _usual_names(side).get(each)
        if found[place] is None and usual not in found:
            found[place] = usual
    return found
