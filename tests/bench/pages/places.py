"""The pages that are measured: whose they are and where."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from matching.affinity import scheme
from tests.bench.pages.keeping import World


@dataclass(frozen=True)
class Place:
    """A page. role: of its reader, "" for nobody. is_repeated: asked with the ETag of the last answer, for a 304."""

    name: str
    role: str
    path: str
    is_repeated: bool = False

    @property
    def status(self) -> int:
        return 304 if self.is_repeated else 200


NAMES = (
    *("event", "matches, expert", "matches, enterprise", "reasons", "agenda", "desk", "plans", "plan by slot"),
    *("timetable", "timetable picture", "search by topic", "experts", "enterprises", "needs", "feed 200", "feed 304"),
)
# Pages of which only what is in view is counted: 400 ms instead of 250.
PICTURES = frozenset({"timetable", "timetable picture"})


def places(world: World) -> Mapping[str, Place]:
    """Return the pages of a world by name."""
    here, plan = f"/e/{world.slug}", f"/e/{world.slug}/plans/{world.published}"
    feed = f"/cal/{world.clients[0][1]}.ics"
    topic = quote(scheme().label(world.topic, "en"))
    found = (
        Place("event", "", here),
        Place("matches, expert", "expert", f"{here}/matches"),
        Place("matches, enterprise", "enterprise", f"{here}/matches"),
        Place("reasons", "expert", f"{here}/matches/{world.enterprise}"),
        Place("agenda", "expert", f"{here}/agenda"),
        Place("desk", "organiser", f"{here}/desk"),
        Place("plans", "organiser", f"{here}/plans"),
        Place("plan by slot", "organiser", plan),
        Place("timetable", "organiser", f"{plan}?by=enterprise"),
        Place("timetable picture", "organiser", f"{plan}/timetable.svg"),
        Place("search by topic", "organiser", f"{here}/search?q={topic}"),
        Place("experts", "organiser", f"{here}/experts"),
        Place("enterprises", "organiser", f"{here}/enterprises"),
        Place("needs", "organiser", f"{here}/needs"),
        Place("feed 200", "", feed),
        Place("feed 304", "", feed, is_repeated=True),
    )
    return {place.name: place for place in found}
