"""Canaries in private fields, and everything that each role can reach: pages, files, calendars, logs, e-mails."""

import io
import logging
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from server.models import (
    Confidentiality,
    Contact,
    ContactKind,
    ContactReaders,
    Correction,
    CorrectionKind,
    Delegate,
    FieldReaders,
    FileReaders,
    Mail,
    Need,
    Person,
    Reception,
    Registration,
    StoredFile,
    Travel,
)
from server.plans import publishing
from tests import factories, world
from tests.client import Client
from tests.server import planning
from tests.server.test_crawl import crawled
from tests.world import World

ORGANISERS = frozenset({"organiser", "people organiser"})
# Each canary, and who may read it beside its owner.
OF_EXPERT: Mapping[str, frozenset[str]] = {
    "CANARY-contact-own": frozenset(),
    "CANARY-contact-kept": ORGANISERS,
    "CANARY-results": frozenset(),
    "CANARY-patents": ORGANISERS | {"plan organiser", "translator", "other translator"},
    "CANARY-file": frozenset(),
    "CANARY-diet": ORGANISERS | {"escort"},
    "CANARY-access": ORGANISERS,
    "CANARY-flight": ORGANISERS | {"escort"},
    "CANARY-hotel": ORGANISERS | {"escort"},
    "canary-mail": ORGANISERS,
    "CANARY-reason": ORGANISERS | {"plan organiser"},
}
OF_ENTERPRISE: Mapping[str, frozenset[str]] = {
    "CANARY-need": ORGANISERS | {"plan organiser", "translator", "other translator", "reviewer", "other reviewer"},
    "CANARY-decision": ORGANISERS | {"plan organiser", "reviewer", "other reviewer"},
    "canary-firm": ORGANISERS,
}
ROLES = (
    *("nobody", "administrator", "expert", "enterprise", "interpreter", "translator", "reviewer", "leader"),
    *("desk_staff", "escort", "other expert", "other enterprise", "foreign organiser"),
    *("people organiser", "plan organiser"),
)


async def released(there: World) -> None:
    """Put the canaries into the rows of the world's expert and enterprise."""
    expert, firm = await Registration.get(id=int(there.own["expert"])), int(there.own["enterprise"])
    readers = {"results": FieldReaders.NOBODY, "patents": FieldReaders.ORGANISERS}
    texts = {"results": "CANARY-results", "patents": "CANARY-patents"}
    await Registration.filter(id=expert.id).update(readers={name: str(each) for name, each in readers.items()}, **texts)
    await Person.filter(id=expert.person_id).update(email="canary-mail@example.org")
    await Contact.filter(person_id=expert.person_id).delete()
    for kind, each in ((ContactKind.PHONE, ContactReaders.NOBODY), (ContactKind.WECHAT, ContactReaders.ORGANISERS)):
        value = "CANARY-contact-own" if each is ContactReaders.NOBODY else "CANARY-contact-kept"
        await Contact.create(event=there.event, person_id=expert.person_id, kind=kind, value=value, readers=each)
    journey = {"diet": "CANARY-diet", "accessibility": "CANARY-access", "arrives_by": "CANARY-flight"}
    await Travel.update_or_create(registration_id=expert.id, defaults={"arrives_at": datetime.now(UTC), **journey})
    await Reception.filter(registration_id=expert.id).update(hotel="CANARY-hotel")
    await StoredFile.filter(id=int(there.own["file"])).update(name="CANARY-file.pdf", readers=FileReaders.NOBODY)
    await Correction.create(
        event=there.event,
        expert_id=expert.id,
        enterprise_id=firm,
        kind=CorrectionKind.FITS,
        reason="CANARY-reason",
    )
    hidden = {
        "tried": "CANARY-need",
        "decision_owner": "CANARY-decision",
        "confidentiality": Confidentiality.FIELD_ONLY,
    }
    await Need.filter(id=int(there.own["need"])).update(**hidden)
    [delegate, *_others] = await Delegate.filter(registration_id=firm).order_by("id")
    await Person.filter(id=delegate.person_id).update(email="canary-firm@example.org")


def plain(content: bytes) -> str:
    """Return an answer as text, with the parts of a packed file beside it."""
    parts = [content]
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts += [packed.read(name) for name in packed.namelist()]
    return "\n".join(part.decode("utf-8", "replace") for part in parts).replace("\r\n ", "")


def forbidden(role: str) -> set[str]:
    """Return the canaries that a role may not read."""
    own = {"expert": OF_EXPERT, "enterprise": OF_ENTERPRISE}.get(role, {})
    every = {**OF_EXPERT, **OF_ENTERPRISE}
    return {canary for canary, readers in every.items() if canary not in own and role not in readers}


async def test_no_role_reaches_what_is_not_for_it(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    there = await world.build(client.settings)
    await released(there)
    home = f"/e/{there.event.slug}"
    leaks, seen = set[tuple[str, str, str]](), set[str]()
    for role in ROLES:
        person = there.people[role]
        assert person is not None
        await factories.signed_in(client, await Person.get(id=person.id))
        kept = forbidden(role)
        async for path, answer in crawled(client, ["/", home, "/account", f"{home}/matches", "/account/data.zip"]):
            text = plain(answer.content)
            leaks |= {(role, path, canary) for canary in kept if canary in text}
            seen |= {canary for canary in {*OF_EXPERT, *OF_ENTERPRISE} if canary in text}
    feed = plain((await client.get(f"/cal/{there.own['feed']}.ics")).content)
    assert sorted(leaks) == []
    # Those who may read them do: the crawl finds each canary.
    assert seen == {*OF_EXPERT, *OF_ENTERPRISE}
    assert "CANARY" not in feed and "BEGIN:VEVENT" in feed
    assert "CANARY" not in caplog.text and "canary-" not in caplog.text


async def test_no_e_mail_about_a_plan_says_what_is_private(database: None) -> None:
    event = await factories.event()
    kept = {"results": "nobody"}
    expert = await factories.expert(event, results="CANARY-results", readers=kept)
    firm = await factories.enterprise(event)
    await factories.wish(expert, firm)
    await factories.wish(firm, expert)
    await Travel.create(registration=expert, diet="CANARY-diet")
    hidden = {"tried": "CANARY-need", "title": "CANARY-title", "confidentiality": Confidentiality.FIELD_ONLY}
    await Need.filter(registration_id=firm.id).update(**hidden)
    organiser = (await factories.organiser(event)).person
    plan = await planning.solved(event, organiser)
    await publishing.publish(plan, organiser)
    to_expert = [str(mail.values) for mail in await Mail.filter(person_id=expert.person_id)]
    every = [str(mail.values) for mail in await Mail.all()]
    assert to_expert and [each for each in to_expert if "CANARY" in each] == []
    assert [each for each in every if "CANARY-title" not in each and "CANARY" in each] == []
