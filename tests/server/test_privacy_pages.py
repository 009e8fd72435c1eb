"""My consents, whose texts a language model elsewhere gets, the transfer register and the record of processing."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from matching import affinity
from server.models import Consent, Event, Person
from server.privacy import ledger
from server.privacy.inventory import RULES
from server.registrations.consents import EMBEDDING, NEEDED, embedding_at
from server.rows import load_rows
from server.scores import asking, embedding
from server.scores.scoring import Scorer
from server.settings import Settings
from tests import factories
from tests.client import Client
from tests.endpoint import endpoint
from tests.reading import read
from tests.server.registering import GIVEN, expert_up_to_consent, step, visitor

HOST = "compare.example"
NOW = datetime.now(UTC)


async def agrees(event: Event, person: Person, purpose: str = EMBEDDING, **values: Any) -> Consent:
    version = embedding_at(HOST).version if purpose == EMBEDDING else "1"
    columns = {"version": version, "text_hash": "x", "locale": "en", "given_at": NOW, **values}
    return await Consent.create(person=person, event=event, purpose=purpose, **columns)


# A language model elsewhere ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["pages", "plan"])
async def test_only_texts_of_those_who_agree_are_sent_to_a_language_model_elsewhere(
    database: None, settings: Settings, tmp_path: Path, by: str
) -> None:
    event = await factories.event(least_value=0.0)
    agreeing = await factories.expert(event, headline="", offer="магнит", text_locale="ru", topics=[])
    await factories.expert(event, headline="", offer="секретный резонатор", text_locale="ru", topics=[])
    firm = await factories.enterprise(event, needs=0)
    await factories.need(firm, title="机密共振器", text="机密共振器", text_locale="zh_Hans", topics=[])
    await agrees(event, agreeing.person)
    with endpoint() as there:
        values = {"match_embed": f"openai:{there.url}", "match_embed_cache": tmp_path / "vectors.db"}
        opened = embedding.opened(settings.model_copy(update=values))
        assert opened is not None
        opened.host = HOST
        rows = await load_rows(event)
        if by == "pages":
            scorer = Scorer(opened)
            await scorer.known(rows)
            await scorer.known_to(rows, agreeing)
            scorer.close()
        else:
            asking.scored(await embedding.withholding(rows, opened), opened)
        sent = " ".join(there.texts)
    assert ("магнит" in sent, "резонатор" in sent, "机密" in sent) == (True, False, False)


async def test_nothing_is_sent_if_nobody_has_looked_who_agrees(database: None) -> None:
    event = await factories.event()
    await factories.expert(event)
    await factories.enterprise(event)

    class Elsewhere:
        host, model = HOST, "m"

        def embed(self, texts: Any) -> Any:
            raise AssertionError(f"sent {texts}")

    rows = await load_rows(event)
    private = embedding.private_in(rows, Elsewhere())
    request = affinity.read_request(asking.request_of(rows, private), topics=rows.scheme)
    assert [side.private for side in (*request.needs, *request.experts)] == [True, True]


async def test_a_consent_for_another_host_does_not_count(database: None) -> None:
    event = await factories.event()
    expert = await factories.expert(event)
    await agrees(event, expert.person, version=embedding_at("other.example").version)
    rows = await embedding.withholding(await load_rows(event), None)
    assert rows.private is None
    opened = embedding.opened(Settings(match_embed=f"openai:https://{HOST}"))
    assert opened is not None and opened.host == HOST
    assert (await embedding.withholding(rows, opened)).private == frozenset({expert.id})


async def test_the_consent_is_asked_for_while_texts_go_elsewhere(app: Starlette, client: Client) -> None:
    app.state.settings = client.settings.model_copy(update={"match_embed": f"openai:https://{HOST}"})
    event, person = await visitor(client)
    await expert_up_to_consent(client, event)
    question = read(await client.get(f"/e/{event.slug}/register/expert/consent"))
    await step(client, event, "expert", "consent", {"purposes": [*GIVEN["purposes"], EMBEDDING]})
    [kept] = await Consent.filter(person_id=person.id, purpose=EMBEDDING)
    assert f"The language model runs at {HOST}." in question.words
    assert kept.version == embedding_at(HOST).version
    gone = await client.post(f"/e/{event.slug}/me/consents/{EMBEDDING}/withdraw")
    await kept.refresh_from_db()
    assert (gone.status_code, kept.withdrawn_at is None) == (303, False)


# My consents ------------------------------------------------------------------------------------------------------


async def test_my_consents_show_history_and_lead_to_withdrawing(client: Client) -> None:
    event, _person = await visitor(client)
    await expert_up_to_consent(client, event)
    await step(client, event, "expert", "consent", {"purposes": [*GIVEN["purposes"], "photo"]})
    await step(client, event, "expert", "consent", GIVEN)
    page = read(await client.get("/account/consents"))
    ways = [link for link in page.links if link.endswith("/withdraw")]
    assert sorted(ways) == sorted(f"/e/{event.slug}/me/consents/{code}/withdraw" for code in NEEDED)
    assert (page.words.count("Consent given"), page.words.count("Consent withdrawn")) == (4, 1)
    assert "/account/consents" in (await client.get("/account")).text


async def test_without_consents_the_page_says_so(client: Client) -> None:
    await factories.signed_in(client, await factories.person())
    assert "You have not given any consent yet." in read(await client.get("/account/consents")).words


# For organisers ---------------------------------------------------------------------------------------------------


async def test_the_register_counts_people_since_the_first_of_january(database: None, settings: Settings) -> None:
    event, other = await factories.event(), await factories.event()
    year = NOW.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    people = [await factories.person() for _ in range(4)]
    for person, ended in zip(people, (None, year + timedelta(seconds=1), year - timedelta(days=1), None), strict=True):
        await agrees(event, person, "cross_border", withdrawn_at=ended, given_at=year - timedelta(days=9))
    await agrees(event, people[0], "cross_border", version="2")
    await agrees(other, people[2], "cross_border")
    [found] = await ledger.transfers(event, settings)
    assert (found.people, found.everywhere) == (3, 4)


async def test_hosts_elsewhere_are_recipients(database: None, settings: Settings) -> None:
    event = await factories.event()
    await agrees(event, await factories.person())
    elsewhere = settings.model_copy(update={"match_embed": f"openai:https://{HOST}"})
    assert [(each.recipient, each.people) for each in await ledger.transfers(event, elsewhere)] == [("", 0), (HOST, 1)]
    [texts] = [each for each in ledger.record(event, elsewhere) if each.category == "texts"]
    assert HOST in texts.recipients


async def test_the_record_names_every_table_with_its_period(client: Client) -> None:
    event = await factories.event()
    await factories.signed_in(client, (await factories.organiser(event)).person)
    shown = await client.get(f"/e/{event.slug}/privacy/record")
    document = (await client.get(f"/e/{event.slug}/privacy/record.json")).json()
    tables = {table for line in document["processing"] for table in line["data"]}
    assert tables == {rule.table for rule in RULES}
    assert all(line["purpose"] and line["recipients"] for line in document["processing"])
    assert all(line["kept"] or line["kept_days"] for line in document["processing"])
    assert shown.status_code == 200 and all(table in shown.text for table in tables)
