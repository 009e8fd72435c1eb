"""Two events side by side with somebody in every role: what tests that walk the whole URL table ask about.

A path's parameters are filled with objects of the first event that belong to those whom `CALLERS` calls by the bare
name of their role. A parameter that is not known here raises: somebody has to say which object stands for it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from starlette.routing import BaseRoute, Route

from server import db
from server.access import Role
from server.accounts import service as accounts
from server.agendas import feeds
from server.models import CalendarEntry, Event, Hall, Job, Organisation, Person, PlenaryItem, Registration, Session
from server.plans import service as plans
from server.settings import Settings
from server.unclaimed import service as unclaimed
from tests import factories
from tests.server import planning

# Whose requests the table of permissions asks about, in the order of its columns. "other" is in the same role of the
# same event but owns another's objects; "foreign" is in that role of another event.
CALLERS = (
    "anonymous",
    "nobody",
    "creator",
    "organiser",
    "expert",
    "enterprise",
    "interpreter",
    "other expert",
    "other enterprise",
    "other interpreter",
    "foreign organiser",
    "foreign expert",
    "foreign enterprise",
    "foreign interpreter",
)
MISSING = 2**31 - 1
# Parameters that are choices, not objects: each combination of them is a page of its own.
CHOICES: Mapping[str, tuple[str, ...]] = {
    "side": ("expert", "enterprise"),
    "step": ("presence",),
    "purpose": ("photo",),
}
PARAMETER = re.compile(r"{(\w+)(?::\w+)?}")


@dataclass(frozen=True)
class World:
    """people: by caller, None for anonymous. own, foreign: a value for each parameter of a path."""

    event: Event
    people: Mapping[str, Person | None]
    tokens: Mapping[str, str]
    own: Mapping[str, str]
    foreign: Mapping[str, str]


@dataclass(frozen=True)
class Place:
    """A method and a path of the table whose choices are made. template: its objects are still to be filled in.

    is_way: it only leads from the address of a form to the form's page, and says nothing of any object.
    """

    method: str
    template: str
    may: frozenset[Role]
    is_way: bool = False

    @property
    def objects(self) -> tuple[str, ...]:
        """Names of the parameters that stand for something that belongs to an event or a person."""
        return tuple(name for name in PARAMETER.findall(self.template) if name != "slug")

    def path(self, values: Mapping[str, str]) -> str:
        return PARAMETER.sub(lambda found: values[found[1]], self.template)


def places(routes: list[BaseRoute]) -> Iterator[Place]:
    """Every method and path of the table."""
    for route in routes:
        assert isinstance(route, Route)
        [method] = set(route.methods or ()) - {"HEAD"}
        chosen = [name for name in PARAMETER.findall(route.path) if name in CHOICES]
        for choice in product(*(CHOICES[name] for name in chosen)):
            values = dict(zip(chosen, choice, strict=True))
            template = PARAMETER.sub(lambda found, values=values: values.get(found[1], found[0]), route.path)  # type: ignore[misc]
            endpoint: Any = route.endpoint
            yield Place(method, template, endpoint.may, endpoint.__name__ == "form_page")


async def build(settings: Settings) -> World:
    """The world, new. May be called again in the same database: the former one stays beside it."""
    # What a former world left to do would be done in place of this one's.
    await Job.all().delete()
    here, there = await factories.event(), await factories.event()
    people: dict[str, Person | None] = {
        "anonymous": None,
        "nobody": await factories.person(),
        "creator": await factories.person(may_create_events=True),
    }
    await _objects(here, people, "other ")
    own = await _objects(here, people, "", settings)
    foreign = await _objects(there, people, "foreign ", settings)
    tokens = {name: await factories.session(person) for name, person in people.items() if person}
    return World(here, people, tokens, own, {**foreign, "slug": here.slug})


async def _objects(
    event: Event, people: dict[str, Person | None], whose: str, settings: Settings | None = None
) -> dict[str, str]:
    """Somebody in each role, called `whose` in people, and what they own by the name of a parameter.

    settings: where the event is to be planned and published, with all that is in it by then.
    """
    expert, enterprise = await factories.expert(event), await factories.enterprise(event)
    organiser, interpreter = await factories.organiser(event), await factories.interpreter(event)
    delegate = await factories.delegate(enterprise)
    [person, _second] = await factories.delegates_of(enterprise)
    people[f"{whose}organiser"] = organiser.person
    people[f"{whose}expert"] = expert.person
    people[f"{whose}enterprise"] = person
    people[f"{whose}interpreter"] = interpreter.person
    hall = await Hall.create(event=event, name={"en": "Small hall"}, position=1)
    first = (await factories.slots_of(event))[0]
    item = await PlenaryItem.create(event=event, name={"en": "Opening"}, start_at=first.end_at, end_at=first.end_at)
    [need] = await factories.needs_of(enterprise)
    rows: dict[str, Any] = {
        "hall": hall,
        "item": item,
        "interpreter": interpreter,
        "organiser": organiser,
        "registration": expert,
        "expert": expert,
        "enterprise": enterprise,
        "delegate": delegate,
        "kept": enterprise,
        "joined": await factories.enterprise(event, organisation=await _namesake(enterprise), needs=0),
        "departure": await factories.departure(expert),
        "absence": await factories.presence_request(expert),
        "need": need,
        "mail": await factories.mail(event, expert.person, failed_at=first.start_at),
    }
    # Of two ids alone, so that the scheme with each is built once for all worlds.
    topic = await factories.own_topic(event, id="mat.own2" if whose == "foreign " else "mat.own1")
    if settings is not None:
        rows |= await _plans(event, organiser.person, expert, enterprise)
        rows["upload"] = await factories.upload(event, organiser.person)
        rows["unclaimed"] = await factories.unclaimed(event)
    return {
        **{name: str(row.id) for name, row in rows.items()},
        "slug": event.slug,
        "topic": topic,
        "pair": f"e{expert.id}-f{enterprise.id}",
        **(await _secrets(event, expert.person, settings) if settings else {}),
        **({"claim": unclaimed.token_of(rows["unclaimed"], settings)} if settings else {}),
    }


async def _namesake(enterprise: Registration) -> Organisation:
    return await factories.organisation(name=enterprise.organisation.name)


async def _plans(event: Event, organiser: Person, expert: Registration, enterprise: Registration) -> dict[str, Any]:
    """A plan that waits to be published, and the entry of these two in the calendars of one that is in force."""
    await plans.publish(await planning.solved(event, organiser), organiser)
    return {
        "plan": await planning.solved(event, organiser),
        "entry": await CalendarEntry.get(expert_id=expert.id, enterprise_id=enterprise.id),
    }


async def _secrets(event: Event, person: Person, settings: Settings) -> dict[str, str]:
    """What opens something to whoever has it."""
    link = await db.atomic(accounts.invitation_path)(person.email, "/account")
    feed = await feeds.renew(event, person, settings)
    await factories.session(person)
    session = await Session.filter(person_id=person.id).order_by("-id").first()
    assert session is not None
    return {"session": str(session.id), "token": link.rpartition("/")[2], "feed": feeds.token_of(feed, settings)}
