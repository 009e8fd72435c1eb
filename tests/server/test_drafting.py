"""Machine drafts: what is sent, what is kept, and what happens when an engine does not do its work."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.desk.service import counts
from server.drafting import engines, service, spending
from server.models import (
    Consent,
    DraftDay,
    DraftFault,
    DraftOrder,
    Event,
    Job,
    JobKind,
    JobState,
    Need,
    Person,
    Registration,
    TextField,
    Translation,
    TranslationState,
)
from server.registrations.consents import TRANSLATION, translation_by
from server.settings import LOOPBACK, Settings
from server.translations.texts import TextKey, hash_of
from server.worker import Worker
from tests import factories
from tests.endpoint import Answer, FakeEndpoint, endpoint
from tests.engine import answer_to, engine, engine_that, texts_in

TITLE, TEXT = "烧结钕铁硼磁体", "提高磁体的矫顽力至0.5特斯拉，符合GB/T 3217。"
MACHINE, HUMAN, CHECKED = TranslationState.MACHINE, TranslationState.HUMAN, TranslationState.CHECKED
MISSING_ANSWER: Callable[[Any], Answer] = lambda _body: (200, b"{}")  # noqa: E731


@dataclass
class Draftable:
    """An event with a need in Chinese, an engine on loopback, and who asks for drafts into Russian."""

    event: Event
    need: Need
    by: Person
    engine: FakeEndpoint
    settings: Settings

    @property
    def keys(self) -> list[TextKey]:
        return [TextKey(TextField.TITLE, self.need.id), TextKey(TextField.TEXT, self.need.id)]

    async def drafted(self, **settings: Any) -> DraftOrder:
        """Ask for drafts of the need, let the worker do one job, and return the order."""
        made = self.settings.model_copy(update=settings)
        name = made.engine.name if made.engine else "gone"
        order = await service.ask(self.event, "ru", self.keys, name, self.by)
        await Worker(made).run_one(JobKind.TRANSLATE)
        return await DraftOrder.get(id=order.id)

    async def kept(self) -> dict[str, tuple[str, TranslationState]]:
        rows = Translation.filter(event_id=self.event.id, locale="ru")
        return {row.field.value: (row.text, row.state) for row in await rows}


@asynccontextmanager
async def _draftable(settings: Settings, **values: Any) -> AsyncIterator[Draftable]:
    event = await factories.event()
    firm = await factories.enterprise(event, needs=0, text_locale="zh_Hans")
    need = await factories.need(firm, **{"title": TITLE, "text": TEXT, "text_locale": "zh_Hans", **values})
    with endpoint() as found:
        found.answer = engine
        url = found.url.removesuffix("/v1")
        made = settings.model_copy(update={"translate": f"libretranslate:{url}"})
        yield Draftable(event, need, await factories.person(), found, made)


@pytest.fixture
async def there(database: None, settings: Settings) -> AsyncIterator[Draftable]:
    async with _draftable(settings) as found:
        yield found


@pytest.fixture
def off_host(monkeypatch: pytest.MonkeyPatch) -> str:
    """Take loopback for another host, as if the engine ran at a firm."""
    monkeypatch.setattr("server.settings.LOOPBACK", LOOPBACK - {"127.0.0.1"})
    return "127.0.0.1"


async def agree(event: Event, person: Person, host: str) -> Consent:
    purpose = translation_by(host)
    columns: dict[str, Any] = {"purpose": TRANSLATION, "version": purpose.version, "text_hash": purpose.text_hash("en")}
    return await Consent.create(event=event, person=person, locale="en", given_at=datetime.now(UTC), **columns)


async def job_of(order: DraftOrder) -> Job:
    return (await Job.filter(kind=JobKind.TRANSLATE).order_by("-id"))[0]


# -- What is kept --------------------------------------------------------------------------------------------------


async def test_drafts_are_kept_marked_with_their_engine(there: Draftable) -> None:
    order = await there.drafted()

    rows = await Translation.filter(need_id=there.need.id).order_by("field")
    assert [(row.field.value, row.text, row.state, row.author_id, row.source_hash) for row in rows] == [
        ("text", "Перевод 0,5 GB/T 3217", MACHINE, None, hash_of(TEXT)),
        ("title", "Перевод", MACHINE, None, hash_of(TITLE)),
    ]
    assert {row.engine for row in rows} == {there.settings.engine.name if there.settings.engine else ""}
    assert (order.done, order.refused, order.fault, order.ended_at is not None) == (2, [], None, True)
    assert (await job_of(order)).state is JobState.DONE


async def test_numbers_and_grades_do_not_leave_and_come_back(there: Draftable) -> None:
    await there.drafted()
    [(_path, _headers, body)] = there.engine.asked
    assert body["q"] == [TITLE, "提高磁体的矫顽力至[1]特斯拉，符合[2]。"]


async def test_a_text_without_words_is_not_sent(there: Draftable) -> None:
    await Need.filter(id=there.need.id).update(title="6061-T6 0.5 mm")
    await there.drafted()
    [(_path, _headers, body)] = there.engine.asked
    assert len(body["q"]) == 1
    assert (await there.kept())["title"] == ("6061-T6 0,5 мм", MACHINE)


@pytest.mark.parametrize("state", [HUMAN, CHECKED])
@pytest.mark.parametrize("source", [TITLE, "An earlier title"])
async def test_what_a_person_wrote_stays(there: Draftable, state: TranslationState, source: str) -> None:
    await factories.translation(there.need, "title", "ru", "Магниты", state=state, source_hash=hash_of(source))
    await there.drafted()
    assert (await there.kept())["title"] == ("Магниты", state)


async def test_a_draft_of_an_earlier_text_is_made_anew(there: Draftable) -> None:
    await factories.translation(there.need, "title", "ru", "Давно", state=MACHINE, source_hash=hash_of("before"))
    await there.drafted()
    assert (await there.kept())["title"] == ("Перевод", MACHINE)


async def test_a_text_that_changes_meanwhile_gets_no_draft(there: Draftable) -> None:
    """The engine answers while an enterprise saves another title."""
    begun, go_on = threading.Event(), threading.Event()

    def slow(body: Any) -> Answer:
        begun.set()
        go_on.wait()
        return engine(body)

    there.engine.answer = slow
    engine_name = there.settings.engine.name if there.settings.engine else ""
    await service.ask(there.event, "ru", there.keys, engine_name, there.by)
    working = asyncio.create_task(Worker(there.settings).run_one(JobKind.TRANSLATE))
    await asyncio.to_thread(begun.wait)
    await Need.filter(id=there.need.id).update(title="新的标题")
    go_on.set()
    await working
    assert list(await there.kept()) == ["text"]


async def test_an_equal_text_is_not_sent_again(there: Draftable) -> None:
    await there.drafted()
    firm = await factories.enterprise(there.event, needs=0, text_locale="zh_Hans")
    need = await factories.need(firm, title=TITLE, text="焊接", text_locale="zh_Hans")
    there.need = need
    await there.drafted()
    assert [body["q"] for _path, _headers, body in there.engine.asked][1:] == [["焊接"]]
    assert (await there.kept())["title"] == ("Перевод", MACHINE)


async def test_drafts_into_a_language_are_made_once_at_a_time(there: Draftable) -> None:
    await service.ask(there.event, "ru", there.keys, "x", there.by)
    with pytest.raises(service.BeingDrafted):
        await service.ask(there.event, "ru", there.keys, "x", there.by)
    with pytest.raises(service.NothingToDraft):
        await service.ask(there.event, "en", [], "x", there.by)


# -- What an engine does wrong -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda text: f"<p>{text}</p>", DraftFault.MARKUP),
        (lambda text: text.replace("[1]", ""), DraftFault.NUMBERS),
        (lambda text: text.replace("[1]", "0,7"), DraftFault.NUMBERS),
        (lambda text: text.replace("[2]", ""), DraftFault.HELD),
        (lambda text: "Translation" if "[1]" in text else text, DraftFault.SCRIPT),
        (lambda text: text if "[1]" not in text else "", DraftFault.EMPTY),
    ],
)
async def test_a_spoilt_translation_leaves_the_source_and_is_told(
    there: Draftable, spoil: Callable[[str], str], fault: DraftFault
) -> None:
    there.engine.answer = engine_that(spoil)
    order = await there.drafted()
    assert ["text", there.need.id, fault.value] in order.refused
    assert "text" not in await there.kept()
    [view] = await service.open_orders(there.event)
    assert (fault in dict(view.faults), (await counts(there.event)).undrafted) == (True, 1)
    assert await service.settle(there.event, order.id)
    assert (await service.open_orders(there.event), (await counts(there.event)).undrafted) == ([], 0)


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_an_engine_that_is_busy_is_asked_again_later(there: Draftable, status: int) -> None:
    there.engine.answer = lambda _body: (status, b"")
    there.engine.headers = {"Retry-After": "3000"}
    before = datetime.now(UTC)
    order = await there.drafted()
    job = await job_of(order)
    assert (job.state, order.ended_at, await there.kept()) == (JobState.QUEUED, None, {})
    assert order.again_at == job.run_after
    assert job.run_after >= before + timedelta(seconds=3000)
    assert await spending.spent_today() == 0

    there.engine.answer, there.engine.headers = engine, {}
    await Job.filter(id=job.id).update(run_after=datetime.now(UTC))
    await Worker(there.settings).run_one(JobKind.TRANSLATE)
    assert sorted(await there.kept()) == ["text", "title"]
    assert (await DraftOrder.get(id=order.id)).fault is None


async def test_the_organiser_is_told_when_an_engine_is_given_up(there: Draftable) -> None:
    there.engine.answer = lambda _body: (403, b"wrong key")
    order = await there.drafted()
    assert (order.fault, order.again_at, order.ended_at is not None) == (DraftFault.KEY, None, True)
    assert ((await counts(there.event)).undrafted, (await job_of(order)).state) == (1, JobState.DEAD)


async def test_an_engine_that_hangs_is_asked_again_later(there: Draftable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "SECONDS", 0.05)
    there.engine.pause = threading.Event()
    order = await there.drafted()
    assert (order.fault, order.again_at is not None, await there.kept()) == (DraftFault.LATE, True, {})


async def test_an_answer_for_another_number_of_texts_is_asked_for_one_by_one(there: Draftable) -> None:
    def answer(body: Any) -> Answer:
        texts, _target = texts_in(body)
        return engine(body) if len(texts) == 1 else answer_to(body, ["Перевод"])

    there.engine.answer = answer
    order = await there.drafted()
    assert (order.done, len(there.engine.asked)) == (2, 3)


async def test_answers_that_make_no_sense_are_told(there: Draftable) -> None:
    there.engine.answer = MISSING_ANSWER
    order = await there.drafted()
    assert [fault for _field, _id, fault in order.refused] == ["malformed", "malformed"]


async def test_after_three_senseless_answers_the_engine_is_at_fault(there: Draftable) -> None:
    there.engine.answer = MISSING_ANSWER
    need = await factories.need(
        await factories.enterprise(there.event, needs=0), title="焊接", text="焊接机器人", text_locale="zh_Hans"
    )
    keys = [*there.keys, TextKey(TextField.TITLE, need.id), TextKey(TextField.TEXT, need.id)]
    order = await service.ask(there.event, "ru", keys, "x", there.by)
    await Worker(there.settings).run_one(JobKind.TRANSLATE)
    assert ((await DraftOrder.get(id=order.id)).fault, len(there.engine.asked)) == (DraftFault.MALFORMED, 4)


async def test_an_engine_that_is_set_no_longer_is_told(there: Draftable) -> None:
    order = await there.drafted(translate="")
    assert (order.fault, order.ended_at is not None) == (DraftFault.OFF, True)


# -- The budget ----------------------------------------------------------------------------------------------------


async def test_no_more_than_the_budget_of_a_day_is_sent(there: Draftable) -> None:
    order = await there.drafted(translate_budget=25)
    job = await job_of(order)
    sent = [text for _path, _headers, body in there.engine.asked for text in body["q"]]
    assert sum(map(len, sent)) == await spending.spent_today() <= 30
    assert (order.fault, order.done, job.state) == (DraftFault.BUDGET, 1, JobState.QUEUED)
    assert job.run_after.date() > datetime.now(UTC).date()


async def test_two_workers_together_stay_within_the_budget(database: None) -> None:
    spent = await asyncio.gather(*(spending.spend(10, 100) for _each in range(15)))
    await spending.give_back(40)
    assert (sum(spent), await spending.spent_today(), await DraftDay.all().count()) == (10, 60, 1)


# -- Consent -------------------------------------------------------------------------------------------------------


async def test_without_consent_no_text_leaves_the_server(there: Draftable, off_host: str) -> None:
    order = await there.drafted()
    assert (there.engine.asked, order.done, await there.kept()) == ([], 0, {})


async def test_texts_of_who_agreed_leave_the_server(there: Draftable, off_host: str) -> None:
    [delegate] = await factories.delegates_of(await there.need.registration)
    await agree(there.event, delegate, off_host)
    order = await there.drafted()
    assert order.done == 2


async def test_who_agreed_to_another_host_has_not_agreed(there: Draftable, off_host: str) -> None:
    [delegate] = await factories.delegates_of(await there.need.registration)
    await agree(there.event, delegate, "api.example")
    assert (await there.drafted()).done == 0


@pytest.mark.parametrize("confidentiality", ["staged", "field_only"])
async def test_a_confidential_need_never_leaves_the_server(
    there: Draftable, off_host: str, confidentiality: str
) -> None:
    await Need.filter(id=there.need.id).update(confidentiality=confidentiality)
    [delegate] = await factories.delegates_of(await there.need.registration)
    await agree(there.event, delegate, off_host)
    assert ((await there.drafted()).done, there.engine.asked) == (0, [])


async def test_a_confidential_need_is_drafted_on_this_machine(there: Draftable) -> None:
    await Need.filter(id=there.need.id).update(confidentiality="staged")
    assert (await there.drafted()).done == 2


async def test_names_of_the_firm_are_not_sent(there: Draftable, off_host: str) -> None:
    firm = await Registration.get(id=there.need.registration_id).select_related("organisation")
    await Need.filter(id=there.need.id).update(text=f"{firm.organisation.name}提高磁体的矫顽力")
    [delegate] = await factories.delegates_of(firm)
    await agree(there.event, delegate, off_host)
    await there.drafted()
    assert firm.organisation.name not in json.dumps(there.engine.asked[0][2], ensure_ascii=False)
    assert (firm.organisation.latin_name or firm.organisation.name) in (await there.kept())["text"][0]
