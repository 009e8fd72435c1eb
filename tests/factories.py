"""Rows for tests, one factory a model: a test names what matters to it, the rest is sensible and valid.

Instants are relative to today, so that the event is open for registration whenever the tests run.
"""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from i18n.text import search_key
from server import db
from server.accounts import sessions
from server.imports import uploads
from server.models import (
    CalendarEntry,
    Delegate,
    Departure,
    Event,
    Hall,
    ImportUpload,
    Interpreter,
    Job,
    JobKind,
    JobState,
    Mail,
    Mode,
    Need,
    Organisation,
    OrganisationKind,
    Organiser,
    Participation,
    Person,
    Plan,
    PlanState,
    PresenceRequest,
    Publication,
    Registration,
    Side,
    Slot,
    Table,
    Unclaimed,
    Wish,
    WishKind,
)
from server.models.people import NOWHERE
from tests.client import Client

_numbers = count(1)


async def person(**values: Any) -> Person:
    """Somebody with an address of their own."""
    number = next(_numbers)
    defaults = {"email": f"person{number}@example.org", "full_name": f"Person {number}", "country": "RU"}
    return await Person.create(**{**defaults, **values})


async def organisation(**values: Any) -> Organisation:
    """A Chinese enterprise with a name of its own; name_key follows the name."""
    name = values.setdefault("name", f"Enterprise {next(_numbers)}")
    defaults = {"kind": OrganisationKind.ENTERPRISE, "name_key": search_key(name), "country": "CN"}
    return await Organisation.create(**{**defaults, **values})


