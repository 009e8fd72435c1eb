"""Sign in through providers as a browser does: here, there, and back."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from starlette.applications import Starlette

from server.app import create_app
from server.providers.configured import Provider
from server.settings import Settings
from tests.client import Client
from tests.openid import OpenIdProvider, openid_provider


@asynccontextmanager
async def application(settings: Settings, *providers: Provider) -> AsyncIterator[Starlette]:
    """Yield an application with these providers."""
    app = create_app(settings.model_copy(update={"sign_in_providers": providers}))
    async with app.router.lifespan_context(app):
        yield app


# Fixtures of the modules that name them: `provider, app = providing.provider, providing.app`.


@pytest.fixture
def provider() -> Iterator[OpenIdProvider]:
    with openid_provider() as running:
        yield running


@pytest.fixture
async def app(settings: Settings, provider: OpenIdProvider) -> AsyncIterator[Starlette]:
    """Yield an application with one provider."""
    async with application(settings, provider.settings()) as started:
        yield started


async def sent_to(client: Client, name: str = "acme", going: str = "/account") -> str:
    """Press the button of a provider and return the address there."""
    answer = await client.get(f"/sign-in/with/{name}", params={"next": going})
    assert answer.status_code == 303
    return answer.headers["location"]


async def sent_back(address: str) -> str:
    """Sign in at the provider and return the path with which it sends the browser back to us."""
    async with httpx2.AsyncClient() as browser:
        answer = await browser.get(address)
    parts = urlsplit(answer.headers["location"])
    assert (answer.status_code, parts.netloc) == (302, "testserver")
    return f"{parts.path}?{parts.query}"


async def walked(client: Client, name: str = "acme", going: str = "/account") -> str:
    """Sign in through a provider and return where the browser is sent at last."""
    answer = await client.get(await sent_back(await sent_to(client, name, going)))
    assert answer.status_code == 303
    return answer.headers["location"]


def refused(location: str) -> str | None:
    """Return why a sign-in was refused, by the address that shows it, None if it was not."""
    return next(iter(parse_qs(urlsplit(location).query).get("refused", [])), None)
