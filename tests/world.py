"""Two events with people in every role, for tests that walk all routes.

Path parameters are filled with objects of the first event that belong to the callers without prefix in `CALLERS`. An
unknown parameter raises an exception, because somebody has to say which object it means.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import product
from typing import Any

from starlette.routing import BaseRoute, Route

from server import db
from server.accounts import service as accounts
from server.agendas import feeds
from server.barring.rules import MeetingRule, RuleKind
from server.emails import OptionalKind
from server.models import (
    CalendarEntry,
    ChangeRequest,
    Confidentiality,
    CrewRole,
    Escort,
    Event,
    Hall,
    Need,
    Organisation,
    Person,
    PlenaryItem,
    Reception,
    Registration,
    Right,
    Session,
    TwinMerge,
)
from server.plans import publishing
from server.roles import WORKS, Permission, Role
from server.settings import Settings
from server.twins import service as twins
from server.unclaimed import service as unclaimed
from server.unwanted import service as unwanted
from tests import factories, sealed, uploaded
from tests.saved import Saved
from tests.server import planning

# Callers in the order of the columns of the permissions table. "other": same role in the same event, but owner of
# another object. "foreign": same role in another event. "organiser" owns the event; "people organiser" has only the
# right of that name there, "bare organiser" none.
CALLERS = (
    "anonymous",
    "nobody",
    "creator",
    "administrator",
    "organiser",
    *(f"{right} organiser" for right in Right),
    "bare organiser",
    "expert",
    "enterprise",
    "interpreter",
    "translator",
    "reviewer",
    "leader",
    "desk_staff",
    "escort",
    "other expert",
    "other enterprise",
    "other interpreter",
    "other translator",
    "other reviewer",
    "other leader",
    "foreign organiser",
    "foreign expert",
    "foreign enterprise",
    "foreign interpreter",
    "foreign translator",
    "foreign reviewer",
    "foreign leader",
    "foreign desk_staff",
    "foreign escort",
)
MISSING = 2**31 - 1
# Parameters that are choices, not objects: each combination is a separate page.
CHOICES: Mapping[str, tuple[str, ...]] = {
    "side": ("expert", "enterprise"),
    "step": ("presence",),
    "purpose": ("photo",),
    "consent": ("working",),
    "field": ("title",),
    "locale": ("ru",),
    "languages": ("ru-en",),
    "kind": ("docx",),
    "code": ("drafts",),
}
PARAMETER = re.compile(r"{(\w+)(?::\w+)?}")


@dataclass(frozen=True)
class World:
    """people: by caller, None for anonymous. own, foreign: a value for each path parameter."""

    event: Event
    people: Mapping[str, Person | None]
    tokens: Mapping[str, str]
    own: Mapping[str, str]
    foreign: Mapping[str, str]


@dataclass(frozen=True)
class Place:
    """A method and path of a route with its choices made. template: path with object parameters.

    is_way: it only redirects from the URL of a form to the form's page.
    """

    method: str
    template: str
    may: frozenset[Permission]
    is_way: bool = False

    @property
    def objects(self) -> tuple[str, ...]:
        """Names of the parameters for objects that belong to an event or a person."""
        return tuple(name for name in PARAMETER.findall(self.template) if name != "slug")

    def path(self, values: Mapping[str, str]) -> str:
        return PARAMETER.sub(lambda found: values[found[1]], self.template)


def roles_of(caller: str) -> set[Permission]:
    """Return what the caller has in the event of the paths."""
    if caller == "anonymous":
        return {Role.ANYONE}
    words = caller.split()
    if caller == "organiser":
        return {Role.ANYONE, Role.SIGNED_IN, Role.OWNER, Role.ORGANISER, *Right}
    if words[-1] == "organiser" and words[0] != "foreign":
        return {Role.ANYONE, Role.SIGNED_IN, Role.ORGANISER, *(each for each in Right if each == words[0])}
    own = {Role(words[-1])} if words[0] != "foreign" and words[-1] != "nobody" else set()
    own |= {Role.HELPER} if own & WORKS else set()
    return {Role.ANYONE, Role.SIGNED_IN, *own}


def places(routes: list[BaseRoute]) -> Iterator[Place]:
    """Return every method and path of the routes."""
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
    """Return the world, in place of all that the open database has.

    It is built once a process. Later calls restore what was built: the same rows with the same numbers.
    """
    if not _built:
        built = await _new(settings)
        _built.append((built, await Saved.of(settings)))
        return built
    [(built, saved)] = _built
    await saved.restore(settings)
    # Read again, because tests change the objects of the last one.
    people = await Person.in_bulk([person.id for person in built.people.values() if person])
    return replace(
        built,
        event=await Event.get(id=built.event.id),
        people={name: person and people[person.id] for name, person in built.people.items()},
    )


# The world of this process, and the database with it.
_built: list[tuple[World, Saved]] = []


async def _new(settings: Settings) -> World:
    here, there = await factories.event(), await factories.event()
    people: dict[str, Person | None] = {
        "anonymous": None,
        "nobody": await factories.person(),
        "creator": await factories.person(may_create_events=True),
        "administrator": await factories.person(is_administrator=True),
    }
    await _objects(here, people, "other ")
    own = await _objects(here, people, "", settings)
    foreign = await _objects(there, people, "foreign ", settings)
    tokens = {name: await factories.session(person) for name, person in people.items() if person}
    return World(here, people, tokens, own, {**foreign, "slug": here.slug})


async def _objects(
    event: Event, people: dict[str, Person | None], whose: str, settings: Settings | None = None
) -> dict[str, str]:
    """Create a person in each role, called `whose` in people, and their objects by parameter name.

    settings: where the event is planned and published with everything in it.
    """
    # From a country without a visa rule, so that the expert is asked for passport data.
    expert = await factories.expert(event, await factories.person(country="BY"))
    enterprise = await factories.enterprise(event)
    [person, *_others] = await factories.delegates_of(enterprise)
    staff = await _staff(event)
    people |= {f"{whose}expert": expert.person, f"{whose}enterprise": person}
    people |= {f"{whose}{role}": row.person for role, row in staff.items()}
    helper = await factories.organiser(event, rights=[])
    if not whose:
        people |= {f"{right} organiser": (await factories.organiser(event, rights=[right])).person for right in Right}
        people |= {"bare organiser": helper.person}
    organiser = staff["organiser"].person
    # Of only two ids, so that the scheme with each is built once for all worlds.
    topic = await factories.own_topic(event, id="mat.own2" if whose == "foreign " else "mat.own1")
    rows: dict[str, Any] = {
        **staff,
        **(await _of_event(event, expert)),
        **(await _delegation(event, people, whose, expert)),
        **(await _of_parties(event, expert, enterprise)),
        "organiser": helper,
        "crew": staff["desk_staff"],
        "escort": await _escort(expert, staff["escort"].person),
    }
    if settings is not None:
        rows |= await _plans(event, organiser, expert, enterprise)
        rows |= await _sent(organiser, expert, rows["need"], settings)
        rows |= await _twins(event)
    return {
        **{name: str(row.id) for name, row in rows.items()},
        "rule": await _meeting_rule(event, 2 if whose == "foreign " else 1),
        "slug": event.slug,
        "event": str(event.id),
        "topic": topic,
        "pair": f"e{expert.id}-f{enterprise.id}",
        **(await _secrets(event, expert.person, settings) if settings else {}),
        **({"claim": unclaimed.token_of(rows["unclaimed"], settings)} if settings else {}),
    }


async def _of_event(event: Event, expert: Registration) -> dict[str, Any]:
    """Create what organisers set up for the event, and an e-mail to the expert that could not be sent."""
    first = (await factories.slots_of(event))[0]
    return {
        "hall": await Hall.create(event=event, name={"en": "Small hall"}, position=1),
        "item": await PlenaryItem.create(
            event=event, name={"en": "Opening"}, start_at=first.end_at, end_at=first.end_at
        ),
        "recipient": await sealed.recipient(event),
        "visa": await factories.visa_rule(event),
        "task": await factories.desk_task(event),
        "mail": await factories.mail(event, expert.person, failed_at=first.start_at),
    }


async def _of_parties(event: Event, expert: Registration, enterprise: Registration) -> dict[str, Any]:
    """Create what an expert and an enterprise have at an event, passport data and an invitation among it."""
    await sealed.passport(expert)
    await sealed.invitation(expert)
    [need] = await factories.needs_of(enterprise)
    return {
        "registration": expert,
        "expert": expert,
        "enterprise": enterprise,
        "delegate": await factories.delegate(enterprise),
        "kept": enterprise,
        "joined": await factories.enterprise(event, organisation=await _namesake(enterprise), needs=0),
        "departure": await factories.departure(expert),
        "absence": await factories.presence_request(expert),
        "change": await _change(expert),
        "need": need,
        "row": need,
        "secret": await _secret_need(expert),
        "remark": await factories.remark(need),
    }


async def _delegation(
    event: Event, people: dict[str, Person | None], whose: str, expert: Registration
) -> dict[str, Any]:
    """Create a delegation with its leader, called `whose` leader in people, and the expert as a member."""
    leader = await factories.person()
    people[f"{whose}leader"] = leader
    delegation = await factories.delegation(event, leader)
    return {
        "delegation": delegation,
        "member": await factories.member(delegation, expert),
        "batch": await uploaded.upload(event, leader, delegation_id=delegation.id),
    }


async def _change(expert: Registration) -> ChangeRequest:
    """Create a requested change of an expert's degree."""
    return await ChangeRequest.create(
        event_id=expert.event_id,
        registration=expert,
        field="degree",
        before={"degree": ""},
        after={"degree": "PhD"},
        asked_by_id=expert.person_id,
        asked_at=datetime.now(UTC),
    )


