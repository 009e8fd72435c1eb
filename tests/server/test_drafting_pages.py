"""Machine drafts on pages: the button with its cost, what failed and why, and the consent of authors."""

import html
from collections.abc import AsyncIterator, Iterator

import pytest
from starlette.applications import Starlette

from server.models import (
    Consent,
    Delegate,
    DraftFault,
    DraftOrder,
    Event,
    Job,
    JobKind,
    Need,
    Registration,
    Translation,
    TranslationState,
)
from server.registrations.consents import TRANSLATION, translation_by
from server.worker import Worker
from tests import factories, uploaded
from tests.client import Client
from tests.endpoint import FakeEndpoint, endpoint
from tests.engine import engine
from tests.reading import read
from tests.server.registering import GIVEN, expert_up_to_consent, step, visitor
from tests.server.setting_up import at_work

TITLE, TEXT = "烧结钕铁硼磁体", "提高磁体的矫顽力至0.5特斯拉，符合GB/T 3217。"
HOST = "api.example"
AGREED = {"purposes": [*GIVEN["purposes"], TRANSLATION]}


@pytest.fixture
def there(app: Starlette) -> Iterator[FakeEndpoint]:
    """An engine on this machine, which the application uses."""
    with endpoint() as found:
        found.answer = engine
        use(app, f"libretranslate:{found.url.removesuffix('/v1')}")
        yield found


@pytest.fixture
async def elsewhere(app: Starlette) -> AsyncIterator[str]:
    """An engine at a firm, which is never asked."""
    use(app, f"libretranslate:https://{HOST}")
    yield HOST


def use(app: Starlette, setting: str) -> None:
    app.state.settings = app.state.settings.model_copy(update={"translate": setting})


async def with_need(client: Client, *, number: int = 1) -> tuple[Event, str]:
    """Return an event whose organiser is at the client, and the path of its translations."""
    event, here = await at_work(client)
    for _each in range(number):
        firm = await factories.enterprise(event, needs=0, text_locale="zh_Hans")
        await factories.need(firm, title=TITLE, text=TEXT, text_locale="zh_Hans")
    await Delegate.all().update(position="")
    return event, f"{here}/translations"


async def test_without_an_engine_there_is_no_button(client: Client) -> None:
    _event, here = await with_need(client)
    page = await client.get(f"{here}?locale=ru")
    answer = await client.post(f"{here}/draft", data={"locale": "ru"})
    assert ("Machine drafts" in page.text, answer.status_code) == (False, 409)


async def test_an_organiser_has_all_texts_drafted_and_sees_the_cost_before(
    client: Client, app: Starlette, there: FakeEndpoint
) -> None:
    event, here = await with_need(client)
    before = read(await client.get(f"{here}?locale=ru"))
    pressed = await client.post(f"{here}/draft", data={"locale": "ru"})
    again = await client.post(f"{here}/draft", data={"locale": "ru"})
    waiting = read(await client.get(f"{here}?locale=ru"))
    await Worker(app.state.settings).run_one(JobKind.TRANSLATE)
    after = read(await client.get(f"{here}?locale=ru"))

    assert f"To be translated: {len(TITLE + TEXT)} characters." in before.words
    assert "No text leaves the server." in before.words
    assert [answer.status_code for answer in (pressed, again)] == [303, 303]
    assert await DraftOrder.filter(event_id=event.id).count() == 1
    assert "Machine drafts are being made: Русский 0 of 2" in waiting.words
    assert "No text into this language is left for a machine draft." in after.words
    assert await Translation.filter(event_id=event.id, state=TranslationState.MACHINE).count() == 2


