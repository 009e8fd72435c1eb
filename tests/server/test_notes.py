"""A note to meeting partners: entered, translated, read before a meeting; scores and searches of the other side leave
it out.
"""

from server.models import CalendarEntry, Confidentiality, Registration, Side, TextField, TranslationState
from server.translations import sides
from server.translations.texts import texts_of_party
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.registering import WORK, step, visitor

NOTE = "Пожалуйста, возьмите с собой образец"
IN_CHINESE = "请带样品"
FIRM = {
    "name": "宁波甲电机有限公司",
    "kind": "enterprise",
    "full_name": "李伟",
    "languages": ["zh"],
    "level-zh": "fluent",
}


async def test_an_expert_enters_a_note_in_several_languages(client: Client) -> None:
    event, person = await visitor(client, locale="ru")

    status, _to = await step(client, event, "expert", "work", {**WORK, "note": NOTE, "note_in_zh_Hans": IN_CHINESE})

    expert = await Registration.get(person_id=person.id)
    assert (status, expert.note) == (303, NOTE)
    assert read(await client.get(f"/e/{event.slug}/register/expert/work")).field("note_in_zh_Hans") == IN_CHINESE
    long = await client.post(f"/e/{event.slug}/register/expert/work", data={**WORK, "note": "x" * 601})
    assert (long.status_code, [*read(long).faults]) == (422, ["note"])


async def test_the_language_of_an_enterprises_note_is_that_of_its_words(client: Client) -> None:
    event = await factories.event()
    enterprise = await factories.enterprise(event, text_locale="en")
    await factories.signed_in(client, (await factories.delegates_of(enterprise))[0])
    path = f"/e/{event.slug}/register/enterprise/profile"

    await client.post(path, data={**FIRM, "note": NOTE, "note_in_zh_Hans": IN_CHINESE})
    written = await Registration.get(id=enterprise.id)
    await client.post(path, data={**FIRM, "position": "总工程师", "note": NOTE, "note_in_zh_Hans": IN_CHINESE})

    again = await Registration.get(id=enterprise.id).prefetch_related("organisation")
    assert (written.note, written.text_locale, again.text_locale) == (NOTE, "ru", "ru")
    assert {each.key.field: each.locale for each in texts_of_party(again)}[TextField.NOTE] == "ru"


async def test_the_other_side_reads_it_before_the_meeting(client: Client) -> None:
    event = await factories.event()
    expert = await factories.expert(event, text_locale="ru", note=NOTE)
    await factories.translation(expert, "note", "zh_Hans", IN_CHINESE, state=TranslationState.MACHINE)
    enterprise = await factories.enterprise(event, note="Own words")
    await factories.published(event)
    entry = await factories.calendar_entry(expert, enterprise)
    await factories.signed_in(client, (await factories.delegates_of(enterprise))[0])

    base = f"/e/{event.slug}"
    paths = f"{base}/agenda", f"{base}/agenda/meeting/{entry.id}", f"{base}/matches/{expert.id}"
    pages = [read(await client.get(path)).words for path in paths]
    file = (await client.get(f"{base}/agenda.ics")).text.replace("\r\n ", "")

    for words in pages:
        assert IN_CHINESE in words and "机器翻译（未校对）" in words and "Own words" not in words
    assert f"给洽谈对方的留言：{IN_CHINESE}【机器翻译（未校对）】" in file and "Own words" not in file
    await CalendarEntry.filter(id=entry.id).update(is_cancelled=True)
    assert IN_CHINESE not in (await client.get(f"{base}/agenda")).text


async def test_the_note_of_an_enterprise_stays_hidden_as_long_as_its_name(client: Client) -> None:
    event = await factories.event()
    enterprise = await factories.enterprise(event, needs=0, note=NOTE)
    await factories.need(enterprise, confidentiality=Confidentiality.STAGED)
    expert = await factories.expert(event)
    await factories.signed_in(client, expert.person)
    path = f"/e/{event.slug}/matches/{enterprise.id}"

    hidden = read(await client.get(path)).words
    await factories.wish(expert, enterprise)
    await factories.wish(enterprise, expert)

    assert [NOTE in words for words in (hidden, read(await client.get(path)).words)] == [False, True]


async def test_scores_leave_it_out() -> None:
    expert = Registration(id=1, side=Side.EXPERT, headline="Motors", offer="I design motors.", note=NOTE)
    assert [each.text for each in sides.of_expert(expert)] == ["Motors", "I design motors."]
