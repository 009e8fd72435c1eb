"""Interpreters and organisers of an event, as organisers add, change and remove them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from server.models import Interpreter, Mail, Organiser, Person
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.setting_up import at_work, words

# -- Interpreters --------------------------------------------------------------------------------------------------


WANG = {
    "email": "Wang@Example.org",
    "full_name": "王芳",
    "languages": ["zh", "ru"],
    "max_meetings": "6",
    "max_consecutive": "",
}


async def test_an_interpreter_is_added_changed_and_removed(client: Client) -> None:
    event, here = await at_work(client, slots=2)
    foreign = (await factories.slots_of(await factories.event(slots=1)))[0]
    slots = [slot.id for slot in await factories.slots_of(event)]

    added = await client.post(
        f"{here}/interpreters/new", data={**WANG, "available": [slots[0], foreign.id, 2**63, 2**70]}
    )
    [made] = await Interpreter.all().select_related("person")
    path = f"{here}/interpreters/{made.id}"
    shown = await client.get(path)
    changed = await client.post(path, data={**WANG, "email": "other@example.org", "max_meetings": "0"})
    [after] = await Interpreter.all().select_related("person")
    removed = await client.post(f"{path}/remove")

    assert [answer.status_code for answer in (added, changed, removed)] == [303] * 3
    assert (made.person.email, made.languages, made.available) == ("wang@example.org", ["zh", "ru"], [slots[0]])
    assert 'value="王芳"' in shown.text
    assert (after.person.email, after.available, after.max_meetings) == ("wang@example.org", [], 0)
    assert await Interpreter.all().count() == 0


async def test_names_of_the_team_stand_in_letters_that_the_organiser_reads(client: Client) -> None:
    event, here = await at_work(client, slots=1)
    person = await factories.person(full_name="王芳", latin_name="WANG FANG")
    interpreter = await factories.interpreter(event, person)
    await factories.organiser(event, await factories.person(full_name="周文静", latin_name="ZHOU WENJING"))
    paths = (f"{here}/interpreters", f"{here}/interpreters/{interpreter.id}/remove", f"{here}/organisers")
    list_, asked, team = [read(await client.get(path)).words for path in paths]
    assert "WANG FANG 王芳" in list_ and "WANG FANG 王芳" in asked and "ZHOU WENJING 周文静" in team


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"languages": "zh"}, "Choose at least"),
        ({"languages": ["zh", "tlh"]}, "This language is not known: tlh."),
        ({"email": "wang"}, "Enter an e-mail address such as anna@example.org."),
        ({"full_name": "\0"}, "Fill in this field."),
        ({"max_consecutive": "0"}, "Enter a number of at least 1."),
        ({"available": ["x"]}, "Enter a whole number in digits, for example 3."),
    ],
)
async def test_an_interpreter_with_faults_is_not_added(client: Client, changed: dict[str, Any], sentence: str) -> None:
    _event, here = await at_work(client)

    answer = await client.post(f"{here}/interpreters/new", data={**WANG, **changed})

    assert answer.status_code == 422
    assert sentence in words(answer)
    assert await Interpreter.all().count() == 0


async def test_the_same_interpreter_twice_is_refused(client: Client) -> None:
    _event, here = await at_work(client)

    first, second = [
        await client.post(f"{here}/interpreters/new", data={**WANG, "full_name": name}) for name in ("王芳", "王芬")
    ]

    assert (first.status_code, second.status_code) == (303, 409)
    assert "This event already has an interpreter with this address: wang@example.org" in second.text


async def test_an_interpreter_is_invited_again_and_after_coming_back(client: Client) -> None:
    _event, here = await at_work(client)
    await client.post(f"{here}/interpreters/new", data=WANG)
    one = await Interpreter.get()
    again = await client.post(f"{here}/interpreters/{one.id}/invite")
    # A row that something refers to stays as history.
    await Interpreter.filter(id=one.id).update(removed_at=datetime.now(UTC))
    unknown = await client.post(f"{here}/interpreters/{one.id}/invite")
    back = await client.post(f"{here}/interpreters/new", data={**WANG, "once": "another form"})

    mails = await Mail.filter(template="interpreter").order_by("id")
    links = [await client.get(mail.values["path"]) for mail in mails]
    assert (again.status_code, unknown.status_code, back.status_code) == (303, 404, 303)
    assert [link.status_code for link in links] == [410, 410, 200]
    assert f"{here}/interpreters/{one.id}/invite" in (await client.get(f"{here}/interpreters/{one.id}")).text


# -- Organisers ----------------------------------------------------------------------------------------------------


async def test_a_new_organiser_gets_one_e_mail_even_if_added_twice(client: Client) -> None:
    event, here = await at_work(client)

    for _ in range(2):
        answer = await client.post(f"{here}/organisers", data={"email": "Olga@example.org"})
        assert answer.headers["location"] == f"{here}/organisers?notice=saved"
    shown = await client.get(f"{here}/organisers")

    assert await Organiser.filter(event_id=event.id).count() == 2
    assert [(letter.to_address, letter.template) for letter in await Mail.all()] == [("olga@example.org", "organiser")]
    assert "olga@example.org" in shown.text


async def test_an_organiser_can_leave_but_not_the_last_one(client: Client) -> None:
    event, here = await at_work(client)
    other = await factories.organiser(event)
    [own] = await Organiser.filter(event_id=event.id).exclude(id=other.id)

    removed = await client.post(f"{here}/organisers/{other.id}/remove")
    refused = await client.post(f"{here}/organisers/{own.id}/remove")

    assert (removed.status_code, refused.status_code) == (303, 409)
    assert "An event needs at least one organiser." in refused.text
    assert [organiser.id for organiser in await Organiser.filter(event_id=event.id)] == [own.id]


async def test_an_invalid_address_adds_no_organiser(client: Client) -> None:
    _event, here = await at_work(client)

    answer = await client.post(f"{here}/organisers", data={"email": "olga"})

    assert answer.status_code == 422
    assert 'value="olga"' in answer.text
    assert await Person.filter(email="olga").count() == 0