async def _twins(event: Event) -> dict[str, Any]:
    """Create two entries of one expert, and a merge of two others that can be undone."""
    stays, goes, kept, joined = [
        await factories.expert(event, await factories.person(full_name=name))
        for name in ("Анна Петрова", "Anna Petrova", "Lev Orlov", "Лев Орлов")
    ]
    await twins.merge(event, kept, joined, kept.person)
    return {"stays": stays, "goes": goes, "merge": await TwinMerge.get(kept_id=kept.id)}


async def _staff(event: Event) -> dict[str, Any]:
    """Create a row of each role beside the participants."""
    return {
        "organiser": await factories.organiser(event),
        "interpreter": await factories.interpreter(event),
        "translator": await factories.translator(event),
        "reviewer": await factories.reviewer(event),
        "desk_staff": await factories.crew(event, CrewRole.DESK_STAFF),
        "escort": await factories.crew(event, CrewRole.ESCORT),
    }


async def _escort(guest: Registration, person: Person) -> Escort:
    """Name the person in the ledger as the escort of a guest."""
    escort = await factories.escort(guest.event, email=person.email)
    await Reception.create(registration=guest, escort=escort)
    return escort


async def _sent(organiser: Person, expert: Registration, need: Need, settings: Settings) -> dict[str, Any]:
    """Create what people upload and order."""
    event = expert.event
    return {
        "upload": await uploaded.upload(event, organiser),
        "sheet": await uploaded.translation_upload(event, organiser),
        "order": await uploaded.draft_order(event, organiser),
        "file": await uploaded.stored_file(expert, settings.files_dir),
        "attachment": await uploaded.stored_file(need, settings.files_dir),
        "unclaimed": await factories.unclaimed(event),
    }


