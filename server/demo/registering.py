"""Register the demo's delegation in an empty database, by the services that the pages use."""

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tortoise.models import Model

from i18n.names import PersonName
from server.crew import consenting
from server.db import atomic
from server.demo.days import day_of_the_event, moment
from server.demo.people import Delegation, draw_presence, draw_wishes
from server.demo.receiving import receive
from server.demo.reviewing import review
from server.demo.translating import translate
from server.demo.values import need_values
from server.events import service as events
from server.events import team
from server.events.clock import instant
from server.events.grid import set_grid
from server.events.service import person_by_email
from server.events.values import EventValues, GridValues, HallValues, InterpreterValues
from server.models import (
    Delegate,
    Event,
    EventCrew,
    EventReviewer,
    EventTranslator,
    Interpreter,
    Person,
    Registration,
    Slot,
    Table,
)
from server.models import Delegation as GuestDelegation
from server.needs import service as needs
from server.registrations import service as registrations
from server.registrations.consents import NEEDED
from server.registrations.values import OrganisationValues, PersonValues, RegistrationValues
from server.roles import standing
from server.travel import service as travel
from server.travel.values import TravelValues
from server.wishes import service as wishes

ADMINISTRATOR = "administrator@example.org"
HOME_ZONE = "Europe/Moscow"  # of the delegation's home
PROMISED = 2  # meetings promised to every expert, because experts travel far


async def register(delegation: Delegation, seed: int) -> Event:
    """Create the whole event, ready for planning. seed: for availability and wishes; equal seeds give equal events."""
    chance = random.Random(seed)
    organiser = await _person(
        delegation.organiser["email"], _name(delegation.organiser), delegation.organiser["locale"]
    )
    await _may_create(organiser)
    event = await events.create(organiser, _event_values(delegation.event), serves_every_need=True)
    noon = await _programme(event, delegation.event)
    slots = await Slot.filter(event_id=event.id).order_by("start_at").values_list("id", flat=True)
    slot_ids = [int(str(slot)) for slot in slots]
    for each in delegation.interpreters:
        await _interpreter(event, each, draw_presence(each, slot_ids, noon, chance))
    await team.add_translator(event, delegation.translator["email"], by=organiser)
    experts = [await _expert(event, e, draw_presence(e, slot_ids, noon, chance)) for e in delegation.experts]
    enterprises = [
        await _enterprise(event, f, draw_presence(f, slot_ids, noon, chance)) for f in delegation.enterprises
    ]
    await _wishes(delegation.experts, experts, delegation.enterprises, enterprises, chance)
    await _wishes(delegation.enterprises, enterprises, delegation.experts, experts, chance)
    await translate(event, delegation, experts, enterprises)
    await review(event, delegation, enterprises, organiser)
    await receive(event, delegation, experts, organiser)
    await _helpers_agree(event)
    return event


def _event_values(given: Mapping[str, Any]) -> EventValues:
    zone, today = ZoneInfo(given["time_zone"]), datetime.now(UTC).date()
    return EventValues(
        **{
            name: given[name]
            for name in ("slug", "name", "place", "description", "contact_email", "time_zone", "locales")
        },
        registration_opens_at=instant(today - timedelta(weeks=4), time(9), zone),
        registration_closes_at=instant(day_of_the_event(today) - timedelta(weeks=1), time(18), zone),
        expert_min_meetings=PROMISED,
    )


async def _programme(event: Event, given: Mapping[str, Any]) -> int:
    """Create slots, halls, tables and programme items; return the number of slots before lunch."""
    zone, day = ZoneInfo(event.time_zone), day_of_the_event(datetime.now(UTC).date())
    starts, ends = ([time.fromisoformat(session[edge]) for session in given["sessions"]] for edge in ("start", "end"))
    grid = GridValues(
        first_day=day,
        last_day=day,
        day_start=starts[0],
        day_end=ends[-1],
        length_min=given["slot_min"],
        break_min=given["break_min"],
        pauses=list(zip(ends, starts[1:], strict=False)),
    )
    await set_grid(event, grid)
    for hall in given["halls"]:
        tables = sum(table["hall"] == hall["id"] for table in given["tables"])
        await events.add_hall(event, HallValues(name=hall["name"], tables=tables))
    for item in given["plenaries"]:
        start, end = (instant(day, time.fromisoformat(item[edge]), zone) for edge in ("start", "end"))
        await events.add_plenary_item(event, item["name"], start_at=start, end_at=end, side=item["side"])
    return sum(end <= ends[0] for _start, end in grid.wall_slots())


async def _helpers_agree(event: Event) -> None:
    """Let all who help to run the event give the consents that their first page asks for."""
    helpers: list[type[Model]] = [Interpreter, EventTranslator, EventReviewer, EventCrew]
    ids = {
        int(str(id))
        for each in helpers
        for id in await each.filter(event_id=event.id).values_list("person_id", flat=True)
    }
    ids |= {row.leader_id for row in await GuestDelegation.filter(event_id=event.id) if row.leader_id}
    for person in await Person.filter(id__in=sorted(ids)).order_by("id"):
        await consenting.agree(event, person, await standing(event, person), locale=person.locale)


