"""Pictures of a plan, with names and texts in the reader's language."""

from collections.abc import Sequence
from datetime import date

from i18n import Message, Translator, _, formats, pgettext_
from i18n.locale import interface_locale
from matching import graph as engine_graph
from matching import problem as engine
from matching.pictures import plotting
from matching.pictures.plotting import PictureWords
from server.plans.directory import NOBODY
from server.rows import number
from server.studio.showing import Material


def timetable_svg(material: Material, day: str) -> str:
    """Return a day by slot and table as SVG. day: of the problem."""
    return plotting.timetable(material.problem, held(material), words(material), [day])


def graph_svg(material: Material) -> str:
    """Return the meetings as a graph in SVG."""
    return plotting.graph(material.problem, held(material), words(material))


def graphml(material: Material) -> bytes:
    """Return the meetings as GraphML, with names of people, tables and interpreters."""
    names = words(material)
    return engine_graph.graphml(engine_graph.exported(material.problem, held(material), names))


def summary(material: Material) -> Message:
    """Return what the picture shows, for people who cannot see it."""
    meetings, pairs = len(held(material)), len(material.problem.pairs)
    return _(
        "Meetings: %(meetings)s · possible pairs: %(pairs)s",
        meetings=formats.number(meetings, material.locale),
        pairs=formats.number(pairs, material.locale),
    )


def held(material: Material) -> Sequence[engine.Meeting]:
    """Return the meetings with the problem's ids."""
    return [
        engine.Meeting(each["pair"], each["slot"], each["table"], each.get("interpreter"))
        for each in material.result["meetings"]
    ]


def words(material: Material) -> PictureWords:
    """Return the texts of pictures in the reader's language."""
    tr, problem, locale = Translator(material.locale).translate, material.problem, material.locale
    return PictureWords(
        parties={each.id: material.words.party(each.id) for each in problem.parties},
        tables={each.id: _table(material, each.id) for each in problem.tables},
        interpreters={each.id: material.words.interpreter(each.id) for each in problem.interpreters},
        slots={each.id: formats.time(each.start, locale, material.words.zone) for each in problem.slots},
        days={each.day: formats.full_date(date.fromisoformat(each.day), locale) for each in problem.slots},
        language=interface_locale(locale).tag,
        timetable=tr(pgettext_("heading", "Timetable")),
        graph=tr(_("Graph of meetings")),
        summary=tr(summary(material)),
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


def _table(material: Material, id: str) -> str:
    """Return the number of a table, or a dash if it was removed."""
    table = material.places.tables.get(number(id))
    return (
        NOBODY
        if table is None
        else Translator(material.locale).translate(pgettext_("label", "Table %(number)s", number=table.number))
    )
