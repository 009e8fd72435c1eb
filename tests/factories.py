"""Rows for tests, one factory for each model. A test passes the values that matter; all others are valid defaults.

Instants are relative to today, so that registration is open whenever the tests run.
"""

import secrets
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from i18n.text import search_key
from server import db
from server.accounts import sessions
from server.models import (
    CrewRole,
    Delegate,
    Delegation,
    DelegationMember,
    Departure,
    DeskTask,
    Escort,
    Event,
    EventCrew,
    EventReviewer,
    EventTranslator,
    Hall,
    Interpreter,
    Mode,
    Need,
    NeedRemark,
    Organisation,
    OrganisationKind,
    Organiser,
    Participation,
    Passkey,
    Person,
    PresenceRequest,
    ProviderAccount,
    Registration,
    Side,
    Slot,
    Table,
    TextField,
    Translation,
    TranslationState,
    Unclaimed,
    VisaRule,
    Wish,
    WishKind,
)
from server.models.people import NOWHERE
from server.registrations import agreeing
from server.registrations.consents import OF_INTERPRETERS, WORKING, Purpose
from server.translations import texts
from server.translations.service import owner_of
from tests import scheduled
from tests.client import Client

_numbers = count(1)

calendar_entry, mail, published = scheduled.calendar_entry, scheduled.mail, scheduled.published


async def person(**values: Any) -> Person:
    """Create a person with a new address."""
    number = next(_numbers)
    defaults = {"email": f"person{number}@example.org", "full_name": f"Person {number}", "country": "RU"}
    return await Person.create(**{**defaults, **values})


async def passkey(person: Person) -> Passkey:
    """Create a passkey of the person, whose device is nowhere."""
    return await Passkey.create(person=person, credential=secrets.token_urlsafe(), public_key="")


async def provider_account(person: Person, **values: Any) -> ProviderAccount:
    """Create an account of the person at a sign-in service that the settings do not name."""
    defaults = {
        "source": "https://id.example.org",
        "subject": f"subject-{next(_numbers)}",
        "used_at": datetime.now(UTC),
    }
    return await ProviderAccount.create(person=person, **{**defaults, **values})


async def organisation(**values: Any) -> Organisation:
    """Create a Chinese enterprise with a new name; name_key follows the name."""
    name = values.setdefault("name", f"Enterprise {next(_numbers)}")
    defaults = {"kind": OrganisationKind.ENTERPRISE, "name_key": search_key(name), "country": "CN"}
    return await Organisation.create(**{**defaults, **values})


async def event(*, slots: int = 4, halls: int = 1, tables: int = 2, length_min: int = 30, **values: Any) -> Event:
    """Create an event in Shanghai, open for registration, on one morning in forty days.

    slots: number of slots of length_min minutes, without gaps, from nine o'clock. tables: in each hall.
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
    """Return the event's slots by time."""
    return await Slot.filter(event_id=event.id).order_by("start_at")


async def halls_of(event: Event) -> list[Hall]:
    """Return the event's halls in the organiser's order."""
    return await Hall.filter(event_id=event.id).order_by("position")


async def tables_of(event: Event) -> list[Table]:
    """Return the event's tables by number."""
    return await Table.filter(event_id=event.id).order_by("number")


async def delegates_of(registration: Registration) -> list[Person]:
    """Return the enterprise's delegates, first one first."""
    delegates = await Delegate.filter(registration_id=registration.id).order_by("id").select_related("person")
    return [delegate.person for delegate in delegates]


async def needs_of(registration: Registration) -> list[Need]:
    """Return the enterprise's needs, oldest first."""
    return await Need.filter(registration_id=registration.id).order_by("id")


async def agrees(event: Event, person: Person, purposes: Sequence[Purpose] = (WORKING,)) -> None:
    """Store the person's consents to help to run the event; those that stand already stay."""
    await db.atomic(agreeing.record)(event, person, [each.code for each in purposes], locale="en", offered=purposes)


async def _helper(event: Event, person: Person | None, purposes: Sequence[Purpose] = (WORKING,)) -> Person:
    """Return the person, or a new one, who has agreed to help the organiser."""
    found = person or await _a_person()
    await agrees(event, found, purposes)
    return found


async def organiser(event: Event, person: Person | None = None, rights: Collection[str] | None = None) -> Organiser:
    """Create an owner of the event, or an organiser with these rights; `person` is loaded."""
    columns: dict[str, Any] = {"is_owner": rights is None, "rights": " ".join(rights or ())}
    return await Organiser.create(event=event, person=person or await _a_person(), **columns)


async def translator(event: Event, person: Person | None = None, **values: Any) -> EventTranslator:
    """Create a translator of the event into all its languages; `person` is loaded."""
    return await EventTranslator.create(event=event, person=await _helper(event, person), **values)


async def reviewer(event: Event, person: Person | None = None, **values: Any) -> EventReviewer:
    """Make the person, or a new one, a reviewer of the event's needs."""
    return await EventReviewer.create(event=event, person=await _helper(event, person), **values)


async def delegation(event: Event, leader: Person | None = None, **values: Any) -> Delegation:
    """Create a delegation of the event without members."""
    defaults = {"name": {"en": "Tomsk", "ru": "Томск"}, "country": "RU"}
    if leader is not None:
        await agrees(event, leader)
    return await Delegation.create(event=event, leader=leader, **{**defaults, **values})


async def member(delegation: Delegation, expert: Registration) -> DelegationMember:
    """Make an expert a member of the delegation."""
    return await DelegationMember.create(delegation=delegation, registration=expert)


