"""What is large on the page of a plan, drawn once for all who look at the same part of it in the same language."""

import asyncio
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from i18n import Translator
from server.memory import remembered_for
from server.models import Part
from server.pages import environment, for_reader
from server.studio import timetable
from server.studio.forms import By, PlanView
from server.studio.showing import BYTES_OF_ROW, Material, Planned

# What names, places and meetings depend on. Which meetings are lost depends on everything.
DRAWN_FROM = (Part.PEOPLE, Part.GRID, Part.PUBLISHED)


@dataclass(frozen=True)
class Drawn:
    """Parts of a plan's page as HTML. grid: the timetable, one of so many pages. options: people whose meetings can be
    highlighted. unserved: a list of the people without a meeting, whose number is idle.
    """

    grid: Markup
    pages: int
    options: Markup
    unserved: Markup
    idle: int

    @property
    def weight(self) -> int:
        """How many rows in memory it weighs as much as."""
        return sum(map(len, (self.grid, self.options, self.unserved))) // BYTES_OF_ROW


async def drawn(material: Material, look: PlanView) -> Drawn:
    """Return the large parts of a plan's page. One query, or none if they were drawn before and nothing in them has
    changed.
    """

    async def draw() -> Drawn:
        meetings = await timetable.meetings_shown(material, look)
        # In a thread, because a day can have thousands of meetings.
        return await asyncio.to_thread(_drawn, material, look, meetings)

    name = "page of a plan", material.plan.id, material.locale, look.query()
    basis = tuple(material.counts[part] for part in DRAWN_FROM), frozenset(material.lost)
    return await remembered_for(material.event.id, name, basis, draw, weigh=lambda found: found.weight)


def _drawn(material: Material, look: PlanView, meetings: list[Planned]) -> Drawn:
    shown, idle = timetable.timetable(material, look, meetings), look.of_people(material.outline.unserved)
    parts: Any = environment().get_template("plans/grid.html").make_module(for_reader(Translator(material.locale)))
    return Drawn(
        grid=parts.grid(shown, look, By),
        pages=shown.pages,
        options=timetable.people_options(material, look, meetings),
        unserved=parts.unserved([(material.base + href, material.words.party(id)) for id, href in idle.items()]),
        idle=len(idle),
    )
