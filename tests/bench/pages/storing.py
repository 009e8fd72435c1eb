"""Store a drawn event in an empty database: the rows that registrations, consents and wishes leave, in bulk."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from tortoise.models import Model

from i18n.text import search_key
from server import presence
from server.accounts.sessions import LIFETIME, hashed
from server.agendas.feeds import token_of
from server.db import atomic
from server.models import (
    Consent,
    Delegate,
    Event,
    FeedToken,
    Hall,
    Interpreter,
    Need,
    Organisation,
    OrganisationKind,
    Organiser,
    Participation,
    Person,
    Registration,
    Session,
    Side,
    Slot,
    Table,
    Wish,
)
from server.models.base import NAME
from server.registrations.consents import NEEDED, OF_INTERPRETERS, PURPOSES, Purpose
from server.settings import Settings
from tests.bench.pages.drawing import DrawnEvent, DrawnParty, Size, Somebody

SLUG = "national-fair"
ZONE = ZoneInfo("Asia/Shanghai")
LENGTH, STEP = timedelta(minutes=25), timedelta(minutes=30)
AHEAD_DAYS = 40
TABLES_OF_A_HALL = 60
BATCH = 500


@dataclass(frozen=True)
class Stored:
    """The event and its organiser. tokens: of sessions by person id. feeds: tokens of calendars by person id.

    experts, enterprises: ids of registrations, in the order of the drawn event. people: of each party.
    """

    event: Event
    organiser: Person
    tokens: dict[int, str]
    feeds: dict[int, str]
    experts: Sequence[int]
    enterprises: Sequence[int]
    people: dict[int, list[Person]]


@atomic
async def store(drawn: DrawnEvent, settings: Settings) -> Stored:
    """Store the event in an empty database."""
    event, slots = await _frame(drawn.size)
    storing = _Storing(event, slots)
    organiser = storing.person(Somebody("Olga Lindqvist", "", "", "CN", "en"), "organiser@example.org")
    storing.keep(Organiser(id=next(storing.ids), event=event, person_id=organiser.id, is_owner=True))
    experts = [storing.party(Side.EXPERT, each) for each in drawn.experts]
    enterprises = [storing.party(Side.ENTERPRISE, each) for each in drawn.enterprises]
    for each in drawn.interpreters:
        storing.interpreter(each.person, each.languages, each.slots)
    for wish in drawn.wishes:
        mine, theirs = (experts, enterprises) if wish.of_expert else (enterprises, experts)
        both = {"by_id": mine[wish.by], "about_id": theirs[wish.about]}
        storing.keep(Wish(id=next(storing.ids), event=event, kind=wish.kind, **both))
    feeds = storing.feeds(settings)
    await storing.write()
    return Stored(event, organiser, storing.tokens, feeds, experts, enterprises, storing.people)


async def _frame(size: Size) -> tuple[Event, list[Slot]]:
    """Create the event with its slots, halls and tables."""
    now = datetime.now(UTC).replace(microsecond=0)
    event = await Event.create(
        slug=SLUG,
        name={"en": "National fair of experts", "zh_Hans": "全国专家对接会", "ru": "Национальная встреча экспертов"},
        place={"en": "Exhibition centre", "zh_Hans": "会展中心", "ru": "Выставочный центр"},
        description={"en": "Experts meet enterprises one to one.", "zh_Hans": "专家与企业一对一洽谈。"},
        time_zone=ZONE.key,
        locales=["en", "zh_Hans", "ru"],
        registration_opens_at=now - timedelta(days=1),
        registration_closes_at=now + timedelta(days=30),
        expert_min_meetings=2,
        serves_every_need=True,
    )
    slots: list[Slot] = []
    for day, number in enumerate(size.days):
        start = (now.astimezone(ZONE) + timedelta(days=AHEAD_DAYS + day)).replace(hour=9, minute=0, second=0)
        for place in range(number):
            at = start.astimezone(UTC) + place * STEP
            slots.append(Slot(id=len(slots) + 1, event=event, start_at=at, end_at=at + LENGTH, day=start.date()))
    await Slot.bulk_create(slots)
    halls = [
        Hall(
            id=number + 1,
            event=event,
            name={"en": f"Hall {number + 1}", "zh_Hans": f"{number + 1}号厅"},
            position=number,
        )
        for number in range(-(-size.tables // TABLES_OF_A_HALL))
    ]
    await Hall.bulk_create(halls)
    await Table.bulk_create(
        [
            Table(id=number + 1, event=event, hall_id=number // TABLES_OF_A_HALL + 1, number=number + 1)
            for number in range(size.tables)
        ]
    )
    return event, slots


class _Storing:
    """Collects rows with ids, and writes them by table in the order in which the tables refer to each other."""

    ORDER: Sequence[type[Model]] = (
        *(Person, Organisation, Organiser, Registration, Delegate, Participation, Consent),
        *(Need, Interpreter, Wish, Session, FeedToken),
    )

    def __init__(self, event: Event, slots: Sequence[Slot]) -> None:
        self.event, self.slots = event, slots
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.ids, self.numbers = count(1), count(1)
        self.rows: dict[type[Model], list[Any]] = {model: [] for model in self.ORDER}
        self.tokens: dict[int, str] = {}
        self.people: dict[int, list[Person]] = {}

    def keep(self, row: Model) -> None:
        self.rows[type(row)].append(row)

    async def write(self) -> None:
        for model, rows in self.rows.items():
            await model.bulk_create(rows, batch_size=BATCH)

    def person(self, drawn: Somebody, email: str = "") -> Person:
        """Keep a person with a session."""
        number = next(self.numbers)
        made = Person(
            id=number,
            email=email or f"person{number}@example.org",
            full_name=drawn.full_name,
            latin_name=drawn.latin,
            zh_name=drawn.zh,
            country=drawn.country,
            locale=drawn.locale,
            signed_in_at=self.now,
        )
        token = f"bench-{number:06d}"
        expiry = {"expires_at": self.now + LIFETIME, "used_at": self.now}
        self.keep(made)
        self.keep(Session(id=number, person_id=number, token_hash=hashed(token), **expiry))
        self.tokens[number] = token
        return made

    def party(self, side: Side, drawn: DrawnParty) -> int:
        """Keep a registered party with its people, consents and needs; return the id of the registration."""
        people = [self.person(each) for each in drawn.people]
        whose = {"person_id": people[0].id} if side is Side.EXPERT else {"organisation_id": self._organisation(drawn)}
        made = Registration(
            id=next(self.ids),
            event=self.event,
            side=side,
            registered_at=self.now,
            agreed_at=self.now,
            **self._there(drawn.slots),
            **whose,
            **drawn.columns,
        )
        self.keep(made)
        self.people[made.id] = people
        for person in people:
            self._comes(person, made)
        for need in drawn.needs:
            self.keep(Need(id=next(self.ids), registration_id=made.id, **need.columns))
        return made.id

    def _organisation(self, drawn: DrawnParty) -> int:
        assert drawn.firm is not None
        name, latin, about = drawn.firm
        made = Organisation(
            id=next(self.ids),
            kind=OrganisationKind.ENTERPRISE,
            name=name,
            name_key=search_key(name)[:NAME],
            latin_name=latin,
            description=about,
            description_locale="zh_Hans",
        )
        self.keep(made)
        return int(made.id)

    def _comes(self, person: Person, registration: Registration) -> None:
        """Keep the person's participation and consents."""
        role = {"registration_id": registration.id}
        if registration.side is not Side.EXPERT:
            role = {"delegate_id": next(self.ids)}
            both = {"registration_id": registration.id, "person_id": person.id}
            self.keep(Delegate(id=role["delegate_id"], position="经理", **both))
        self.keep(Participation(id=next(self.ids), event=self.event, person_id=person.id, **role))
        self.agrees(person, [purpose for purpose in PURPOSES if purpose.code in NEEDED])

    def agrees(self, person: Person, purposes: Iterable[Purpose]) -> None:
        """Keep the person's consents."""
        for purpose in purposes:
            wording = {
                "version": purpose.version,
                "text_hash": purpose.text_hash(person.locale),
                "locale": person.locale,
            }
            given = {"purpose": purpose.code, "given_at": self.now, **wording}
            self.keep(Consent(id=next(self.ids), person_id=person.id, event=self.event, **given))

    def interpreter(self, drawn: Somebody, languages: Sequence[str], slots: Sequence[int]) -> None:
        person = self.person(drawn)
        self.agrees(person, OF_INTERPRETERS)
        spoken = {"languages": list(languages), "max_consecutive": 6}
        self.keep(Interpreter(id=next(self.ids), event=self.event, person_id=person.id, **spoken, **self._there(slots)))

    def _there(self, numbers: Iterable[int]) -> dict[str, Any]:
        slots = [self.slots[number] for number in numbers]
        times = presence.merged_times((slot.start_at, slot.end_at) for slot in slots)
        return {"available": [slot.id for slot in slots], "presence": presence.to_json(times)}

    def feeds(self, settings: Settings) -> dict[int, str]:
        """Keep a calendar address of everybody but the organiser; return the tokens."""
        found = {}
        for person in self.rows[Person][1:]:
            feed = FeedToken(id=person.id, event=self.event, person_id=person.id, nonce=f"{person.id:064x}")
            found[person.id] = token_of(feed, settings)
            feed.token_hash = hashed(found[person.id])
            self.keep(feed)
        return found