async def event(*, slots: int = 4, halls: int = 1, tables: int = 2, length_min: int = 30, **values: Any) -> Event:
    """An event in Shanghai, open for registration, on one morning forty days ahead.

    slots: so many of length_min each, back to back from nine o'clock. tables: in each hall.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    defaults: dict[str, Any] = {
        "slug": f"event-{next(_numbers)}",
        "name": {"en": "Docking days", "zh_Hans": "对接会", "ru": "Дни встреч"},
        "place": {"en": "Exhibition centre"},
        "time_zone": "Asia/Shanghai",
        "locales": ["en", "zh_Hans", "ru"],
        "registration_opens_at": now - timedelta(days=1),
        "registration_closes_at": now + timedelta(days=30),
    }
    made = await Event.create(**{**defaults, **values})
    zone, length = ZoneInfo(made.time_zone), timedelta(minutes=length_min)
    day = now.astimezone(zone) + timedelta(days=40)
    start = day.replace(hour=9, minute=0, second=0).astimezone(UTC)
    for number in range(slots):
        start_at = start + number * length
        await Slot.create(event=made, start_at=start_at, end_at=start_at + length, day=day.date())
    for position in range(halls):
        hall = await Hall.create(event=made, name={"en": f"Hall {position + 1}"}, position=position)
        for number in range(tables):
            await Table.create(event=made, hall=hall, number=position * tables + number + 1)
    return made


async def slots_of(event: Event) -> list[Slot]:
    """In the order of time."""
    return await Slot.filter(event_id=event.id).order_by("start_at")


async def halls_of(event: Event) -> list[Hall]:
    """As the organiser ordered them."""
    return await Hall.filter(event_id=event.id).order_by("position")


async def tables_of(event: Event) -> list[Table]:
    """By number."""
    return await Table.filter(event_id=event.id).order_by("number")


async def delegates_of(registration: Registration) -> list[Person]:
    """The people whom the enterprise sends, the first one first."""
    delegates = await Delegate.filter(registration_id=registration.id).order_by("id").select_related("person")
    return [delegate.person for delegate in delegates]


async def needs_of(registration: Registration) -> list[Need]:
    """The oldest first."""
    return await Need.filter(registration_id=registration.id).order_by("id")


async def organiser(event: Event, person: Person | None = None) -> Organiser:
    """Somebody who may run the event; its `person` is loaded."""
    return await Organiser.create(event=event, person=person or await _a_person())


async def expert(event: Event, person: Person | None = None, **values: Any) -> Registration:
    """An expert who has registered and is there in every slot; its `person` is loaded."""
    defaults = {
        **await _party(event),
        "side": Side.EXPERT,
        "person": person or await _a_person(),
        "affiliation": "Institute of Electric Drives",
        "headline": "Permanent magnet motors",
        "offer": "I design permanent magnet motors and the control of their inverters.",
        "languages": ["ru", "en"],
    }
    made = await Registration.create(**{**defaults, **values})
    await Participation.create(event_id=made.event_id, person_id=made.person_id, registration=made)
    return made


async def enterprise(
    event: Event,
    person: Person | None = None,
    organisation: Organisation | None = None,
    *,
    needs: int = 1,
    **values: Any,
) -> Registration:
    """An enterprise that has registered, with a delegate and so many needs; its `organisation` is loaded.

    The delegate is `person`, or somebody new.
    """
    defaults = {
        **await _party(event),
        "side": Side.ENTERPRISE,
        "organisation": organisation or await _an_organisation(),
        "languages": ["zh", "en"],
    }
    made = await Registration.create(**{**defaults, **values})
    await delegate(made, person)
    for _ in range(needs):
        await need(made)
    return made


async def delegate(registration: Registration, person: Person | None = None, **values: Any) -> Delegate:
    """Somebody whom the enterprise sends; its `person` is loaded."""
    somebody = person or await _a_person(country="CN", locale="zh_Hans")
    made = await Delegate.create(registration=registration, person=somebody, **{"position": "Engineer", **values})
    await Participation.create(event_id=registration.event_id, person_id=somebody.id, delegate=made)
    return made


async def departure(registration: Registration, **values: Any) -> Departure:
    """That an expert has left, as it is kept; the registration itself stays as it is."""
    defaults = {"event_id": registration.event_id, "person_id": registration.person_id, "left_at": datetime.now(UTC)}
    return await Departure.create(registration=registration, **{**defaults, **values})


async def presence_request(registration: Registration, **values: Any) -> PresenceRequest:
    """That a party asks to be absent in a slot to come."""
    start = datetime.now(UTC) + timedelta(days=40)
    defaults: dict[str, Any] = {
        "event_id": registration.event_id,
        "asked_by_id": registration.person_id,
        "asked_at": datetime.now(UTC),
        "slots": [[start.isoformat(), (start + timedelta(minutes=30)).isoformat()]],
    }
    return await PresenceRequest.create(registration=registration, **{**defaults, **values})


async def need(registration: Registration, **values: Any) -> Need:
    """A published need that everybody may read."""
    defaults = {
        "title": f"Quieter traction motor {next(_numbers)}",
        "text": "Our motor whines between 40 and 60 km/h. We look for a design with less torque ripple.",
        "text_locale": "en",
        "topics": ["auto.ev"],
        "modes": [Mode.CONSULTING],
    }
    return await Need.create(registration=registration, **{**defaults, **values})


async def interpreter(event: Event, person: Person | None = None, **values: Any) -> Interpreter:
    """Between Russian and Chinese, there in every slot; its `person` is loaded."""
    defaults = {"languages": ["ru", "zh"], "available": await _slot_ids(event)}
    return await Interpreter.create(event=event, person=person or await _a_person(), **{**defaults, **values})


async def own_topic(event: Event, **entry: Any) -> str:
    """The id of a topic that the event adds to the scheme, among the functional materials."""
    defaults: dict[str, Any] = {
        "id": "mat.own1",
        "parent": "mat.functional",
        "labels": {"zh": "超滑材料", "ru": "сверхскользкие материалы", "en": "superlubric materials"},
        "terms": {"zh": ["超滑"], "ru": ["сверхскользкость"], "en": ["superlubricity"]},
        "related": [],
    }
    made = {**defaults, **entry}
    event.own_topics = [*(event.own_topics or []), made]
    await event.save(update_fields=["own_topics"])
    return str(made["id"])


async def wish(by: Registration, about: Registration, kind: WishKind = WishKind.LIKE) -> Wish:
    return await Wish.create(event_id=by.event_id, by=by, about=about, kind=kind)


async def mail(event: Event, person: Person, **values: Any) -> Mail:
    """An e-mail of the event to the person that waits in the outbox, or was given up where `failed_at` says so."""
    defaults = {
        "key": f"mail:{next(_numbers)}",
        "to_address": person.email,
        "locale": person.locale,
        "template": "registered",
        "values": {"name": person.full_name, "event_name": event.name, "path": f"/e/{event.slug}/me"},
    }
    made = await Mail.create(event=event, person=person, **{**defaults, **values})
    state = JobState.DEAD if made.failed_at else JobState.DONE if made.sent_at else JobState.QUEUED
    due, payload = datetime.now(UTC), {"mail": made.id}
    await Job.create(kind=JobKind.MAIL, payload=payload, mail_id=made.id, run_after=due, state=state)
    return made


async def published(event: Event, **values: Any) -> Plan:
    """The next version of the event's plan, in force from now on; it holds no meetings of its own."""
    await Plan.filter(event_id=event.id, state=PlanState.PUBLISHED).update(state=PlanState.SUPERSEDED)
    version = await Plan.filter(event_id=event.id).count() + 1
    defaults = {"version": version, "state": PlanState.PUBLISHED, "seconds": 1, "problem": {}}
    plan = await Plan.create(event=event, **{**defaults, "published_at": datetime.now(UTC), **values})
    await Publication.update_or_create(event_id=event.id, defaults={"plan_id": plan.id})
    return plan


