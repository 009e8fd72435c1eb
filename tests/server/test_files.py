"""Files of experts and of needs: who may upload, open, share and remove them, and where their bytes go."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from httpx2 import Response

from server.files import storing
from server.models import (
    Confidentiality,
    Consent,
    Event,
    FileKind,
    FileReaders,
    NeedState,
    Registration,
    StoredFile,
    WishKind,
)
from server.settings import Settings
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.hostile_files import docx, hostile, pdf, picture

CV = {"kind": "cv", "readers": "agreed", "agree": "yes"}


async def expert_at(client: Client, event: Event | None = None) -> tuple[Event, Registration]:
    """Return an event and an expert there who is signed in at the client."""
    made = event or await factories.event()
    expert = await factories.expert(made)
    await factories.signed_in(client, expert.person)
    return made, expert


async def upload(client: Client, path: str, data: bytes = pdf(), name: str = "cv.pdf", **fields: str) -> Response:
    sent = {name: value for name, value in {**CV, **fields}.items() if value}
    return await client.post(path, data=sent, files={"file": (name, data, "text/html")})


def bytes_in(settings: Settings) -> list[bytes]:
    return [path.read_bytes() for path in storing.stored(settings.files_dir)]


async def test_an_expert_uploads_a_photo_a_cv_and_five_files(client: Client, settings: Settings) -> None:
    event, expert = await expert_at(client)
    base = f"/e/{event.slug}/me/files"
    sent = [await upload(client, base, picture("PNG"), "me.png", kind="photo"), await upload(client, base)]
    for number in range(5):
        sent.append(await upload(client, base, pdf(b"%% %d" % number), f"{number}.pdf", kind="other"))
    sixth = await upload(client, base, pdf(b"% six"), "6.pdf", kind="other")

    assert [answer.status_code for answer in (*sent, sixth)] == [303] * 7 + [409]
    assert 'role="alert"' in sixth.text
    kinds = [file.kind for file in await StoredFile.filter(registration_id=expert.id).order_by("id")]
    assert kinds == [FileKind.PHOTO, FileKind.CV, *[FileKind.OTHER] * 5]
    assert len(bytes_in(settings)) == 7


async def test_bytes_are_stored_for_their_owner_alone_under_a_name_of_the_server(
    client: Client, settings: Settings
) -> None:
    event, _expert = await expert_at(client)
    await upload(client, f"/e/{event.slug}/me/files", name="../../evil.pdf")

    [path] = storing.stored(settings.files_dir)
    file = await StoredFile.get()
    assert (path.name, path.stat().st_mode & 0o777, file.name) == (file.key, 0o600, "evil.pdf")
    assert (file.size, path.read_bytes()) == (len(pdf()), pdf())


async def test_a_new_cv_takes_the_place_of_the_former(client: Client, settings: Settings) -> None:
    event, _expert = await expert_at(client)
    await upload(client, f"/e/{event.slug}/me/files")
    second = docx()
    await upload(client, f"/e/{event.slug}/me/files", second, "new.docx")

    assert ([file.name for file in await StoredFile.all()], bytes_in(settings)) == (["new.docx"], [second])


async def test_the_same_file_sent_twice_is_stored_once(client: Client, settings: Settings) -> None:
    event, _expert = await expert_at(client)
    for key in ("one", "one", "two"):
        await upload(client, f"/e/{event.slug}/me/files", kind="other", once=key)

    assert (await StoredFile.all().count(), len(bytes_in(settings))) == (1, 1)


async def test_nothing_is_stored_without_consent(client: Client, settings: Settings) -> None:
    event, _expert = await expert_at(client)
    base = f"/e/{event.slug}/me/files"

    refused = await upload(client, base, agree="")
    without = await client.post(base, data=CV)

    assert [(answer.status_code, [*read(answer).faults]) for answer in (refused, without)] == [
        (422, ["agree"]),
        (422, ["file"]),
    ]
    assert (await StoredFile.all().count(), bytes_in(settings), await Consent.all().count()) == (0, [], 0)


async def test_consent_is_recorded_by_purpose_and_asked_once(client: Client) -> None:
    event, expert = await expert_at(client)
    await upload(client, f"/e/{event.slug}/me/files")
    await upload(client, f"/e/{event.slug}/me/files", docx(), "a.docx", kind="other", agree="")
    await upload(client, f"/e/{event.slug}/me/files", picture("PNG"), "a.png", kind="photo")

    given = await Consent.filter(person_id=expert.person_id).order_by("id").values_list("purpose", "withdrawn_at")
    assert (given, await StoredFile.all().count()) == ([("files", None), ("portrait", None)], 3)


async def test_withdrawing_consent_deletes_files_and_bytes(client: Client, settings: Settings) -> None:
    event, _expert = await expert_at(client)
    await upload(client, f"/e/{event.slug}/me/files")
    await upload(client, f"/e/{event.slug}/me/files", picture("PNG"), "a.png", kind="photo")

    answer = await client.post(f"/e/{event.slug}/me/consents/files/withdraw")

    assert answer.status_code == 303
    assert ([file.kind for file in await StoredFile.all()], len(bytes_in(settings))) == ([FileKind.PHOTO], 1)


async def test_a_hostile_file_is_refused_with_a_sentence_and_leaves_nothing(client: Client, settings: Settings) -> None:
    event, _expert = await expert_at(client)
    files = dict(hostile())
    for name in ("drawing.svg", "macro.docm", "zip-behind.pdf", "bomb.png"):
        answer = await upload(client, f"/e/{event.slug}/me/files", files[name], name)
        assert (answer.status_code, [*read(answer).faults]) == (422, ["file"])

    assert (await StoredFile.all().count(), bytes_in(settings)) == (0, [])


async def test_more_than_ten_megabytes_are_refused_before_they_are_read(client: Client) -> None:
    event, _expert = await expert_at(client)
    answer = await upload(client, f"/e/{event.slug}/me/files", pdf(b"%" + b"a" * (11 * 1024 * 1024)))
    assert answer.status_code == 413


@pytest.mark.parametrize(("name", "value"), [("kind", "virus"), ("readers", "everybody"), ("readers", "")])
async def test_unknown_choices_are_refused(client: Client, name: str, value: str) -> None:
    event, _expert = await expert_at(client)
    answer = await client.post(f"/e/{event.slug}/me/files", data={**CV, name: value}, files={"file": ("a.pdf", pdf())})
    assert (answer.status_code, await StoredFile.all().count()) == (422, 0)


async def test_a_file_is_served_as_an_attachment_that_runs_nothing(client: Client) -> None:
    event, _expert = await expert_at(client)
    await upload(client, f"/e/{event.slug}/me/files", name="Резюме \u202eИванова.pdf")
    file = await StoredFile.get()

    answer = await client.get(f"/e/{event.slug}/files/{file.id}")
    again = await client.get(f"/e/{event.slug}/files/{file.id}", headers={"If-None-Match": answer.headers["ETag"]})

    assert (answer.status_code, answer.content, again.status_code) == (200, pdf(), 304)
    headers = {name: answer.headers[name] for name in ("content-type", "x-content-type-options")}
    assert headers == {"content-type": "application/pdf", "x-content-type-options": "nosniff"}
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["content-disposition"] == (
        'attachment; filename="cv.pdf"; '
        "filename*=UTF-8''%D0%A0%D0%B5%D0%B7%D1%8E%D0%BC%D0%B5%20%D0%98%D0%B2%D0%B0%D0%BD%D0%BE%D0%B2%D0%B0.pdf"
    )


# Who may open a file ----------------------------------------------------------------------------------------------

Act = Callable[[Event, Registration, Registration], Awaitable[Any]]


async def _nothing(*_all: Any) -> None: ...


async def _both_wish(_event: Event, expert: Registration, enterprise: Registration) -> None:
    await factories.wish(expert, enterprise)
    await factories.wish(enterprise, expert, WishKind.MUST)


async def _one_wishes(_event: Event, expert: Registration, enterprise: Registration) -> None:
    await factories.wish(enterprise, expert)


async def _consent_is_gone(_event: Event, expert: Registration, _enterprise: Registration) -> None:
    await Registration.filter(id=expert.id).update(agreed_at=None)


async def _reader_left(_event: Event, _expert: Registration, enterprise: Registration) -> None:
    await Registration.filter(id=enterprise.id).update(withdrawn_at=datetime.now(UTC))


@pytest.mark.parametrize(
    ("readers", "act", "status"),
    [
        (FileReaders.OTHER_SIDE, _nothing, 200),
        (FileReaders.AGREED, _nothing, 404),
        (FileReaders.AGREED, _one_wishes, 404),
        (FileReaders.AGREED, _both_wish, 200),
        (FileReaders.ORGANISERS, _both_wish, 404),
        (FileReaders.NOBODY, _both_wish, 404),
        (FileReaders.OTHER_SIDE, _consent_is_gone, 404),
        (FileReaders.OTHER_SIDE, _reader_left, 404),
    ],
)
async def test_an_enterprise_opens_what_the_expert_shares(
    client: Client, other: Client, readers: FileReaders, act: Act, status: int
) -> None:
    event, expert = await expert_at(client)
    enterprise = await factories.enterprise(event)
    await factories.signed_in(other, (await factories.delegates_of(enterprise))[0])
    await upload(client, f"/e/{event.slug}/me/files", readers=readers)
    file = await StoredFile.get()
    await act(event, expert, enterprise)

    page = await other.get(f"/e/{event.slug}/matches/{expert.id}")
    answer = await other.get(f"/e/{event.slug}/files/{file.id}")

    assert answer.status_code == status
    assert ("cv.pdf" in page.text) == (status == 200)


async def test_strangers_cannot_tell_a_file_from_none(client: Client, other: Client) -> None:
    event, _expert = await expert_at(client)
    await upload(client, f"/e/{event.slug}/me/files", readers="other_side")
    file = await StoredFile.get()
    elsewhere = await factories.event()
    colleague = await factories.expert(event)
    await factories.signed_in(other, colleague.person)

    answers = [
        await other.get(f"/e/{event.slug}/files/{file.id}"),
        await other.get(f"/e/{event.slug}/files/{file.id + 1}"),
        await client.get(f"/e/{elsewhere.slug}/files/{file.id}"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 3
    there, nowhere = (
        answer.text.replace(f"/files/{id}", "") for answer, id in zip(answers[:2], (file.id, file.id + 1), strict=True)
    )
    assert there == nowhere


@pytest.mark.parametrize(("readers", "may"), [("organisers", True), ("nobody", False)])
async def test_organisers_open_files_that_their_owner_does_not_keep(
    client: Client, other: Client, readers: str, may: bool
) -> None:
    event, expert = await expert_at(client)
    await factories.signed_in(other, (await factories.organiser(event)).person)
    await upload(client, f"/e/{event.slug}/me/files", readers=readers)
    file = await StoredFile.get()

    page = await other.get(f"/e/{event.slug}/parties/{expert.id}")

    assert (f"/e/{event.slug}/files/{file.id}" in page.text) is may
    assert ((await other.get(f"/e/{event.slug}/files/{file.id}")).content == pdf()) is may
    assert (await client.get(f"/e/{event.slug}/files/{file.id}")).content == pdf()


@pytest.mark.parametrize("act", ["", "/remove"])
async def test_only_the_owner_shares_and_removes(client: Client, other: Client, act: str) -> None:
    event, _expert = await expert_at(client)
    await upload(client, f"/e/{event.slug}/me/files")
    file = await StoredFile.get()
    _event, _other = await expert_at(other, event)

    answer = await other.post(f"/e/{event.slug}/me/files/{file.id}{act}", data={"readers": "other_side"})

    assert (answer.status_code, (await StoredFile.get()).readers) == (404, FileReaders.AGREED)


async def test_the_owner_shares_and_removes(client: Client, settings: Settings) -> None:
    event, _expert = await expert_at(client)
    await upload(client, f"/e/{event.slug}/me/files")
    path = f"/e/{event.slug}/me/files/{(await StoredFile.get()).id}"

    await client.post(path, data={"readers": "other_side"})
    shared = (await StoredFile.get()).readers
    removed = await client.post(f"{path}/remove")

    assert (shared, removed.status_code) == (FileReaders.OTHER_SIDE, 303)
    assert (await StoredFile.all().count(), bytes_in(settings)) == (0, [])


# Files of needs ---------------------------------------------------------------------------------------------------


async def need_with_file(client: Client, **values: Any) -> tuple[Event, Registration, StoredFile]:
    """Return an event, an enterprise whose delegate is signed in at the client, and the file of its need."""
    event = await factories.event()
    enterprise = await factories.enterprise(event, needs=0)
    need = await factories.need(enterprise, **values)
    await factories.signed_in(client, (await factories.delegates_of(enterprise))[0])
    answer = await upload(client, f"/e/{event.slug}/me/needs/{need.id}/files", readers="other_side", kind="photo")
    assert answer.status_code == 303
    return event, enterprise, await StoredFile.get()


@pytest.mark.parametrize(
    ("values", "act", "status"),
    [
        ({}, _nothing, 200),
        ({"state": NeedState.DRAFT}, _nothing, 404),
        ({"state": NeedState.WITHDRAWN}, _nothing, 404),
        ({"confidentiality": Confidentiality.STAGED}, _nothing, 404),
        ({"confidentiality": Confidentiality.STAGED}, _both_wish, 200),
        ({"confidentiality": Confidentiality.FIELD_ONLY}, _both_wish, 404),
    ],
)
async def test_experts_open_a_file_of_a_need_that_they_read_in_full(
    client: Client, other: Client, values: dict[str, Any], act: Act, status: int
) -> None:
    event, enterprise, file = await need_with_file(client)
    expert = await factories.expert(event)
    await factories.signed_in(other, expert.person)
    [need] = await factories.needs_of(enterprise)
    await need.update_from_dict(values).save()
    await act(event, expert, enterprise)

    answer = await other.get(f"/e/{event.slug}/files/{file.id}")
    page = await other.get(f"/e/{event.slug}/matches/{enterprise.id}")

    assert (file.kind, answer.status_code) == (FileKind.OTHER, status)
    assert ("cv.pdf" in page.text) == (status == 200)


async def test_a_file_of_a_need_tells_about_nobody_and_needs_no_consent(client: Client) -> None:
    await need_with_file(client)
    assert await Consent.all().count() == 0
