"""Before a plan is published: what changes for each person, and the e-mail that each person would get."""

from collections.abc import Callable
from typing import Any

import pytest

from server.letters.composing import compose
from server.models import Mail
from server.plans import previewing, publishing
from server.settings import Settings
from tests import factories
from tests.client import Client
from tests.server.plan_pages import at_work
from tests.server.test_plans_publish import planned


async def test_the_preview_is_the_email_that_is_sent_afterwards(client: Client, settings: Settings) -> None:
    event, organiser, plans = await at_work(client, slots=2, tables=2)
    expert = await factories.expert(event)
    expert.person.locale = "ru"
    await expert.person.save()
    first, second = await factories.slots_of(event)
    near, far = await factories.tables_of(event)
    stays, goes = await factories.enterprise(event), await factories.enterprise(event)
    await publishing.publish(
        await planned(event, organiser, (expert, stays, first, near), (expert, goes, second, near)), organiser
    )
    plan = await planned(event, organiser, (expert, stays, second, far))
    [delegate] = await factories.delegates_of(goes)

    told, _places = await previewing.told_of(plan)
    page = await client.get(f"{plans}/{plan.id}/emails?person={expert.person_id}")
    listed = await client.get(f"{plans}/{plan.id}/emails")
    preview = await previewing.preview_of(plan, expert.person.id)
    await publishing.publish(plan, organiser)

    assert (told[0].person.id, dict(told[0].counts)) == (expert.person_id, {"moved": 1, "cancelled": 1})
    assert {each.person.id for each in told} == {
        expert.person_id,
        delegate.id,
        (await factories.delegates_of(stays))[0].id,
    }
    assert (page.status_code, listed.status_code) == (200, 200)
    assert '<div class="card stack tight" lang="ru" dir="ltr">' in page.text
    assert preview is not None
    sent = await Mail.get(key__startswith=f"published:{plan.id}:", to_address=expert.person.email)
    foreseen, real = [
        compose(each, settings).get_body(("plain",)).get_content()  # type: ignore[union-attr]
        for each in (preview.email, sent)
    ]
    assert foreseen == real
    # Once it is published there is nothing to preview, and nobody else has a preview.
    assert (await client.get(f"{plans}/{plan.id}/emails")).status_code == 303


async def test_who_is_not_told_has_no_preview(client: Client) -> None:
    event, organiser, plans = await at_work(client, slots=1, tables=1)
    expert, other, firm = (
        await factories.expert(event),
        await factories.expert(event),
        await factories.enterprise(event),
    )
    [slot], [table] = await factories.slots_of(event), await factories.tables_of(event)
    plan = await planned(event, organiser, (expert, firm, slot, table))

    assert (await client.get(f"{plans}/{plan.id}/emails?person={other.person_id}")).status_code == 404
    assert await Mail.filter(event_id=event.id).count() == 0


@pytest.mark.parametrize("size", [1, 3])
async def test_the_pages_take_a_fixed_number_of_queries(client: Client, queries: Callable[[], Any], size: int) -> None:
    event, organiser, plans = await at_work(client, slots=size, tables=size)
    people = [(await factories.expert(event), await factories.enterprise(event)) for _ in range(size)]
    held = zip(people, await factories.slots_of(event), await factories.tables_of(event), strict=True)
    plan = await planned(event, organiser, *[(*pair, slot, table) for pair, slot, table in held])
    numbers = []

    for path in ("emails", f"emails?person={people[0][0].person_id}"):
        with queries() as seen:
            assert (await client.get(f"{plans}/{plan.id}/{path}")).status_code == 200
        numbers.append(len(seen))

    assert numbers == [26, 10]
