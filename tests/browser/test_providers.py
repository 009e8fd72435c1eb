"""Sign-in services in a real browser without scripts, which comes back to us from another site."""

import json
from collections.abc import Iterator

import pytest
from playwright.async_api import Browser

from server.models import ProviderAccount
from tests import factories
from tests.browser.conftest import Site
from tests.openid import OpenIdProvider, openid_provider
from tests.wecom_dingtalk import wecom

pytestmark = pytest.mark.browser


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenIdProvider]:
    """Run two services, for the site to start with."""
    with openid_provider() as running, wecom() as other:
        told = [each.model_dump(mode="json") for each in (running.settings(), other.settings())]
        monkeypatch.setenv("SIGN_IN_PROVIDERS", json.dumps(told))
        yield running


@pytest.fixture
def host(provider: OpenIdProvider) -> str:
    """Another site than 127.0.0.1 of the services: cookies have to come back with a link from there."""
    assert "127.0.0.1" in provider.url
    return "localhost"


@pytest.mark.usefixtures("database")
async def test_an_organiser_signs_in_and_connects_another_service_without_scripts(browser: Browser, site: Site) -> None:
    person = await factories.person(email="anna@example.org", may_create_events=True)
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{site.url}/sign-in?next=/account/consents")
    await page.get_by_role("link", name="ACME").click()
    await page.wait_for_url(f"{site.url}/account/consents")
    await page.goto(f"{site.url}/account")
    await page.locator("[action='/account/providers/wecom'] button").click()
    await page.locator("main .actions a.main").click()
    await page.wait_for_url(f"{site.url}/account?notice=provider_connected#providers")
    assert await ProviderAccount.filter(person_id=person.id).count() == 2
    # Nothing is left of the two attempts.
    assert [each for each in await context.cookies() if "-from-" in each.get("name", "")] == []
    await context.close()
