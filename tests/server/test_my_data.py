"""My data: everything about a person in one file, and nothing about anybody else."""

import asyncio
import io
import json
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from server.models import Confidentiality, Consent, Departure, Mail, Need, Person, SignInLink, WishKind
from server.privacy import exporting
from server.privacy.exporting import Archives
from server.privacy.tables import SECRET
from server.settings import Settings
from tests import factories, uploaded, world
from tests.client import Client
from tests.statements import Statements


def unpacked(content: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {
            name: json.loads(archive.read(name)) if name.endswith(".json") else archive.read(name).decode()
            for name in archive.namelist()
        }


@pytest.mark.parametrize("role", ["expert", "enterprise", "interpreter", "organiser", "translator"])
async def test_the_file_has_what_is_about_its_person_and_no_other(client: Client, role: str) -> None:
    there = await world.build(client.settings)
    person = there.people[role]
    assert person is not None
    await Person.filter(id=person.id).update(full_name="Анна Канарейка", email="canary@example.org")
    others = await Person.exclude(id=person.id)
    await factories.signed_in(client, person)
    answer = await client.get("/account/data.zip")
    files = unpacked(answer.content)
    text = json.dumps(files["data.json"], ensure_ascii=False)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    assert 'attachment; filename="my-data.zip"' in answer.headers["content-disposition"]
    assert [row["email"] for row in files["data.json"]["tables"]["person"]] == ["canary@example.org"]
    assert "Анна Канарейка" in text and "Анна Канарейка" in files["index.html"]
    assert [each.email for each in others if each.email in text] == []
    assert "<script" not in files["index.html"] and "http" not in files["index.html"].replace("http-equiv", "")


async def test_rows_of_all_kinds_are_in_the_file(client: Client) -> None:
    event = await factories.event()
    person = await factories.person(locale="ru")
    expert, firm = await factories.expert(event, person), await factories.enterprise(event)
    await factories.wish(expert, firm)
    await factories.calendar_entry(expert, firm)
    await factories.translation(expert, "offer", "ru", "Двигатели")
    await factories.mail(event, person)
    tables = exporting.as_json(await exporting.held_about(person))
    filled = {name for name, rows in tables.items() if rows}
    assert filled == {
        *("calendar_entry", "mail", "participation", "person", "registration", "translation", "wish"),
    }
    assert tables["translation"][0]["text"] == "Двигатели"


async def test_uploaded_files_are_in_the_file(client: Client) -> None:
    event = await factories.event()
    expert, other = await factories.expert(event), await factories.expert(event)
    file = await uploaded.stored_file(expert, client.settings.files_dir, name="Резюме.pdf")
    await uploaded.stored_file(other, client.settings.files_dir)
    await factories.signed_in(client, expert.person)

    files = unpacked((await client.get("/account/data.zip")).content)

    assert files.keys() == {"index.html", "data.json", f"files/{file.id}-Резюме.pdf"}
    assert "Резюме.pdf" in files["index.html"]


async def test_nothing_in_the_file_signs_anybody_in(client: Client) -> None:
    person = await factories.person()
    await client.post("/sign-in", data={"email": person.email})
    await factories.signed_in(client, person)
    [link], [mail] = await SignInLink.all(), await Mail.all()
    files = unpacked((await client.get("/account/data.zip")).content)
    text = json.dumps(files, ensure_ascii=False)
    secrets = [mail.values["code"], mail.values["path"].rpartition("/")[2], link.token_hash, link.code_hash]
    assert [each for each in secrets if each in text] == []
    assert files["data.json"]["not_included"]["sign_in_link"]["token_hash"] == SECRET
    assert [row["template"] for row in files["data.json"]["tables"]["mail"]] == ["sign_in"]


async def test_the_page_is_in_the_language_of_the_person(client: Client) -> None:
    event = await factories.event()
    person = await factories.person(locale="ru", time_zone="Europe/Moscow")
    await factories.expert(event, person, topics=["auto.ev"])
    await factories.signed_in(client, person)
    page = unpacked((await client.get("/account/data.zip")).content)["index.html"]
    assert '<html lang="ru"' in page and "Europe/Moscow" in page and "Дни встреч" in page


@pytest.mark.parametrize(("answer", "is_named"), [(None, False), (WishKind.LIKE, True)])
async def test_the_file_names_no_enterprise_that_is_hidden(
    client: Client, answer: WishKind | None, is_named: bool
) -> None:
    event = await factories.event()
    person = await factories.person()
    expert = await factories.expert(event, person)
    firm = await factories.enterprise(event, None, await factories.organisation(name="Canary Alloys"))
    await Need.filter(registration_id=firm.id).update(confidentiality=Confidentiality.STAGED)
    await factories.wish(expert, firm)
    if answer:
        await factories.wish(firm, expert, answer)
    await factories.signed_in(client, person)
    files = unpacked((await client.get("/account/data.zip")).content)
    assert ("Canary Alloys" in files["index.html"]) is is_named
    assert "Canary Alloys" not in json.dumps(files["data.json"])


async def test_the_file_has_nothing_of_colleagues_who_left(client: Client) -> None:
    person, colleague = await factories.person(), await factories.person()
    firm = await factories.enterprise(await factories.event(), person)
    for each in (person, colleague):
        await Departure.create(
            event_id=firm.event_id,
            registration=firm,
            person=each,
            is_whole=False,
            position="Chief",
            proposed={"full_name": each.full_name},
            left_at=person.created_at,
        )
    held = exporting.as_json(await exporting.held_about(person))
    assert [each["person_id"] for each in held["departure"]] == [person.id]


async def test_asked_for_twice_at_once_it_is_made_once(database: None, settings: Settings) -> None:
    person = await factories.person()
    archives = Archives(settings.files_dir)
    one, other = await asyncio.gather(*(archives.of(person, "en") for _ in range(2)))
    assert (one is other, archives.making) == (True, {})


async def test_the_number_of_queries_does_not_grow(
    client: Client, queries: Callable[[], AbstractContextManager[Statements]]
) -> None:
    event = await factories.event()
    person = await factories.person()
    await factories.expert(event, person)
    await Consent.create(
        person=person, event=event, purpose="photo", version="1", text_hash="x", locale="en", given_at=person.created_at
    )
    with queries() as few:
        await Archives(client.settings.files_dir).of(person, "en")
    for _ in range(5):
        await factories.expert(await factories.event(), person)
    with queries() as many:
        await Archives(client.settings.files_dir).of(person, "en")
    assert len(few) == len(many)
