"""The demo's delegation and the reception of its guests, from reception.yaml, by the services that the pages use."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from server.db import atomic
from server.delegations import leading
from server.delegations import service as delegations
from server.delegations.values import DelegationValues, LeaderChoice
from server.demo.days import moment
from server.demo.people import Delegation, load
from server.events import team
from server.models import CrewRole, Escort, Event, Person, Registration, Travel
from server.reception import service as reception
from server.reception.values import EscortValues, JourneyValues, ReceptionValues

FILE = Path(__file__).parent / "reception.yaml"


@atomic
async def receive(event: Event, delegation: Delegation, experts: Sequence[Registration], organiser: Person) -> None:
    """Make a delegation with a leader and members, and enter how each guest is received.

    experts: in the order of the delegation. One transaction, which is faster than one for each guest.
    """
    found = load(FILE)
    parties = {given["id"]: party for given, party in zip(delegation.experts, experts, strict=True)}
    await _delegation(event, found["delegation"], parties, organiser)
    escorts = {
        key: await reception.add_escort(event, EscortValues(name=each["name"], phone=each["phone"], email=_email(each)))
        for key, each in found["escorts"].items()
    }
    await team.add_crew(event, escort_email(), CrewRole.ESCORT, locale="zh_Hans", by=organiser)
    await Person.filter(email=escort_email()).update(full_name=next(iter(escorts.values())).name)
    for id, given in found["guests"].items():
        await _guest(event, parties[id], given, found, escorts)


def leader_email(delegation: Delegation) -> str:
    """Return the address of the delegation's leader."""
    leader = load(FILE)["delegation"]["leader"]
    return next(str(given["email"]) for given in delegation.experts if given["id"] == leader)


def escort_email() -> str:
    """Return the address of the escort who signs in."""
    return _email(next(iter(load(FILE)["escorts"].values())))


def _email(escort: Mapping[str, Any]) -> str:
    return str(escort.get("email", ""))


async def _delegation(
    event: Event, given: Mapping[str, Any], parties: Mapping[str, Registration], organiser: Person
) -> None:
    values = DelegationValues(name=given["name"], country=given["country"], programme=given["programme"])
    made = await delegations.create(event, values)
    await delegations.add_members(made, [parties[id].id for id in given["members"]])
    choice = LeaderChoice(registration_id=parties[given["leader"]].id)
    await leading.name_leader(event, made, choice, was="", by=organiser)


async def _guest(
    event: Event,
    party: Registration,
    given: Mapping[str, Any],
    found: Mapping[str, Any],
    escorts: Mapping[str, Escort],
) -> None:
    car, escort = found["cars"].get(given.get("car"), {}), escorts.get(given.get("escort", ""))
    values = ReceptionValues(
        plate=car.get("plate", ""),
        driver=car.get("driver", ""),
        hotel=found["hotels"][given["hotel"]],
        room=given["room"],
        meals=given.get("meals", ""),
        escort_id=escort.id if escort else None,
    )
    await reception.save_guest(party, await _journey(event, party, found["journeys"].get(given.get("journey"))), values)


async def _journey(event: Event, party: Registration, given: Mapping[str, Any] | None) -> JourneyValues:
    """Return the journey of the file, else what the guest has entered."""
    own = await Travel.get_or_none(registration_id=party.id) or Travel()

    def at(leg: str) -> datetime:
        return moment(event, (given or {})[leg])

    if given is None:
        return JourneyValues(
            arrives_at=own.arrives_at, arrives_by=own.arrives_by, departs_at=own.departs_at, departs_by=own.departs_by
        )
    return JourneyValues(
        arrives_at=at("arrives"),
        arrives_by=given["arrives"]["by"],
        departs_at=at("departs"),
        departs_by=given["departs"]["by"],
    )
