"""The demo command: prepare the demo if needed, report the result, print links."""

import asyncio
import base64
import hashlib
import json
import socket
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from server.accounts import service as accounts
from server.agendas.service import calendar_of
from server.db import atomic
from server.demo import people, receiving
from server.demo.registering import ADMINISTRATOR, register
from server.models import (
    Delegate,
    DocumentKind,
    Event,
    Interpreter,
    JobKind,
    Meeting,
    Person,
    Plan,
    PlanState,
    Publication,
    Registration,
    Side,
)
from server.plans import documents, publishing
from server.plans import service as plans
from server.settings import Settings
from server.worker import Worker

# Time limits tried one after the other: on a slow machine the first may end before the best plan is proved.
LIMITS_S = (4.5, 20.0, 80.0)
LAST_FILE = "plan.json"  # written last: if it exists, all files exist


WHAT_HAPPENS = """\
This demo registers an invented delegation and local enterprises, makes and publishes a plan for them, and serves the
result. Everything stays in {folder}. The first run takes about 15 seconds, later runs a few (seed {seed}).
Registering …"""


class DemoError(Exception):
    """The demo could not be prepared."""


def settings_for(folder: Path, port: int | None = None) -> Settings:
    """Return settings of an installation inside the folder.

    HOST, PORT, BASE_URL and SECRET_KEY come from the environment; port overrides PORT. The key of passport data is made
    of SECRET_KEY, so that the next run in the folder can open what this one sealed. Raises pydantic.ValidationError as
    Settings does.
    """
    own = Settings()
    return Settings(
        database_url=f"sqlite://{folder / 'duijie.db'}",
        mail_dir=folder / "mail",
        files_dir=folder / "files",
        match_embed_cache=folder / "embeddings.db",
        smtp_url="",
        passport_keys=base64.urlsafe_b64encode(hashlib.sha256(f"demo:{own.secret_key}".encode()).digest()).decode(),
        port=own.port if port is None else port,
    )


def refuse_taken_port(settings: Settings) -> None:
    """Raise DemoError if another program listens on the port, before anything is prepared."""
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
        for family, _kind, _protocol, _name, address in found:
            socket.create_server((str(address[0]), int(address[1])), family=family).close()
    except OSError as error:
        raise DemoError(
            f"Port {settings.port} on {settings.host} cannot be used ({error.strerror}). "
            f"Choose another one: PORT={settings.port + 1} make demo"
        ) from error


async def prepare(settings: Settings, folder: Path, seed: int) -> None:
    """Register, plan, publish and write the files unless already done; then report. Raises DemoError."""
    delegation = people.read()
    event = await Event.get_or_none(slug=delegation.event["slug"])
    if event is not None and await Publication.exists(event_id=event.id):
        print(f"The demo in {folder} is there already; remove the folder to make it anew.")
    else:
        if event is not None:
            raise DemoError(f"The demo in {folder} was interrupted. Remove the folder, then start it again.")
        print(WHAT_HAPPENS.format(folder=folder, seed=seed), flush=True)
        event = await register(delegation, seed)
        await _plan_and_publish(event, settings, delegation, seed)
    if not (folder / LAST_FILE).exists():
        await _write_files(event, settings, folder)
    await _report(event, settings, folder, delegation)


async def _plan_and_publish(event: Event, settings: Settings, delegation: people.Delegation, seed: int) -> None:
    organiser = await Person.get(email=delegation.organiser["email"])
    worker = Worker(settings)
    best: Plan | None = None
    for seconds in LIMITS_S:
        print(f"Making the plan (at most {seconds:g} s) …", flush=True)
        asked = await plans.ask_for_plan(event, organiser, seconds=seconds, seed=seed)
        began = time.monotonic()
        # E-mails about the registrations are sent while the solver works, as in production.
        await asyncio.gather(worker.run_one(JobKind.SOLVE), worker.send_emails())
        print(f"The solver took {time.monotonic() - began:.1f} s.", flush=True)
        made = await Plan.get(id=asked.id)
        if made.state is PlanState.READY:
            best = made
            if _value_of(await _result_of(made))["gap"] == 0:
                break
        elif made.state is not PlanState.FAILED:
            # The solver failed, and the job waits for its next try.
            raise DemoError(f"no plan was found: {made.state}")
    if best is None:
        raise DemoError(f"no plan was found: {made.state}")
    await publishing.publish(best, organiser)
    await worker.send_emails()


async def _result_of(plan: Plan) -> Mapping[str, Any]:
    """Return the result of a solved plan."""
    [result] = await documents.read(plan.id, DocumentKind.RESULT)
    found: Mapping[str, Any] = result
    return found