async def _meeting_rule(event: Event, id: int) -> str:
    """Add a rule that bars nobody yet from meeting, and return its id. id: rules are numbered by event."""
    rule = MeetingRule(id, RuleKind.EACH_OTHER, "One group", names=["Nobody Known"], made_on="2026-05-01")
    await Event.filter(id=event.id).update(meeting_rules=[rule.columns()])
    return str(rule.id)


async def _secret_need(expert: Registration) -> Need:
    """Create a need under an agreement that the expert may read after accepting it."""
    firm = await factories.enterprise(expert.event, needs=0)
    await factories.wish(expert, firm)
    await factories.wish(firm, expert)
    return await factories.need(firm, confidentiality=Confidentiality.AGREEMENT)


async def _namesake(enterprise: Registration) -> Organisation:
    return await factories.organisation(name=enterprise.organisation.name)


async def _plans(event: Event, organiser: Person, expert: Registration, enterprise: Registration) -> dict[str, Any]:
    """Create a plan that waits to be published, and a calendar entry of a published one."""
    await publishing.publish(await planning.solved(event, organiser), organiser)
    return {
        "plan": await planning.solved(event, organiser),
        "entry": await CalendarEntry.get(expert_id=expert.id, enterprise_id=enterprise.id),
    }


async def _secrets(event: Event, person: Person, settings: Settings) -> dict[str, str]:
    """Return secrets that give access to anybody who knows them."""
    link = await db.atomic(accounts.invitation_path)(person.email, "/account")
    feed = await feeds.renew(event, person, settings)
    await factories.session(person)
    session = await Session.filter(person_id=person.id).order_by("-id").first()
    assert session is not None
    return {
        "session": str(session.id),
        "token": link.rpartition("/")[2],
        "feed": feeds.token_of(feed, settings),
        "unwanted": unwanted.token_of(person.id, OptionalKind.MUTUAL, settings),
        "passkey": str((await factories.passkey(person)).id),
        "account": str((await factories.provider_account(person)).id),
        "provider": settings.sign_in_providers[0].name,
    }