async def test_what_failed_is_shown_with_its_reason_on_the_desk_and_goes_when_dismissed(
    client: Client, app: Starlette, there: FakeEndpoint
) -> None:
    _event, here = await with_need(client)
    there.answer = lambda _body: (403, b"no")
    await client.post(f"{here}/draft", data={"locale": "ru"})
    await Worker(app.state.settings).run_one(JobKind.TRANSLATE)
    desk = here.removesuffix("/translations") + "/desk"
    shown, tasks = read(await client.get(f"{here}?locale=zh_Hans")), read(await client.get(desk))
    order = await DraftOrder.get()
    await client.post(f"{here}/drafts/{order.id}/settle")
    after, done = read(await client.get(f"{here}?locale=ru")), read(await client.get(desk))

    assert "Some texts got no machine draft: Русский" in shown.words
    assert "The engine refuses our key. Tell the site administrator." in shown.words
    task = "Machine drafts failed for 1 language"
    assert [task in page.words for page in (tasks, done)] == [True, False]
    assert "got no machine draft" not in after.words


async def test_who_tries_again_has_seen_what_failed(client: Client, app: Starlette, there: FakeEndpoint) -> None:
    event, here = await with_need(client)
    await uploaded.draft_order(event, await factories.person(), fault=DraftFault.LATE)
    await client.post(f"{here}/draft", data={"locale": "ru"})
    await Worker(app.state.settings).run_one(JobKind.TRANSLATE)
    page = read(await client.get(f"{here}?locale=ru"))
    assert "got no machine draft" not in page.words
    assert await Translation.filter(event_id=event.id).count() == 2


async def test_a_translator_drafts_only_open_texts_into_their_languages(
    client: Client, app: Starlette, there: FakeEndpoint
) -> None:
    event, here = await with_need(client)
    await Need.all().update(confidentiality="field_only")
    translator = await factories.translator(event, languages=["ru"])
    await factories.signed_in(client, translator.person)
    closed = await client.post(f"{here}/draft", data={"locale": "ru"})
    await Need.all().update(confidentiality="open")
    other = await client.post(f"{here}/draft", data={"locale": "en"})
    own = await client.post(f"{here}/draft", data={"locale": "ru"})
    assert [answer.status_code for answer in (closed, other, own)] == [409, 409, 303]
    assert await Job.filter(kind=JobKind.TRANSLATE).count() == 1


@pytest.mark.parametrize("agreed", [False, True])
async def test_texts_whose_authors_have_not_agreed_are_counted_as_kept_back(
    client: Client, elsewhere: str, agreed: bool
) -> None:
    event, here = await with_need(client)
    if agreed:
        [firm] = await Registration.filter(event_id=event.id)
        [person] = await factories.delegates_of(firm)
        await Consent.create(
            event=event,
            person=person,
            purpose=TRANSLATION,
            version=translation_by(elsewhere).version,
            text_hash="",
            locale="en",
            given_at=event.created_at,
        )
    page = read(await client.get(f"{here}?locale=ru"))
    assert (f"The texts are sent to {HOST}." in page.words) is agreed
    assert ("2 texts are not sent: they are confidential" in page.words) is not agreed


async def test_the_page_takes_the_same_queries_for_one_text_and_many(client: Client, elsewhere: str, queries) -> None:  # type: ignore[no-untyped-def]
    found = []
    for number in (1, 5):
        _event, here = await with_need(client, number=number)
        with queries() as seen:
            await client.get(f"{here}?locale=ru")
        found.append(len(seen))
    assert found[0] == found[1]


# -- One text ------------------------------------------------------------------------------------------------------


