"""What the other side sees, shown to its owner: the same as the real pages; and the answers to check before consent."""

import re

import pytest

from server.models import Confidentiality, FileKind, FileReaders, Registration
from tests import factories, uploaded
from tests.client import Client
from tests.reading import read
from tests.server.registering import WORK, enterprise_up_to_consent, expert_up_to_consent, visitor


def profile_in(html: str, kind: str) -> str:
    """Return the profile of a page. kind: expert or firm."""
    found = re.search(rf'<section class="piece {kind}">.*?</section>', html, re.DOTALL)
    assert found is not None
    return found[0]


@pytest.mark.parametrize("locale", ["en", "zh-Hans", "ru"])
async def test_an_expert_sees_the_profile_that_enterprises_see(client: Client, other: Client, locale: str) -> None:
    event = await factories.event()
    expert, enterprise = (
        await factories.expert(event, degree="PhD", readiness=6),
        await factories.enterprise(event, languages=[]),
    )
    await factories.translation(expert, "affiliation", "ru", "Институт электроприводов")
    await uploaded.stored_file(expert, kind=FileKind.PHOTO, readers=FileReaders.OTHER_SIDE, name="me.jpg")
    await uploaded.stored_file(expert, readers=FileReaders.OTHER_SIDE, name="open.pdf")
    await factories.signed_in(client, expert.person)
    await factories.signed_in(other, (await factories.delegates_of(enterprise))[0])

    own = await client.get(f"/e/{event.slug}/me/preview?lang={locale}")
    real = await other.get(f"/e/{event.slug}/matches/{expert.id}?lang={locale}")

    assert profile_in(own.text, "expert") == profile_in(real.text, "expert")
    assert "open.pdf" in own.text and "open.pdf" in real.text


@pytest.mark.parametrize(
    ("readers", "before", "after"),
    [(FileReaders.OTHER_SIDE, True, True), (FileReaders.AGREED, False, True), (FileReaders.NOBODY, False, False)],
)
async def test_files_are_in_the_preview_as_they_are_shared(
    client: Client, readers: FileReaders, before: bool, after: bool
) -> None:
    event = await factories.event()
    expert = await factories.expert(event)
    await uploaded.stored_file(expert, readers=readers, name="mine.pdf")
    await factories.signed_in(client, expert.person)

    pages = [await client.get(f"/e/{event.slug}/me/preview{end}") for end in ("", "?stage=agreed")]

    assert ["mine.pdf" in page.text for page in pages] == [before, after]


@pytest.mark.parametrize(
    ("confidentiality", "stage", "told"),
    [
        (Confidentiality.OPEN, "", (True, True, True)),
        (Confidentiality.STAGED, "", (False, True, False)),
        (Confidentiality.STAGED, "?stage=agreed", (True, True, True)),
        (Confidentiality.FIELD_ONLY, "", (False, False, False)),
        (Confidentiality.FIELD_ONLY, "?stage=agreed", (True, False, False)),
    ],
)
async def test_an_enterprise_sees_what_experts_see(
    client: Client, confidentiality: Confidentiality, stage: str, told: tuple[bool, ...]
) -> None:
    event = await factories.event()
    firm = await factories.organisation(name="宁波衔川")
    enterprise = await factories.enterprise(event, organisation=firm, needs=0)
    await factories.need(enterprise, title="TITLE", text="TEXT of the need", confidentiality=confidentiality)
    await factories.signed_in(client, (await factories.delegates_of(enterprise))[0])

    page = read(await client.get(f"/e/{event.slug}/me/preview{stage}"))

    assert tuple(words in page.words for words in ("宁波衔川", "TITLE", "TEXT of the need")) == told


async def test_the_preview_of_a_draft_says_that_nobody_sees_it(client: Client) -> None:
    event, person = await visitor(client)
    await expert_up_to_consent(client, event)

    page = await client.get(f"/e/{event.slug}/me/preview")

    assert (page.status_code, "The other side does not see this yet" in page.text) == (200, True)
    assert str(WORK["headline"]) in page.text
    assert (await Registration.get(person_id=person.id)).agreed_at is None


# Check your answers -----------------------------------------------------------------------------------------------


async def test_an_expert_checks_the_answers_before_consent(client: Client) -> None:
    event, _person = await visitor(client)
    await expert_up_to_consent(client, event)

    page = await client.get(f"/e/{event.slug}/register/expert/consent")

    for name in ("full_name", "affiliation", "position", "degree", "headline", "offer"):
        assert str(WORK[name]) in page.text
    links = re.findall(r'href="/e/[^/]+/register/expert/(\w+)" aria-describedby', page.text)
    assert links == ["work", "cooperation", "presence"]


async def test_an_enterprise_checks_the_answers_before_consent(client: Client) -> None:
    event, _person = await visitor(client)
    await enterprise_up_to_consent(client, event)

    page = await client.get(f"/e/{event.slug}/register/enterprise/consent")

    assert "生产注塑机。" in page.text
    assert re.findall(r'href="/e/[^/]+/register/enterprise/(\w+)" aria-describedby', page.text) == [
        "profile",
        "presence",
    ]


async def test_whoever_takes_part_changes_consents_without_checking(client: Client) -> None:
    event = await factories.event()
    expert = await factories.expert(event)
    await factories.signed_in(client, expert.person)
    assert 'id="check"' not in (await client.get(f"/e/{event.slug}/register/expert/consent")).text


async def test_the_files_of_an_open_need_without_a_text_are_shown(client: Client, other: Client) -> None:
    event = await factories.event()
    enterprise = await factories.enterprise(event, needs=0)
    need = await factories.need(enterprise, text="", tried="Rubber mounts")
    await uploaded.stored_file(need, readers=FileReaders.OTHER_SIDE, name="drawing.pdf")
    await factories.signed_in(client, (await factories.delegates_of(enterprise))[0])
    await factories.signed_in(other, (await factories.expert(event)).person)

    own = await client.get(f"/e/{event.slug}/me/preview")
    real = await other.get(f"/e/{event.slug}/matches/{enterprise.id}")

    assert [("drawing.pdf" in page.text, "Rubber mounts" in page.text) for page in (own, real)] == [(True, True)] * 2
