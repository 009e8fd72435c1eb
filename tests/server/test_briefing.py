"""The briefing before a meeting, for both sides and the interpreter."""

import pytest

from server.models import (
    CalendarEntry,
    Confidentiality,
    NeedState,
    Person,
    Registration,
    TranslationState,
    WishKind,
)
from server.registrations import agreeing, leaving
from server.registrations.consents import NEEDED
from tests import factories
from tests.client import Client
from tests.reading import read

SECRET = "The rotor is held by a sleeve of carbon fibre that nobody has heard of."


class Held:
    """A published, interpreted meeting of an expert and an enterprise."""

    expert: Registration
    firm: Registration
    entry: CalendarEntry
    people: dict[str, object]

    @classmethod
    async def make(cls, level: Confidentiality = Confidentiality.OPEN) -> "Held":
        made, event = cls(), await factories.event()
        made.expert = await factories.expert(event, headline="Silent motors", topics=["auto.ev"], languages=["ru"])
        organisation = await factories.organisation(description="We make pumps.")
        made.firm = await factories.enterprise(event, organisation=organisation, needs=0, languages=["zh"])
        need = await factories.need(made.firm, title="Quiet pump", text=SECRET, confidentiality=level)
        interpreter = await factories.interpreter(event)
        await factories.published(event)
        made.entry = await factories.calendar_entry(made.expert, made.firm, need=need, interpreter=interpreter)
        [delegate] = await factories.delegates_of(made.firm)
        made.people = {"expert": made.expert.person, "enterprise": delegate, "interpreter": interpreter.person}
        return made

    async def words(self, client: Client, who: str) -> str:
        await factories.signed_in(client, self.people[who])  # type: ignore[arg-type]
        event = await self.expert.event
        answer = await client.get(f"/e/{event.slug}/agenda/meeting/{self.entry.id}")
        assert answer.status_code == 200
        return read(answer).words


@pytest.mark.parametrize("who", ["expert", "enterprise", "interpreter"])
async def test_expert_enterprise_and_interpreter_read_need_and_other_side(client: Client, who: str) -> None:
    held = await Held.make()
    words = await held.words(client, who)
    assert ("Quiet pump" in words, SECRET in words) == (True, True)
    assert ("Silent motors" in words, "We make pumps." in words) == (who != "expert", who != "enterprise")
    assert "Hall 1" in words


async def test_the_briefing_names_the_delegates_who_agreed_and_says_why_the_two_meet(client: Client) -> None:
    held = await Held.make()
    event = await held.expert.event
    one = await factories.delegate(held.firm, await factories.person(full_name="Agreed One"))
    await factories.translation(one, "delegate", "ru", "технолог", state=TranslationState.MACHINE)
    agreed = one.person
    await factories.delegate(held.firm, await factories.person(full_name="Silent One"))
    await agreeing.record(event, agreed, sorted(NEEDED), locale="en")
    words = await held.words(client, "expert")
    assert "Delegates Agreed One , Process engineer" in words
    assert "Silent One" not in words
    assert "Reasons for this match Topics of both sides: electric and hybrid vehicles." in words
    assert "Delegates Agreed One , Process engineer" in await held.words(client, "interpreter")
    assert "匹配理由 双方共同的技术主题" in await held.words(client, "enterprise")
    await Person.filter(id=held.expert.person_id).update(locale="ru")
    words = await held.words(client, "expert")
    assert "Agreed One , технолог Машинный перевод, не проверен Оригинал: английский Process engineer" in words


async def test_the_agenda_links_to_the_briefing(client: Client) -> None:
    held = await Held.make()
    event = await held.expert.event
    await factories.signed_in(client, held.expert.person)
    page = read(await client.get(f"/e/{event.slug}/agenda"))
    assert f"/e/{event.slug}/agenda/meeting/{held.entry.id}" in page.links


@pytest.mark.parametrize("who", ["expert", "interpreter"])
@pytest.mark.parametrize(
    ("level", "is_cancelled", "is_agreed", "title", "text"),
    [
        (Confidentiality.STAGED, False, False, True, True),
        (Confidentiality.STAGED, True, False, True, False),
        (Confidentiality.STAGED, True, True, True, True),
        (Confidentiality.FIELD_ONLY, False, False, False, False),
        (Confidentiality.FIELD_ONLY, True, True, False, False),
    ],
)
async def test_a_confidential_need_is_read_as_far_as_its_level_allows_for_the_pair(
    client: Client, who: str, level: Confidentiality, is_cancelled: bool, is_agreed: bool, title: bool, text: bool
) -> None:
    held = await Held.make(level)
    await CalendarEntry.filter(id=held.entry.id).update(is_cancelled=is_cancelled)
    if is_agreed:
        await factories.wish(held.expert, held.firm)
        await factories.wish(held.firm, held.expert, WishKind.MUST)
    words = await held.words(client, who)
    assert ("Quiet pump" in words, SECRET in words) == (title, text)


async def test_only_its_enterprise_reads_a_withdrawn_need(client: Client) -> None:
    held = await Held.make()
    await held.entry.need.update_from_dict({"state": NeedState.WITHDRAWN}).save()
    assert [SECRET in await held.words(client, who) for who in ("expert", "enterprise", "interpreter")] == [
        False,
        True,
        False,
    ]


async def test_only_the_interpreter_reads_about_a_party_without_consent(client: Client) -> None:
    held = await Held.make()
    await Registration.filter(id=held.expert.id).update(agreed_at=None)
    assert ["Silent motors" in await held.words(client, who) for who in ("enterprise", "interpreter")] == [False, True]


async def test_the_interpreter_reads_the_words_of_the_subject_in_both_languages(client: Client) -> None:
    held = await Held.make()
    words = await held.words(client, "interpreter")
    assert "Technical terms Russian Chinese" in words
    assert "электромоб" in words.lower()
    assert "电动" in words


async def test_meetings_of_others_are_not_found(client: Client) -> None:
    held = await Held.make()
    event = await held.expert.event
    await factories.signed_in(client, (await factories.expert(event)).person)
    assert (await client.get(f"/e/{event.slug}/agenda/meeting/{held.entry.id}")).status_code == 404


async def test_a_party_that_has_left_reads_no_confidential_text(client: Client) -> None:
    held = await Held.make(Confidentiality.STAGED)
    await leaving.withdraw_party(held.expert, held.expert.person)
    assert SECRET not in await held.words(client, "expert")
