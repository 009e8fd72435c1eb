"""Pictures of a plan, with names and texts in the reader's language."""

import asyncio
from collections.abc import Sequence
from datetime import date

from i18n import Message, Translator, _, formats, pgettext_
from i18n.locale import interface_locale
from matching import graph as engine_graph
from matching import problem as engine
from matching.pictures import plotting
from matching.pictures.plotting import PictureWords
from server.plans import snapshot
from server.plans.directory import NOBODY
from server.rows import number, pair_id
from server.studio.reasons import PlanNames
from server.studio.showing import Material, Planned, Whole, meetings_of


async def timetable_svg(material: Material, day: str) -> str:
    """Return a day by slot and table as SVG. day: of the plan. One query."""
    slots = [number(slot.id) for slot in material.outline.slots if slot.day == day]
    meetings = [_planned(each) for each in await meetings_of(material.plan, slot_id__in=slots)]
    outline = material.outline

    def draw() -> str:
        problem = snapshot.pictured(outline, meetings)
        texts = _words(problem, material.words, summary(outline.held, outline.pairs, material.locale))
        return plotting.timetable(problem, meetings, texts, [day])

    return await asyncio.to_thread(draw)


def _planned(meeting: Planned) -> engine.Meeting:
    """Return the meeting with the problem's ids."""
    pair = pair_id(meeting.expert_id, meeting.enterprise_id)
    interpreter = f"i{meeting.interpreter_id}" if meeting.interpreter_id else None
    return engine.Meeting(pair, f"s{meeting.slot_id}", f"t{meeting.table_id}", interpreter)


def graph_svg(whole: Whole) -> str:
    """Return the meetings as a graph in SVG."""
    return plotting.graph(whole.problem, held(whole), words(whole))


def graphml(whole: Whole) -> bytes:
    """Return the meetings as GraphML, with names of people, tables and interpreters."""
    return engine_graph.graphml(engine_graph.exported(whole.problem, held(whole), words(whole)))


def summary(meetings: int, pairs: int, locale: str) -> Message:
    """Return what the picture shows, for people who cannot see it."""
    return _(
        "Meetings: %(meetings)s · possible pairs: %(pairs)s",
        meetings=formats.number(meetings, locale),
        pairs=formats.number(pairs, locale),
    )


def held(whole: Whole) -> Sequence[engine.Meeting]:
    """Return the meetings with the problem's ids."""
    return [
        engine.Meeting(each["pair"], each["slot"], each["table"], each.get("interpreter"))
        for each in whole.result["meetings"]
    ]


def words(whole: Whole) -> PictureWords:
    """Return the texts of pictures in the reader's language."""
    said = summary(len(held(whole)), len(whole.problem.pairs), whole.words.locale)
    return _words(whole.problem, whole.words, said)


def _words(problem: engine.Problem, names: PlanNames, said: Message) -> PictureWords:
    tr, locale = Translator(names.locale).translate, names.locale
    return PictureWords(
        parties={each.id: names.party(each.id) for each in problem.parties},
        tables={each.id: _table(names, each.id) for each in problem.tables},
        interpreters={each.id: names.interpreter(each.id) for each in problem.interpreters},
        slots={each.id: formats.time(each.start, locale, names.zone) for each in problem.slots},
        days={each.day: formats.full_date(date.fromisoformat(each.day), locale) for each in problem.slots},
        language=interface_locale(locale).tag,
        timetable=tr(pgettext_("heading", "Timetable")),
        graph=tr(_("Graph of meetings")),
        summary=tr(said),
        slot=tr(pgettext_("column", "Slot")),
        interpreter=tr(_("Interpreter: first letter of the name")),
        pinned=tr(pgettext_("status", "Pinned meeting")),
        seal=tr(pgettext_("seal of a pinned meeting, one character", "P")),
        # Translators: legend of a picture: a line between two participants
        held=tr(pgettext_("label", "Meeting planned")),
        # Translators: legend of a picture: no line between two participants
        unheld=tr(_("No meeting planned")),
        sides=(tr(pgettext_("label", "Experts")), tr(pgettext_("label", "Enterprises"))),
    )


def _table(names: PlanNames, id: str) -> str:
    """Return the number of a table, or a dash if it was removed."""
    table = names.places.tables.get(number(id))
    return (
        NOBODY
        if table is None
        else Translator(names.locale).translate(pgettext_("label", "Table %(number)s", number=table.number))
    )
