"""Pages of plans with impossible meetings: marking, refusing, publishing, deleting."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from server.models import CalendarEntry, Mail, Meeting, Plan, PlanState, Publication
from server.plans import publishing
from server.plans.staleness import Why
from tests import factories
from tests.client import Client
from tests.server.planning import solved
from tests.server.registering import step
from tests.server.stale import Scene, item_over_it, scene, withdraws

# -- Pages ---------------------------------------------------------------------------------------------------------


async def test_a_stale_plan_is_marked_on_its_pages_and_refused(client: Client) -> None:
    at = await scene()
    await factories.signed_in(client, at.organiser)
    await item_over_it(at)
    here = f"{at.base}/plans/{at.plan.id}"

    pages = {
        name: (await client.get(f"{here}{path}")).text
        for name, path in {
            "slot": "",
            "expert": "?by=expert",
            "enterprise": "?by=enterprise",
            "interpreter": "?by=interpreter",
            "pair": f"/pairs/e{at.expert.id}-f{at.firm.id}",
            "publish": "/publish",
        }.items()
    }
    answer = await client.post(f"{here}/publish")
    desk = await client.get(f"{at.base}/desk")
    listed = await client.get(f"{at.base}/plans")

    for view in ("slot", "expert", "enterprise", "interpreter"):
        assert 'aria-label="Can no longer take place"' in pages[view], view
    assert all("A programme item takes place at this time." in page for page in pages.values())
    assert answer.status_code == 409
    assert "Ivan Petrov" in answer.text
    assert "Xianchuan" in answer.text
    assert f'action="{at.base}/plans"' in answer.text
    assert "Plan 1 is out of date: 1 meeting can no longer take place" in desk.text
    assert "1 meeting can no longer take place" in listed.text
    assert (await Plan.get(id=at.plan.id)).state == PlanState.READY


async def test_the_desk_offers_a_repair_with_one_button_and_is_never_ready(client: Client) -> None:
    at = await scene(in_force=True)
    await factories.enterprise(at.event)
    await factories.signed_in(client, at.organiser)
    ready = await client.get(f"{at.base}/desk")

    await withdraws(at)
    desk = await client.get(f"{at.base}/desk")
    task = re.search(r"1 meeting of the published plan can no longer take place.*?</form>", desk.text, re.DOTALL)
    assert task is not None
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', task[0]))
    await client.post(f"{at.base}/plans", data=fields)

    assert "Everything is ready" in ready.text
    assert "Everything is ready" not in desk.text
    assert "Propose a repair" in task[0]
    assert await Plan.filter(event_id=at.event.id, preset="repair").count() == 1


async def test_a_plan_that_failed_leaves_something_to_do(client: Client) -> None:
    at = await scene()
    await factories.signed_in(client, at.organiser)
    await Plan.filter(id=at.plan.id).update(state=PlanState.FAILED, progress={"failure": "no_plan"})

    desk = await client.get(f"{at.base}/desk")

    assert "Everything is ready" not in desk.text
    assert "Make another plan" in desk.text


# -- The difference that was looked at -----------------------------------------------------------------------------


async def two_plans(client: Client) -> tuple[Scene, Plan, dict[str, str]]:
    """Return a published plan, an older one whose confirmation page was opened before, and the form of that page."""
    at = await scene()
    await factories.signed_in(client, at.organiser)
    form = await client.get(f"{at.base}/plans/{at.plan.id}/publish")
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form.text))
    newer = await solved(at.event, at.organiser)
    await publishing.publish(newer, at.organiser)
    return at, newer, fields


@pytest.mark.parametrize("is_bare", [True, False])
async def test_an_older_plan_is_not_published_from_a_page_that_saw_another(client: Client, is_bare: bool) -> None:
    at, newer, fields = await two_plans(client)
    letters = await Mail.all().count()

    answer = await client.post(f"{at.base}/plans/{at.plan.id}/publish", data={} if is_bare else fields)

    assert answer.status_code == 409
    assert "Another plan was published after you opened this page." in answer.text
    assert (await Publication.get(event_id=at.event.id)).plan_id == newer.id
    assert await Mail.all().count() == letters


async def test_who_has_seen_the_new_difference_publishes(client: Client) -> None:
    at, _newer, fields = await two_plans(client)
    shown = await client.post(f"{at.base}/plans/{at.plan.id}/publish", data=fields)
    fields = dict(re.findall(r'name="(against)" value="([^"]*)"', shown.text))

    answer = await client.post(f"{at.base}/plans/{at.plan.id}/publish", data=fields)

    assert answer.status_code == 303
    assert (await Publication.get(event_id=at.event.id)).plan_id == at.plan.id


async def test_pressing_twice_publishes_once(client: Client) -> None:
    at = await scene()
    await factories.signed_in(client, at.organiser)

    answers = [await client.post(f"{at.base}/plans/{at.plan.id}/publish") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert await Mail.filter(template="published").count() == 3
    assert (await CalendarEntry.get()).sequence == 0


async def test_meetings_that_have_begun_are_not_changed_by_publishing(client: Client) -> None:
    at = await scene(in_force=True)
    await factories.signed_in(client, at.organiser)
    empty = await Plan.create(event=at.event, version=2, state=PlanState.READY, seconds=1, problem={})
    begun = datetime.now(UTC) - timedelta(minutes=5)
    await CalendarEntry.all().update(start_at=begun)

    answer = await client.post(f"{at.base}/plans/{empty.id}/publish")

    assert answer.status_code == 409
    assert "The meeting has begun or ended. The plan would change it." in answer.text
    assert "Ivan Petrov" in answer.text
    assert not (await CalendarEntry.get()).is_cancelled


# -- Deleting ------------------------------------------------------------------------------------------------------


async def test_a_trial_plan_can_be_deleted(client: Client) -> None:
    at = await scene()
    await factories.signed_in(client, at.organiser)
    here = f"{at.base}/plans/{at.plan.id}"

    asked = await client.get(f"{here}/remove")
    answer = await client.post(f"{here}/remove")

    assert "Delete plan 1?" in asked.text
    assert (answer.status_code, answer.headers["location"]) == (303, f"{at.base}/plans?notice=removed")
    assert await Plan.all().count() == 0
    assert await Meeting.all().count() == 0


async def test_a_plan_that_people_were_told_about_stays(client: Client) -> None:
    at = await scene(in_force=True)
    await factories.signed_in(client, at.organiser)
    await publishing.publish(await solved(at.event, at.organiser), at.organiser)

    pages = [f"{at.base}/plans/{plan.id}/remove" for plan in await Plan.all()]
    asked = [await client.get(page) for page in pages]
    answers = [await client.post(page) for page in pages]

    assert [answer.status_code for answer in [*asked, *answers]] == [409] * 4
    assert await Plan.all().count() == 2


async def test_presence_that_is_cleared_marks_the_plan(client: Client) -> None:
    at = await scene()
    await factories.signed_in(client, at.expert.person)

    await step(client, at.event, "expert", "presence", {"available": [at.slots[1].id]})

    assert await at.whys() == [Why.PARTY_ABSENT]
