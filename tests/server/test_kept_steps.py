"""What is typed in a step of a registration is there on another device before the step is sent."""

from datetime import UTC, datetime, timedelta

from starlette.applications import Starlette

from server.models import Event, HeldForm, Registration
from tests import factories
from tests.client import Client
from tests.filling import filled
from tests.server.registering import GIVEN, WORK, expert_up_to_consent, visitor

KEEP = {"as": "keep"}
HEADLINE = "Half a line"
DISCARD = 'name="as" value="forget"'


async def test_a_step_begun_on_one_device_is_continued_on_another(app: Starlette, client: Client) -> None:
    event, person = await visitor(client)
    path = f"/e/{event.slug}/register/expert/work"
    form = filled((await client.get(path)).text, "headline", headline=HEADLINE, topics=["dig.cv"])
    assert (await client.post(path, data={**form, **KEEP})).status_code == 204
    assert not await Registration.exists()
    async with Client(app) as laptop:
        await factories.signed_in(laptop, person)
        page = (await laptop.get(path)).text
        assert DISCARD in page
        again = filled(page, "headline")
        assert (again["headline"], again["topics"]) == ([HEADLINE], ["dig.cv"])
        assert (await laptop.post(path, data={**again, **WORK})).status_code == 303
    page = (await client.get(path)).text
    assert HEADLINE not in page
    assert DISCARD not in page
    assert not await HeldForm.exists()


async def test_a_form_drawn_before_the_step_was_saved_is_not_kept(client: Client) -> None:
    """A request that comes late, or a page that is open elsewhere, must not bring back an older text."""
    event, _person = await visitor(client)
    path = f"/e/{event.slug}/register/expert/work"
    old = filled((await client.get(path)).text, "headline", headline=HEADLINE)
    await client.post(path, data=WORK)
    await client.post(path, data={**old, **KEEP})
    present = filled((await client.get(path)).text, "headline", headline="Newer")
    assert not await HeldForm.exists()
    await client.post(path, data={**present, **KEEP})
    assert "Newer" in (await client.get(path)).text
    await client.post(path, data={**WORK, "headline": "Saved elsewhere"})
    assert filled((await client.get(path)).text, "headline")["headline"] == ["Saved elsewhere"]


async def test_what_was_kept_is_the_persons_own_and_can_be_discarded(client: Client, other: Client) -> None:
    event, _person = await visitor(client)
    path = f"/e/{event.slug}/register/expert/work"
    await client.post(path, data={"headline": HEADLINE + "\0", **KEEP})
    await client.post(path, data={"headline": HEADLINE, **KEEP})
    assert await HeldForm.all().count() == 1
    await factories.signed_in(other, await factories.person())
    assert HEADLINE not in (await other.get(path)).text
    assert (await client.post(path, data={"as": "forget"})).headers["location"] == path
    assert HEADLINE not in (await client.get(path)).text
    await client.post(path, data={"headline": "a" * 250_000, **KEEP})
    assert not await HeldForm.exists()


async def test_nothing_is_kept_of_files_or_once_registration_has_closed(client: Client) -> None:
    event, _person = await visitor(client)
    path = f"/e/{event.slug}/register/expert/work"
    await client.post(path, data=KEEP, files={"headline": ("a.pdf", b"%PDF-1.7")})
    assert [row.values.get("headline", "") for row in await HeldForm.all()] in ([], [""])
    await HeldForm.all().delete()
    await Event.filter(id=event.id).update(registration_closes_at=datetime.now(UTC) - timedelta(days=1))
    assert (await client.post(path, data={"headline": HEADLINE, **KEEP})).status_code == 409
    assert not await HeldForm.exists()


async def test_consents_and_complete_registrations_are_not_kept(client: Client) -> None:
    event, _person = await visitor(client)
    await expert_up_to_consent(client, event)
    consent = f"/e/{event.slug}/register/expert/consent"
    assert (await client.post(consent, data={**GIVEN, **KEEP})).status_code == 404
    await client.post(consent, data=GIVEN)
    path = f"/e/{event.slug}/register/expert/work"
    present = filled((await client.get(path)).text, "headline", headline=HEADLINE)
    assert (await client.post(path, data={**present, **KEEP})).status_code == 404
    assert "data-keeps" not in (await client.get(path)).text
    assert not await HeldForm.exists()
