"""Several requests of one person, or of several, at the same moment: none undoes another."""

import asyncio

from server.models import Registration
from tests import factories
from tests.client import Client
from tests.server.registering import PROFILE, WORK, every_slot

ROUNDS = 3


async def test_steps_of_one_registration_saved_at_once_all_stand(client: Client) -> None:
    event = await factories.event()
    for _round in range(ROUNDS):
        expert = await factories.expert(event, languages=["en"], available=[])
        await factories.signed_in(client, expert.person)
        register, slots = f"/e/{event.slug}/register/expert", await every_slot(event)
        answers = await asyncio.gather(
            client.post(f"{register}/work", data={**WORK, "headline": "A new line"}),
            client.post(f"{register}/presence", data={"available": slots, "max_meetings": "3"}),
            client.post(f"{register}/cooperation", data={"modes": ["training"], "languages": ["ru"]}),
        )
        await expert.refresh_from_db()
        assert [answer.status_code for answer in answers] == [303] * 3
        assert (expert.headline, expert.available, expert.max_meetings) == ("A new line", slots, 3)
        assert (expert.modes, expert.languages) == (["training"], ["ru"])


async def test_an_enterprise_s_steps_saved_at_once_all_stand(client: Client) -> None:
    event = await factories.event()
    enterprise = await factories.enterprise(event, available=[])
    [person] = await factories.delegates_of(enterprise)
    await factories.signed_in(client, person)
    register, slots = f"/e/{event.slug}/register/enterprise", await every_slot(event)
    await asyncio.gather(
        client.post(f"{register}/profile", data={**PROFILE, "languages": ["ru"]}),
        client.post(f"{register}/presence", data={"available": slots, "parallel": "1"}),
    )
    await enterprise.refresh_from_db()
    assert (enterprise.languages, enterprise.available) == (["ru"], slots)


async def test_a_withdrawal_beside_a_save_stays_a_withdrawal(client: Client) -> None:
    event = await factories.event()
    slots = await every_slot(event)
    for _round in range(ROUNDS):
        expert = await factories.expert(event)
        await factories.signed_in(client, expert.person)
        await asyncio.gather(
            client.post(f"/e/{event.slug}/me/withdraw"),
            client.post(f"/e/{event.slug}/register/expert/presence", data={"available": slots[:1]}),
            client.post(f"/e/{event.slug}/register/expert/work", data=WORK),
        )
        stands = await Registration.get(id=expert.id)
        assert (stands.withdrawn_at is not None, stands.available) == (True, slots[:1])