async def test_one_text_is_drafted_from_its_own_page(client: Client, app: Starlette, there: FakeEndpoint) -> None:
    event, here = await with_need(client, number=2)
    first, second = await Need.all().order_by("id")
    path = f"{here}/title/{first.id}/ru"
    offered = await client.get(path)
    pressed = await client.post(f"{path}/draft")
    again, other = await client.post(f"{path}/draft"), await client.post(f"{here}/title/{second.id}/ru/draft")
    waiting = await client.get(path)
    await Worker(app.state.settings).run_one(JobKind.TRANSLATE)
    after = await client.get(path)

    assert f'action="{path}/draft"' in offered.text
    assert "characters are left of today’s limit." in read(offered).words
    assert [(answer.status_code, answer.headers.get("location", "")) for answer in (pressed, again, other)] == [
        (303, f"{path}?notice=drafts_asked"),
        (303, f"{path}?notice=drafts_asked"),
        (409, ""),
    ]
    assert "A machine draft of this text is being made." in read(waiting).words
    assert 'data-refresh="4"' in waiting.text
    [draft] = await Translation.filter(event_id=event.id)
    assert (draft.need_id, draft.locale, draft.state, draft.source_text) == (
        first.id,
        "ru",
        TranslationState.MACHINE,
        TITLE,
    )
    assert (read(after).field("text"), f'action="{path}/draft"' in after.text) == (draft.text, False)


async def test_a_draft_that_failed_says_why_on_the_page_of_the_text(
    client: Client, app: Starlette, there: FakeEndpoint
) -> None:
    event, here = await with_need(client)
    path = f"{here}/title/{(await Need.get()).id}/ru"
    await uploaded.draft_order(event, await factories.person(), fault=DraftFault.LATE)
    there.answer = lambda _body: (403, b"no")
    await client.post(f"{path}/draft")
    await Worker(app.state.settings).run_one(JobKind.TRANSLATE)
    page, listed = read(await client.get(path)), read(await client.get(f"{here}?locale=ru"))

    assert "No machine draft The engine refuses our key." in page.words
    assert "Draft this text by machine" in page.words
    # What failed for other texts is still to be seen.
    assert "The engine did not answer in time." in listed.words


@pytest.mark.parametrize("state", [TranslationState.HUMAN, TranslationState.CHECKED])
async def test_a_text_that_a_person_translated_has_no_draft_button(
    client: Client, there: FakeEndpoint, state: TranslationState
) -> None:
    _event, here = await with_need(client)
    need = await Need.get()
    await factories.translation(need, "title", "ru", "Магниты", state=state)
    path = f"{here}/title/{need.id}/ru"
    shown, answer = await client.get(path), await client.post(f"{path}/draft")
    assert (f'action="{path}/draft"' in shown.text, answer.status_code) == (False, 409)


async def test_one_text_does_not_leave_without_the_consent_of_its_author(client: Client, elsewhere: str) -> None:
    _event, here = await with_need(client)
    path = f"{here}/title/{(await Need.get()).id}/ru"
    shown, answer = await client.get(path), await client.post(f"{path}/draft")
    assert "This text is not sent: it is confidential, or its author has not agreed." in read(shown).words
    assert (f'action="{path}/draft"' in shown.text, answer.status_code) == (False, 409)
    assert await DraftOrder.all().count() == 0


async def test_an_author_asks_for_no_draft(client: Client, there: FakeEndpoint) -> None:
    _event, here = await with_need(client)
    need = await Need.get()
    [person] = await factories.delegates_of(await Registration.get(id=need.registration_id))
    await factories.signed_in(client, person)
    path = f"{here}/title/{need.id}/ru"
    shown, answer = await client.get(path), await client.post(f"{path}/draft")
    assert (shown.status_code, f'action="{path}/draft"' in shown.text, answer.status_code) == (200, False, 404)


# -- Consent -------------------------------------------------------------------------------------------------------


async def test_consent_is_asked_only_while_texts_would_leave(client: Client, there: FakeEndpoint) -> None:
    event, _person = await visitor(client)
    await expert_up_to_consent(client, event)
    page = await client.get(f"/e/{event.slug}/register/expert/consent")
    await step(client, event, "expert", "consent", AGREED)
    assert 'value="translation"' not in page.text
    assert not await Consent.filter(purpose=TRANSLATION).exists()