def _value_of(result: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the tier of the sum of scores; bound and gap are None if nothing is proved."""
    tier: Mapping[str, Any] = next(tier for tier in result["tiers"] if tier["tier"] == "value")
    return tier


async def _published(event: Event) -> Plan:
    publication = await Publication.get(event_id=event.id).select_related("plan")
    plan: Plan = publication.plan
    return plan


async def _write_files(event: Event, settings: Settings, folder: Path) -> None:
    plan = await _published(event)
    calendars = folder / "calendars"
    calendars.mkdir(parents=True, exist_ok=True)
    for person in await _everybody(event):
        name = person.email.replace("@", "-at-")
        (calendars / f"{name}.ics").write_bytes(await calendar_of(event, person, settings))
    problem, result = await documents.read(plan.id, DocumentKind.PROBLEM, DocumentKind.RESULT)
    _write_json(folder / "problem.json", problem)
    _write_json(folder / LAST_FILE, result)


async def _everybody(event: Event) -> list[Person]:
    """Return all experts, delegates and interpreters once."""
    experts = await Registration.filter(event_id=event.id, side=Side.EXPERT).select_related("person")
    delegates = await Delegate.filter(registration__event_id=event.id).select_related("person")
    interpreters = await Interpreter.filter(event_id=event.id).select_related("person")
    rows: list[Any] = [*experts, *delegates, *interpreters]
    found: dict[int, Person] = {each.person.id: each.person for each in rows}
    return [found[key] for key in sorted(found)]


def _write_json(path: Path, document: Any) -> None:
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


async def _report(event: Event, settings: Settings, folder: Path, delegation: people.Delegation) -> None:
    plan = await _published(event)
    result = await _result_of(plan)
    held, unheld = result["meetings"], result["unheld"]
    value = _value_of(result)
    proved = "no bound proved" if value["gap"] is None else f"proven bound {value['bound']:.4f}, gap {value['gap']:.4%}"
    print(f"\n{len(held)} meetings of {len(held) + len(unheld)} pairs, status {result['status']}")
    print(f"value {value['achieved']:.4f}, {proved}")
    for side, least, number in await _worst_served(event, plan):
        print(f"worst-served {side}: {least} meetings ({number} of them)")
    for reason, number in Counter(each["reason"] for each in unheld).most_common():
        print(f"  not held, {reason}: {number}")
    print(f"files: {folder}/problem.json, {folder}/plan.json, {folder}/calendars/*.ics, {folder}/mail/*.eml")
    print("\nWhere to look (each link signs in once):")
    for role, email, path in await _visitors(event, delegation):
        print(f"  as {role:<13} {settings.base_url}{await _link(email, path)}")


async def _worst_served(event: Event, plan: Plan) -> list[tuple[str, int, int]]:
    """Return (side, fewest meetings, number of participants with so few)."""
    found = []
    for side, column in ((Side.EXPERT, "expert_id"), (Side.ENTERPRISE, "enterprise_id")):
        parties = await Registration.filter(event_id=event.id, side=side).values_list("id", flat=True)
        counts = Counter(await Meeting.filter(plan_id=plan.id).values_list(column, flat=True))
        each = [counts[party] for party in parties]
        found.append((str(side), min(each), each.count(min(each))))
    return found


async def _visitors(event: Event, delegation: people.Delegation) -> list[tuple[str, str, str]]:
    """Return (role, address, path) of organisers, others who work on texts, and the two with most meetings."""
    plan = await _published(event)
    meetings = await Meeting.filter(plan_id=plan.id).select_related("expert__person")
    [(expert, _n)] = Counter(meeting.expert_id for meeting in meetings).most_common(1)
    [(enterprise, _n)] = Counter(meeting.enterprise_id for meeting in meetings).most_common(1)
    person = next(meeting.expert.person for meeting in meetings if meeting.expert_id == expert)
    delegate = await Delegate.filter(registration_id=enterprise).order_by("id").select_related("person").first()
    assert delegate is not None
    here = f"/e/{event.slug}"
    return [
        ("organiser", delegation.organiser["email"], f"{here}/plans/{plan.id}"),
        ("expert", person.email, f"{here}/agenda"),
        ("enterprise", delegate.person.email, f"{here}/agenda"),
        ("translator", delegation.translator["email"], f"{here}/translations"),
        ("reviewer", delegation.reviewer["email"], f"{here}/review"),
        ("leader", receiving.leader_email(delegation), f"{here}/delegation"),
        ("escort", receiving.escort_email(), f"{here}/escorting"),
        ("administrator", ADMINISTRATOR, "/administration"),
    ]


@atomic
async def _link(email: str, path: str) -> str:
    return await accounts.invitation_path(email, path)