async def calendar_entry(
    expert: Registration, enterprise: Registration, slot: Slot | None = None, **values: Any
) -> CalendarEntry:
    """A meeting in the calendars of both, in the event's first slot at its first table unless told otherwise.

    It is about the enterprise's first need, and nobody interprets.
    """
    number = next(_numbers)
    [first] = await Slot.filter(event_id=expert.event_id).order_by("start_at").limit(1)
    held_in = slot or first
    defaults: dict[str, Any] = {
        "event_id": expert.event_id,
        "uid": f"meeting-{number:032x}",
        "start_at": held_in.start_at,
        "end_at": held_in.end_at,
        "table": await Table.filter(event_id=expert.event_id).order_by("number").first(),
        "need": await Need.filter(registration_id=enterprise.id).order_by("id").first(),
        "changed_at": datetime.now(UTC).replace(microsecond=0),
    }
    return await CalendarEntry.create(expert=expert, enterprise=enterprise, **{**defaults, **values})


async def upload(event: Event, person: Person, content: bytes = b"email,full_name\na@example.org,A\n") -> ImportUpload:
    """A spreadsheet that the organiser has sent and not imported yet."""
    return await uploads.keep(event, person, [("experts.csv", content)])


async def unclaimed(event: Event) -> Unclaimed:
    """Somebody who takes part as an expert, and whose address nobody knows; `person` is loaded."""
    number = next(_numbers)
    somebody = await person(email=f"{number}{NOWHERE}")
    await expert(event, somebody)
    return await Unclaimed.create(event=event, person=somebody, key=f"{number:064}", nonce=f"{number:064}")


async def session(person: Person) -> str:
    """The token of a browser in which the person is signed in."""
    return await db.atomic(sessions.begin)(person)


async def signed_in(client: Client, person: Person) -> Client:
    """The same client, which is the person's from now on."""
    client.set_cookie(sessions.cookie_name(client.settings), await session(person))
    return client


async def _party(event: Event) -> dict[str, Any]:
    return {
        "event": event,
        "text_locale": "en",
        "topics": ["auto.ev"],
        "modes": [Mode.CONSULTING],
        "available": await _slot_ids(event),
        "registered_at": datetime.now(UTC),
        "agreed_at": datetime.now(UTC),
    }


async def _slot_ids(event: Event) -> list[int]:
    return [slot.id for slot in await slots_of(event)]


# Under these names where a parameter has the factory's own.
_a_person, _an_organisation = person, organisation