async def test_the_consent_names_the_host_and_is_optional(client: Client, elsewhere: str) -> None:
    event, person = await visitor(client)
    await expert_up_to_consent(client, event)
    page = read(await client.get(f"/e/{event.slug}/register/expert/consent"))
    without = await step(client, event, "expert", "consent", GIVEN)
    given = await step(client, event, "expert", "consent", AGREED)
    kept = await Consent.get(purpose=TRANSLATION, person_id=person.id)
    assert f"The service runs at {HOST}." in page.words
    assert (without[0], given[0]) == (303, 303)
    assert kept.text_hash == translation_by(HOST).text_hash("en")


async def test_who_agreed_to_one_host_is_asked_for_another(client: Client, app: Starlette, elsewhere: str) -> None:
    event, _person = await visitor(client)
    await expert_up_to_consent(client, event)
    await step(client, event, "expert", "consent", AGREED)
    path = f"/e/{event.slug}/register/expert/consent"
    before = read(await client.get(path))
    use(app, "libretranslate:https://other.example")
    after = read(await client.get(path))
    assert [TRANSLATION in (page.fields.get("purposes") or "") for page in (before, after)] == [True, False]


@pytest.mark.parametrize("way", ["withdrawn", "unticked", "left"])
async def test_who_withdraws_takes_the_machine_drafts_along(client: Client, elsewhere: str, way: str) -> None:
    event, person = await visitor(client)
    await expert_up_to_consent(client, event)
    await step(client, event, "expert", "consent", AGREED)
    party = await Registration.get(person_id=person.id).select_related("organisation")
    await factories.translation(party, "headline", "ru", "Черновик", state=TranslationState.MACHINE)
    await factories.translation(party, "offer", "ru", "Перевод", state=TranslationState.HUMAN)
    here = f"/e/{event.slug}"
    if way == "withdrawn":
        asked = read(await client.get(f"{here}/me/consents/translation/withdraw"))
        assert "Machine drafts of your texts are deleted." in asked.words
        await client.post(f"{here}/me/consents/translation/withdraw")
    elif way == "unticked":
        await step(client, event, "expert", "consent", GIVEN)
    else:
        await client.post(f"{here}/me/withdraw")
    left = await Translation.filter(registration_id=party.id)
    assert [row.text for row in left] == ["Перевод"]


async def test_drafts_of_an_enterprise_stay_while_a_colleague_agrees(client: Client, elsewhere: str) -> None:
    event = await factories.event()
    firm = await factories.enterprise(event, needs=0, text_locale="zh_Hans")
    need = await factories.need(firm, title=TITLE, text=TEXT, text_locale="zh_Hans")
    people = [*await factories.delegates_of(firm), (await factories.delegate(firm)).person]
    for person in people:
        await Consent.create(
            event=event,
            person=person,
            purpose=TRANSLATION,
            version=translation_by(elsewhere).version,
            text_hash="",
            locale="en",
            given_at=event.created_at,
        )
    await factories.translation(need, "title", "ru", "Черновик", state=TranslationState.MACHINE)
    left = []
    for person in people:
        await factories.signed_in(client, person)
        await client.post(f"/e/{event.slug}/me/consents/translation/withdraw")
        left.append(await Translation.all().count())
    assert left == [1, 0]


# -- On the device -------------------------------------------------------------------------------------------------


async def test_an_original_that_the_reader_does_not_read_can_be_translated_on_the_device(client: Client) -> None:
    event, person = await visitor(client, locale="ru")
    await factories.expert(event, person, languages=["ru"])
    firm = await factories.enterprise(event, needs=0, text_locale="zh_Hans")
    await factories.need(firm, title=f"{TITLE} <b>", text=TEXT, text_locale="zh_Hans")
    client.set_cookie("locale", "ru")
    page = await client.get(f"/e/{event.slug}/matches")
    assert f'data-on-device="zh-Hans" data-text="{html.escape(TITLE)} &lt;b&gt;"' in page.text
