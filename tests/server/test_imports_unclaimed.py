"""People imported without an address, and data that an import must not change."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from server.models import Delegate, Event, Mail, Need, Organisation, Person, Registration, Unclaimed
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.importing import (
    ENTERPRISE,
    EXPERT,
    confirmation,
    faults,
    imported,
    outcome,
    prepared,
    upload,
    workbook,
)

NOW = datetime.now(UTC)

# People without an address -----------------------------------------------------------------------------------------


async def claim_link(client: Client, event: Event) -> str:
    page = await client.get(f"/e/{event.slug}/unclaimed")
    [link] = re.findall(r"http[^<]*(/claim/[^<]*)", page.text)
    return str(link)


async def test_somebody_without_an_address_is_imported_and_claims_what_was_entered(client: Client) -> None:
    event = await prepared(client)
    organiser = await Person.all().order_by("id").first()
    content = workbook(experts=[{**EXPERT, "email": ""}])
    assert (await imported(client, event, content, invite=True)).status_code == 303
    [found] = await Registration.all().select_related("person")
    assert (found.person.has_address, await Mail.all().count()) == (False, 0)
    pages = [await client.get(f"/e/{event.slug}/{path}") for path in (f"parties/{found.id}", "experts", "unclaimed")]
    assert [".invalid" in page.text for page in pages] == [False] * 3
    link = await claim_link(client, event)
    client.cookies.clear()
    page = await client.get(link)
    assert "Анна Петрова" in page.text
    assert (
        await client.post("/sign-in", data={"email": "Anna@Example.org", "next": read(page).field("next")})
    ).status_code == 303
    letter = await Mail.get()
    assert letter.to_address == "anna@example.org"
    signed = await client.post(letter.values["path"])
    assert signed.headers["location"] == link
    taken = await client.post(link + "/take")
    assert taken.headers["location"] == f"/e/{event.slug}/me"
    assert "Анна Петрова" in (await client.get(taken.headers["location"])).text
    person = (await Registration.get().select_related("person")).person
    assert (person.email, person.full_name, person.country) == ("anna@example.org", "Анна Петрова", "RU")
    assert await Person.all().count() == 2
    assert [(await client.get(link)).status_code, (await client.post(link + "/take")).status_code] == [410, 410]
    assert organiser is not None
    await factories.signed_in(client, organiser)
    again = await upload(client, event, content)
    assert (again.status_code, outcome(again)) == (200, [])


async def test_a_second_import_knows_people_without_an_address(client: Client) -> None:
    event = await prepared(client)
    content = workbook(experts=[{**EXPERT, "email": ""}], enterprises=[{**ENTERPRISE, "email": ""}])
    await imported(client, event, content)
    page = await upload(client, event, content)
    assert outcome(page) == ["2 experts and enterprises unchanged"]
    await client.post(confirmation(page))
    assert (await Registration.all().count(), await Unclaimed.all().count()) == (2, 2)


async def test_an_address_in_a_later_file_is_given_to_the_person(client: Client) -> None:
    event = await prepared(client)
    await imported(
        client, event, workbook(experts=[{**EXPERT, "email": ""}], enterprises=[{**ENTERPRISE, "email": ""}])
    )
    await imported(client, event, workbook(experts=[EXPERT], enterprises=[ENTERPRISE]))
    assert await Registration.all().count() == 2
    assert await Person.filter(email__in=["anna@example.org", "li@example.org"]).count() == 2
    assert await Person.all().count() == 3


@pytest.mark.parametrize("is_known", [False, True])
async def test_an_address_in_a_later_file_does_not_tell_whether_its_owner_is_known(
    client: Client, is_known: bool
) -> None:
    """The owner signed in between the two files, at another event: here they have not come yet."""
    event = await prepared(client)
    nameless = {"experts": [{**EXPERT, "email": ""}], "enterprises": [{**ENTERPRISE, "email": ""}]}
    await imported(client, event, workbook(**nameless))
    await Registration.all().update(created_at=NOW - timedelta(days=2))
    await Delegate.all().update(created_at=NOW - timedelta(days=2))
    if is_known:
        for email in ("anna@example.org", "li@example.org"):
            await factories.person(email=email, signed_in_at=NOW - timedelta(days=1))
    changed = {**EXPERT, "headline": "Quiet motors"}
    page = await upload(client, event, workbook(experts=[changed], enterprises=[ENTERPRISE]))
    addressed = "2 people who had no e-mail address get the addresses in the file"
    assert outcome(page) == ["1 existing expert updated", "1 existing enterprise updated", addressed]
    await client.post(confirmation(page))
    assert (await Registration.get(person__email="anna@example.org")).headline == "Quiet motors"
    again = await upload(client, event, workbook(experts=[{**changed, "headline": "Motors"}]))
    assert outcome(again) == ["1 existing expert updated"]


async def test_two_people_with_one_name_and_no_address_are_a_fault(client: Client) -> None:
    event = await prepared(client)
    page = await upload(client, event, workbook(experts=[{**EXPERT, "email": ""}, {**EXPERT, "email": ""}]))
    assert faults(page)[0][3] == "This person is already in row 2 of the sheet “experts”."


async def test_a_participant_cannot_claim_another_place(client: Client) -> None:
    event = await prepared(client)
    await imported(client, event, workbook(experts=[{**EXPERT, "email": ""}]))
    link = await claim_link(client, event)
    own = await factories.expert(event)
    await factories.signed_in(client, own.person)
    assert (await client.post(link + "/take")).status_code == 409
    assert await Registration.all().count() == 2


@pytest.mark.parametrize("token", ["x", "1-x", "99999999999-x", "1-" + "A" * 43, "0-", "-", "１-x"])
async def test_an_unknown_claim_link_is_not_found(client: Client, token: str) -> None:
    event = await prepared(client)
    await imported(client, event, workbook(experts=[{**EXPERT, "email": ""}]))
    answers = [await client.get(f"/claim/{token}"), await client.post(f"/claim/{token}/take")]
    assert [answer.status_code for answer in answers] == [404] * 2


async def test_a_link_can_be_replaced(client: Client) -> None:
    event = await prepared(client)
    await imported(client, event, workbook(experts=[{**EXPERT, "email": ""}]))
    old = await claim_link(client, event)
    row = await Unclaimed.get()
    assert (await client.post(f"/e/{event.slug}/unclaimed/{row.id}/renew")).status_code == 303
    assert [(await client.get(old)).status_code, (await client.get(await claim_link(client, event))).status_code] == [
        404,
        200,
    ]


async def test_many_people_are_listed_on_pages_and_each_is_found_by_a_link(client: Client) -> None:
    event = await prepared(client)
    letters = [f"{one}{other}".title() for one in "abcdefgh" for other in "abcdefg"]
    await imported(
        client, event, workbook(experts=[{**EXPERT, "email": "", "full_name": f"Li {at}"} for at in letters])
    )
    base = f"/e/{event.slug}/unclaimed"

    async def listed(query: str) -> list[str]:
        return re.findall(r"<bdi>Li (\w+)</bdi>", (await client.get(base + query)).text)

    assert [await listed(query) for query in ("", "?page=2", "?page=9")] == [letters[:50], letters[50:], letters[50:]]
    last = await Unclaimed.get(person__full_name=f"Li {letters[-1]}")
    renewed = await client.post(f"{base}/{last.id}/renew")
    assert await listed(f"?person={last.person_id}") == letters[50:]
    assert renewed.headers["location"] == f"{base}?person={last.person_id}&notice=link_renewed"


# What is theirs stays ----------------------------------------------------------------------------------------------


async def test_people_of_other_events_keep_their_names(client: Client) -> None:
    event, other = await prepared(client), await factories.event()
    person = await factories.person(email="anna@example.org", full_name="Anna the First", country="DE")
    await factories.expert(other, person)
    await imported(client, event, workbook(experts=[EXPERT]))
    standing = await Person.get(id=person.id)
    assert (standing.full_name, standing.country) == ("Anna the First", "DE")


async def test_an_import_does_not_change_people_who_have_signed_in(client: Client) -> None:
    event = await prepared(client)
    await imported(client, event, workbook(experts=[EXPERT]))
    found = await Registration.get()
    await Registration.filter(id=found.id).update(headline="My own words")
    await Person.filter(email="anna@example.org").update(signed_in_at=found.created_at)
    page = await upload(client, event, workbook(experts=[EXPERT]))
    assert (outcome(page), "1 row is skipped" in page.text) == ([], True)
    await client.post(confirmation(page))
    assert (await Registration.get()).headline == "My own words"


async def test_a_second_import_writes_no_row(client: Client) -> None:
    event = await prepared(client)
    content = workbook(experts=[EXPERT], enterprises=[ENTERPRISE])
    await imported(client, event, content)
    before = [await model.all().order_by("id").values() for model in (Registration, Organisation, Need, Person)]
    await imported(client, event, content)
    after = [await model.all().order_by("id").values() for model in (Registration, Organisation, Need, Person)]
    assert after == before
