"""Needs, wishes and interpreters as lists for files."""

from collections.abc import Sequence
from dataclasses import dataclass

from i18n import _, pgettext_
from server.desk import listing
from server.desk.service import standing_wishes
from server.exports.columns import BROAD, NARROW, Column, ExportList, View
from server.models import Event, Interpreter, Need, Right, Wish
from server.names import country_of, party_name, shown_name
from server.needs.labels import LABELS, STATES
from server.profiles import BUDGETS, CONFIDENTIALITY, MODES, RIGHTS
from server.wishes.labels import WISHES


async def _needs(event: Event, view: View) -> Sequence[Need]:
    return await listing.all_needs(event, view.state)


async def _wishes(event: Event, _view: View) -> Sequence[Wish]:
    whose = ("by__person", "by__organisation", "about__person", "about__organisation")
    return await standing_wishes(event).order_by("by_id", "about_id").select_related(*whose)


@dataclass(frozen=True)
class InterpreterRow:
    """An interpreter. slots: for meetings, in which the interpreter is available."""

    interpreter: Interpreter
    slots: int


async def _interpreters(event: Event, _view: View) -> list[InterpreterRow]:
    usable = frozenset(await listing.open_slots(event))
    rows = await Interpreter.filter(event_id=event.id).order_by("id").select_related("person")
    return [InterpreterRow(row, len(usable.intersection(row.available))) for row in rows]


_need_columns: Sequence[Column[Need]] = (
    Column("enterprise", pgettext_("organisation", "Enterprise"),
           lambda need, words: party_name(need.registration, words.locale)),
    Column("title", LABELS["title"], lambda need, words: words.text(words.texts.title(need)), BROAD),
    Column("original", _("Title in the original"), lambda need, _words: need.title, BROAD, is_usual=False),
    Column("text", LABELS["text"], lambda need, words: words.text(words.texts.text(need)), BROAD, is_usual=False),
    Column("tried", LABELS["tried"], lambda need, words: words.text(words.texts.tried(need)), BROAD, is_usual=False),
    Column("acceptance", LABELS["acceptance"], lambda need, words: words.text(words.texts.acceptance(need)), BROAD,
           is_usual=False),
    Column("topics", LABELS["topics"], lambda need, words: words.topics(need.topics), BROAD),
    Column("modes", LABELS["modes"], lambda need, words: words.labels(MODES, need.modes), is_usual=False),
    Column("readiness", LABELS["readiness"], lambda need, _words: need.readiness, NARROW, is_usual=False),
    Column("deadline", LABELS["deadline"], lambda need, _words: need.deadline, NARROW),
    Column("budget", LABELS["budget"], lambda need, words: words.label(BUDGETS, need.budget)),
    Column("rights", LABELS["rights"], lambda need, words: words.label(RIGHTS, need.rights), is_usual=False),
    Column("decision_owner", LABELS["decision_owner"], lambda need, _words: need.decision_owner, is_usual=False),
    Column("confidentiality", LABELS["confidentiality"],
           lambda need, words: words.label(CONFIDENTIALITY, need.confidentiality)),
    Column("status", pgettext_("column", "Status"), lambda need, words: words.label(STATES, need.state)),
)  # fmt: skip
_wish_columns: Sequence[Column[Wish]] = (
    # Translators: the participant who has the wish
    Column("by", pgettext_("column", "From"), lambda wish, words: party_name(wish.by, words.locale), BROAD),
    Column("kind", pgettext_("of a wish", "Wish"), lambda wish, words: words.label(WISHES, wish.kind)),
    # Translators: the participant whom the wish is about
    Column("about", pgettext_("of a wish", "About"), lambda wish, words: party_name(wish.about, words.locale), BROAD),
    Column("at", pgettext_("column", "Last changed"), lambda wish, words: words.local(wish.updated_at)),
)  # fmt: skip
_interpreter_columns: Sequence[Column[InterpreterRow]] = (
    Column("name", pgettext_("person", "Name"), lambda row, words: shown_name(row.interpreter, words.locale)),
    Column("country", pgettext_("of a person", "Country"),
           lambda row, words: words.country(country_of(row.interpreter)), is_usual=False),
    Column("email", pgettext_("label", "E-mail"),
           lambda row, _words: row.interpreter.person.email if row.interpreter.person.has_address else ""),
    Column("languages", pgettext_("label", "Languages"), lambda row, words: words.languages(row.interpreter.languages)),
    Column("slots", pgettext_("label", "Slots"), lambda row, _words: row.slots, NARROW),
    Column("most", pgettext_("column", "Most meetings"), lambda row, _words: row.interpreter.max_meetings, NARROW),
    Column("in_a_row", _("Most meetings in a row"), lambda row, _words: row.interpreter.max_consecutive, NARROW),
)  # fmt: skip

NEEDS = ExportList("needs", pgettext_("label", "Needs"), Right.PEOPLE, "/needs", _need_columns, _needs)
WISHES_LIST = ExportList("wishes", pgettext_("label", "Wishes"), Right.PLAN, "/all-wishes", _wish_columns, _wishes)
INTERPRETERS = ExportList(
    "interpreters", pgettext_("heading", "Interpreters"), Right.PEOPLE, "/interpreters", _interpreter_columns,
    _interpreters,
)  # fmt: skip
