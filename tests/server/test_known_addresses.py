"""Entering an address does not reveal whether an account has it: all answers are alike."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from server.models import Delegate, Event, Mail, Person, Registration
from server.names import called
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.importing import EXPERT, confirmation, upload, workbook

ADDRESS = "somebody@example.org"
Act = Callable[[Client, Event], Awaitable[list[httpx2.Response]]]


async def entered(event: Event, side: str) -> Registration:
    """Create a party whose person was entered by an organiser and has never come."""
    make = factories.expert if side == "expert" else factories.enterprise
    party = await make(event, await factories.person(email=f"wrong-{event.slug}@example.org", full_name=""))
    rows: Any = Registration.filter(id=party.id) if side == "expert" else Delegate.filter(registration_id=party.id)
    await rows.update(proposed={"full_name": "Ivan"})
    return party


def correcting(side: str) -> Act:
    async def act(client: Client, event: Event) -> list[httpx2.Response]:
        """Twice: whether an address can be corrected again does not depend on who has it."""
        party = await entered(event, side)
        base = f"/e/{event.slug}/parties/{party.id}"
        first = await client.post(f"{base}/contact", data={"email": ADDRESS})
        pages = [await client.get(base), await client.get(f"{base}/contact")]
        pages += [await client.get(f"/e/{event.slug}/participants?state=not-signed-in")]
        again = await client.post(f"{base}/contact", data={"email": f"right-{event.slug}@example.org"})
        return [first, *pages, again]

    return act


async def add_delegate(client: Client, event: Event) -> list[httpx2.Response]:
    party = await factories.enterprise(event)
    base = f"/e/{event.slug}/parties/{party.id}"
    added = await client.post(f"{base}/delegates", data={"email": ADDRESS, "full_name": "Ivan"})
    return [added, await client.get(base), await client.get(f"{base}/delegates")]


async def add_own_delegate(client: Client, event: Event) -> list[httpx2.Response]:
    person = await factories.person(locale="en")
    await factories.enterprise(event, person)
    await factories.signed_in(client, person)
    added = await client.post(f"/e/{event.slug}/me/delegates", data={"email": ADDRESS, "full_name": "Ivan"})
    return [added, await client.get(f"/e/{event.slug}/me")]


async def add_interpreter(client: Client, event: Event) -> list[httpx2.Response]:
    base, typed = f"/e/{event.slug}/interpreters", {"email": ADDRESS, "full_name": "Ivan", "languages": ["ru", "zh"]}
    added = await client.post(f"{base}/new", data=typed)
    listed = await client.get(base)
    [link] = {link for link in read(listed).links if re.search(r"/interpreters/\d+$", link)}
    return [added, listed, await client.get(link)]


async def add_organiser(client: Client, event: Event) -> list[httpx2.Response]:
    added = await client.post(f"/e/{event.slug}/organisers", data={"email": ADDRESS})
    return [added, await client.get(f"/e/{event.slug}/organisers")]


async def bring_in(client: Client, event: Event) -> list[httpx2.Response]:
    """Twice: a second file changes what the first has brought in."""
    answers = []
    for headline in ("Pumps", "Silent pumps"):
        page = await upload(client, event, workbook(experts=[{**EXPERT, "email": ADDRESS, "headline": headline}]))
        answers += [page, await client.post(confirmation(page)), await client.get(f"/e/{event.slug}/experts")]
    party = await Registration.get(event_id=event.id)
    return [*answers, await client.get(f"/e/{event.slug}/parties/{party.id}")]


def told(answer: httpx2.Response, event: Event) -> tuple[int, str, str]:
    """Return status, redirect, and texts without numbers."""
    words = re.sub(r"\d+", "0", read(answer).words) if answer.status_code == 200 else ""
    leads = answer.headers.get("location", "").replace(event.slug, "event")
    return answer.status_code, re.sub(r"\d+", "0", leads), words.replace(event.slug, "event")


@pytest.mark.parametrize(
    "act",
    [
        correcting("expert"),
        correcting("enterprise"),
        add_delegate,
        add_own_delegate,
        add_interpreter,
        add_organiser,
        bring_in,
    ],
    ids=["expert", "enterprise", "delegate", "own_delegate", "interpreter", "organiser", "import"],
)
async def test_a_known_address_is_answered_like_one_that_nobody_uses(client: Client, act: Act) -> None:
    answers, letters = [], []
    for is_known in (False, True):
        event = await factories.event(name={"en": "Docking days"})
        organiser = await factories.person(locale="en", email=f"organiser-{event.slug}@example.org")
        await factories.organiser(event, organiser)
        await factories.signed_in(client, organiser)
        if is_known:
            await Person.filter(email=ADDRESS).update(email="moved@example.org")
            since = datetime.now(UTC) - timedelta(days=9)
            known = await factories.person(
                email=ADDRESS, full_name="Known Elsewhere", latin_name="Known", country="DE", signed_in_at=since
            )
            await factories.expert(await factories.event(), known)
        answers.append([told(answer, event) for answer in await act(client, event)])
        letters.append(await Mail.filter(event_id=event.id, to_address=ADDRESS).values_list("template", flat=True))
    assert answers[0] == answers[1]
    assert letters[0] == letters[1] or act.__name__ == "act"
    assert "Known Elsewhere" not in str(answers)


async def test_what_was_entered_waits_for_the_owner_of_the_address(client: Client) -> None:
    event, since = await factories.event(), datetime.now(UTC) - timedelta(days=9)
    await factories.signed_in(client, (await factories.organiser(event)).person)
    known = await factories.person(email=ADDRESS, full_name="Known Elsewhere", signed_in_at=since)
    party = await entered(event, "expert")
    await client.post(f"/e/{event.slug}/parties/{party.id}/contact", data={"email": ADDRESS})
    moved = await Registration.get(id=party.id).select_related("person")
    assert (moved.person_id, called(moved).full_name) == (known.id, "Ivan")
    assert (await Person.get(id=known.id)).full_name == "Known Elsewhere"
    assert await Mail.filter(event_id=event.id).values_list("to_address", "template") == [(ADDRESS, "invited")]
    await factories.signed_in(client, known)
    assert (await client.get(f"/e/{event.slug}/me")).status_code == 200
    await Person.filter(id=known.id).update(signed_in_at=datetime.now(UTC))
    await factories.signed_in(client, await Person.get(organises__event_id=event.id))
    kept = await client.post(f"/e/{event.slug}/parties/{party.id}/contact", data={"email": "eve@evil.example"})
    assert (kept.status_code, (await Registration.get(id=party.id)).person_id) == (409, known.id)