async def escort(event: Event, **values: Any) -> Escort:
    """Create an escort of guests."""
    return await Escort.create(event=event, **{"name": "小王", "phone": "+86 574 1234", **values})


async def crew(event: Event, role: CrewRole = CrewRole.DESK_STAFF, person: Person | None = None) -> EventCrew:
    """Let the person, or a new one, help on the days of the event."""
    return await EventCrew.create(event=event, person=await _helper(event, person), role=role)


async def remark(need: Need, text: str = "Add a figure.", **values: Any) -> NeedRemark:
    """Create a remark on a need that the enterprise has not got yet."""
    return await NeedRemark.create(need=need, text=text, **values)


async def expert(event: Event, person: Person | None = None, **values: Any) -> Registration:
    """Create a registered expert who is available in every slot; `person` is loaded."""
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
    """Create a registered enterprise with a delegate and some needs; `organisation` is loaded.

    The delegate is `person`, or a new person.
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
    """Create a delegate of the enterprise; `person` is loaded."""
    somebody = person or await _a_person(country="CN", locale="zh_Hans")
    defaults = {"position": "Process engineer"}
    made = await Delegate.create(registration=registration, person=somebody, **{**defaults, **values})
    await Participation.create(event_id=registration.event_id, person_id=somebody.id, delegate=made)
    return made


async def departure(registration: Registration, **values: Any) -> Departure:
    """Create the record of an expert's departure; the registration itself stays."""
    defaults = {"event_id": registration.event_id, "person_id": registration.person_id, "left_at": datetime.now(UTC)}
    return await Departure.create(registration=registration, **{**defaults, **values})


async def presence_request(registration: Registration, **values: Any) -> PresenceRequest:
    """Create a party's absence request for a future slot."""
    start = datetime.now(UTC) + timedelta(days=40)
    defaults: dict[str, Any] = {
        "event_id": registration.event_id,
        "asked_by_id": registration.person_id,
        "asked_at": datetime.now(UTC),
        "slots": [[start.isoformat(), (start + timedelta(minutes=30)).isoformat()]],
    }
    return await PresenceRequest.create(registration=registration, **{**defaults, **values})


async def need(registration: Registration, **values: Any) -> Need:
    """Create a published, open need."""
    defaults = {
        "title": f"Quieter traction motor {next(_numbers)}",
        "text": "Our motor whines between 40 and 60 km/h. We look for a design with less torque ripple.",
        "text_locale": "en",
        "topics": ["auto.ev"],
        "modes": [Mode.CONSULTING],
    }
    return await Need.create(registration=registration, **{**defaults, **values})


async def translation(
    of: Need | Registration | Delegate, field: str, locale: str, text: str, **values: Any
) -> Translation:
    """Create a checked translation of a text as it is now. of: the need, party or delegate that has the text."""
    party_id = of.id if isinstance(of, Registration) else of.registration_id
    party = await Registration.get(id=party_id).select_related("organisation")
    source = _source(of, party, TextField(field))
    defaults: dict[str, Any] = {
        "state": TranslationState.CHECKED,
        "source_hash": texts.hash_of(source.text),
        "source_text": source.text,
    }
    owner = owner_of(source.key)
    about = {"event_id": party.event_id, "field": TextField(field), "locale": locale, "text": text}
    return await Translation.create(**{**defaults, **owner, **about, **values})


def _source(of: Need | Registration | Delegate, party: Registration, field: TextField) -> texts.SourceText:
    if isinstance(of, Need):
        return texts.of_need(of, field)
    return texts.of_party(party, field) if isinstance(of, Registration) else texts.of_delegate(of)


async def interpreter(event: Event, person: Person | None = None, **values: Any) -> Interpreter:
    """Create an interpreter of Russian and Chinese, available in every slot; `person` is loaded."""
    who = await _helper(event, person, OF_INTERPRETERS)
    defaults = {"languages": ["ru", "zh"], "available": await _slot_ids(event), "agreed_at": datetime.now(UTC)}
    return await Interpreter.create(event=event, person=who, **{**defaults, **values})


async def desk_task(event: Event, **values: Any) -> DeskTask:
    """Create a task that organisers have added."""
    return await DeskTask.create(**{"event": event, "title": f"Order lunch {next(_numbers)}", **values})


async def visa_rule(event: Event, **values: Any) -> VisaRule:
    """Create a rule by which Russian passports need no visa for thirty days."""
    defaults = {"nationality": "RU", "days": 30, "valid_from": date(2020, 1, 1), "source": "a ministry"}
    return await VisaRule.create(event=event, **{**defaults, **values})


async def own_topic(event: Event, **entry: Any) -> str:
    """Add an own topic of the event, among functional materials, and return its id."""
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


async def unclaimed(event: Event) -> Unclaimed:
    """Create an expert without an address; `person` is loaded."""
    number = next(_numbers)
    somebody = await person(email=f"{number}{NOWHERE}")
    await expert(event, somebody)
    return await Unclaimed.create(event=event, person=somebody, key=f"{number:064}", nonce=f"{number:064}")


async def session(person: Person) -> str:
    """Sign the person in and return the token of the session."""
    return await db.atomic(sessions.begin_session)(person)


async def signed_in(client: Client, person: Person) -> Client:
    """Sign the person in at this client, and return the client."""
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


# Other names for factories that parameters shadow.
_a_person, _an_organisation = person, organisation