@atomic
async def _person(email: str, name: PersonName, locale: str) -> Person:
    person = await person_by_email(email, locale=locale)
    await Person.filter(id=person.id).update(full_name=name.full_name, latin_name=name.latin_name)
    return person


def _name(given: Mapping[str, Any]) -> PersonName:
    return PersonName(given["full_name"], given.get("latin_name", ""))


def _proposed(given: Mapping[str, Any]) -> dict[str, str]:
    """Return the name of a person who has not signed in yet, in every script."""
    return {"full_name": given["full_name"], "latin_name": given["latin_name"]}


@atomic
async def _may_create(person: Person) -> None:
    await Person.filter(id=person.id).update(may_create_events=True)
    await Person.get_or_create(email=ADMINISTRATOR, defaults={"locale": "en", "is_administrator": True})


async def _interpreter(event: Event, given: Mapping[str, Any], available: Sequence[int]) -> None:
    values = InterpreterValues(
        languages=given["languages"],
        available=available,
        max_meetings=given.get("max_meetings"),
        max_consecutive=given.get("max_consecutive"),
    )
    await _person(given["email"], _name(given), given["locale"])
    added = await team.add_interpreter(event, values, email=given["email"], full_name=given["full_name"])
    await Interpreter.filter(id=added.id).update(proposed=_proposed(given))


async def _expert(event: Event, given: Mapping[str, Any], available: Sequence[int]) -> Registration:
    person = await _person(given["email"], _name(given), given["locale"])
    about = PersonValues(
        full_name=given["full_name"],
        latin_name=given["latin_name"],
        zh_name=given.get("zh_name", ""),
        country=given["country"],
        time_zone=HOME_ZONE,
    )
    work = RegistrationValues(
        affiliation=given["organisation"],
        text_locale=given["locale"],
        **{name: given[name] for name in ("position", "degree", "headline", "offer", "topics", "readiness")},
        **{name: given.get(name, "") for name in ("results", "patents", "note")},
    )
    registration = await registrations.save_expert(event, person, about, work)
    await registrations.change(
        registration,
        RegistrationValues(
            modes=given["modes"],
            languages=given["languages"],
            levels=given.get("levels"),
            available=list(available),
            max_meetings=given["max_meetings"],
        ),
    )
    await registrations.complete(registration, person, sorted(NEEDED), locale=given["locale"])
    if "travel" in given:
        await _travel(event, registration, given["travel"])
    return registration


async def _travel(event: Event, expert: Registration, given: Mapping[str, Any]) -> None:
    arrival, departure = given.get("arrives", {}), given.get("departs", {})
    values = TravelValues(
        arrives_at=moment(event, arrival) if arrival else None,
        arrives_by=arrival.get("by", ""),
        arrives_in=arrival.get("place", ""),
        departs_at=moment(event, departure) if departure else None,
        departs_by=departure.get("by", ""),
        departs_from=departure.get("place", ""),
        companions=given.get("companions", 0),
        accessibility=given.get("accessibility", ""),
        diet=given.get("diet", ""),
    )
    await travel.save(expert, values, wants_help=given.get("wants_help", False))


async def _enterprise(event: Event, given: Mapping[str, Any], available: Sequence[int]) -> Registration:
    first, *others = given["delegates"]
    person = await _person(first["email"], _name(first), given["locale"])
    organisation = {name: given[name] for name in ("name", "latin_name", "kind", "description")}
    registration = await registrations.save_enterprise(
        event,
        person,
        PersonValues(full_name=first["full_name"], latin_name=first["latin_name"]),
        OrganisationValues(**organisation, description_locale=given["locale"]),
        RegistrationValues(
            languages=given["languages"],
            levels=given.get("levels"),
            note=given.get("note", ""),
            text_locale=given["locale"],
        ),
        position=first["position"],
    )
    table = await Table.get_or_none(event_id=event.id, number=given["table"]) if "table" in given else None
    await registrations.change(
        registration,
        RegistrationValues(
            available=list(available),
            max_meetings=given["max_meetings"],
            table_id=table.id if table else None,
        ),
    )
    await registrations.complete(registration, person, sorted(NEEDED), locale=given["locale"])
    for delegate in others:
        values = {name: delegate[name] for name in ("email", "full_name", "position")}
        added = await registrations.add_delegate(registration, **values, locale=given["locale"])
        await Delegate.filter(id=added.id).update(proposed=_proposed(delegate))
    await registrations.change(registration, RegistrationValues(parallel=given["parallel"]))
    for need in given["needs"]:
        await needs.post(registration, need_values(need, given["locale"]))
    return registration


async def _wishes(
    who: Sequence[Mapping[str, Any]],
    by: Sequence[Registration],
    others: Sequence[Mapping[str, Any]],
    about: Sequence[Registration],
    chance: random.Random,
) -> None:
    for given, registration in zip(who, by, strict=True):
        for index, kind in draw_wishes(given, others, chance):
            await wishes.wish(registration, about[index].id, kind)
