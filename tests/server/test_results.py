"""Key results and patents of an expert: entered, imported, translated, found, compared, shown to the other side."""

from typing import Any

from server.models import Registration, TextField
from server.translations.texts import texts_of_party
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.registering import WORK, step, visitor

RESULTS = "Шум двигателя снижен на 8 дБ"
PATENTS = "RU 2700001, 2021: ротор с переменным скосом"


async def test_an_expert_enters_results_and_patents_in_several_languages(client: Client) -> None:
    event, person = await visitor(client, locale="ru")
    sent = {**WORK, "results": RESULTS, "patents": PATENTS, "results_in_zh_Hans": "电机噪声降低 8 dB"}

    status, _to = await step(client, event, "expert", "work", sent)

    expert = await Registration.get(person_id=person.id)
    assert (status, expert.results, expert.patents) == (303, RESULTS, PATENTS)
    page = read(await client.get(f"/e/{event.slug}/register/expert/work"))
    assert page.field("results_in_zh_Hans") == "电机噪声降低 8 dB"


async def test_texts_that_are_too_long_are_refused(client: Client) -> None:
    event, _person = await visitor(client)
    answer = await client.post(
        f"/e/{event.slug}/register/expert/work", data={**WORK, "results": "x" * 2001, "patents": "x" * 2001}
    )
    assert (answer.status_code, [*read(answer).faults]) == (422, ["results", "patents"])


async def test_the_other_side_reads_the_translation_and_finds_its_words(client: Client) -> None:
    event = await factories.event()
    expert = await factories.expert(event, text_locale="ru", results=RESULTS, patents=PATENTS)
    await factories.translation(expert, "results", "zh_Hans", "电机噪声降低八分贝")
    enterprise = await factories.enterprise(event)
    await factories.signed_in(client, (await factories.delegates_of(enterprise))[0])

    page = await client.get(f"/e/{event.slug}/matches/{expert.id}")
    found = await client.get(f"/e/{event.slug}/matches?q=八分贝")
    none = await client.get(f"/e/{event.slug}/matches?q=轴承")

    assert "电机噪声降低八分贝" in page.text and PATENTS in page.text
    assert [f"/matches/{expert.id}" in each.text for each in (found, none)] == [True, False]


async def test_they_are_texts_to_translate(database: None) -> None:
    expert = await factories.expert(await factories.event(), text_locale="ru", results=RESULTS, patents=PATENTS)
    texts = {each.key.field: (each.text, each.locale) for each in texts_of_party(expert)}
    assert texts[TextField.RESULTS] == (RESULTS, "ru")
    assert texts[TextField.PATENTS] == (PATENTS, "ru")


async def test_results_count_in_the_score(client: Client) -> None:
    event = await factories.event()
    offer = "I help with many things in industry."
    values: dict[str, Any] = {"topics": ["math.optimization"], "headline": "Engineer", "offer": offer}
    with_results = await factories.expert(event, **values, results="Torque ripple of traction motors reduced by half")
    without = await factories.expert(event, **values)
    enterprise = await factories.enterprise(event)
    await factories.signed_in(client, (await factories.delegates_of(enterprise))[0])

    listed = (await client.get(f"/e/{event.slug}/matches")).text

    assert listed.index(f"/matches/{with_results.id}") < listed.index(f"/matches/{without.id}")
    assert "orque ripple" in (await client.get(f"/e/{event.slug}/matches/{with_results.id}")).text
