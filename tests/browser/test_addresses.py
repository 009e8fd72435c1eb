"""Forms over plain http on a host name, where browsers send least about where a form comes from."""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import async_playwright

from server.settings import Settings
from tests.browser.conftest import PostOffice, code_in, free_port

pytestmark = pytest.mark.browser
# Forms of another site: from an ordinary page, and from one with the policy no-referrer.
ELSEWHERE = """<!doctype html><title>x</title>{meta}
<form method="post" action="{url}/sign-in"><input name="email" value="victim@example.org"><button>x</button></form>"""


@pytest.fixture
async def named(settings: Settings, post: PostOffice, tmp_path: Path) -> AsyncIterator[str]:
    """Yield the URL of an installation with a host name."""
    port = free_port()
    url = f"http://duijie.test:{port}"
    environment = {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "BASE_URL": url,
        "PORT": str(port),
        "SECRET_KEY": "a secret of the tests, of no use elsewhere",
        "SMTP_URL": f"smtp://127.0.0.1:{post.controller.port}",
        "MAIL_DIR": str(tmp_path / "mail"),
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server", "serve"), env=environment, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    async for line in process.stderr:
        if b"Uvicorn running" in line:
            break
    rest = asyncio.create_task(process.stderr.read())
    yield url
    process.terminate()
    await process.wait()
    await rest


async def test_signing_in_works_over_plain_http_on_a_host_name_and_other_sites_are_refused(
    named: str, post: PostOffice
) -> None:
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("no Chromium on this machine")
    arguments = ["--no-sandbox", "--host-resolver-rules=MAP *.test 127.0.0.1", "--disable-background-networking"]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=arguments)
        context = await browser.new_context(locale="en-GB")
        page = await context.new_page()

        await page.goto(f"{named}/sign-in?next=/account")
        await page.fill("#f-email", "anna@example.org")
        async with page.expect_navigation():
            await page.click("main form button.main")
        assert page.url == f"{named}/sign-in/code"
        assert "anna@example.org" in await page.inner_text("main")
        code = code_in(await post.letter_to("anna@example.org"))
        await page.fill("#f-code", f"{code[:3]}-{code[3:]}")
        async with page.expect_navigation():
            await page.click("main form button.main")
        assert page.url == f"{named}/account"

        for meta in ("", '<meta name="referrer" content="no-referrer">'):
            await page.goto("about:blank")
            await page.set_content(ELSEWHERE.format(url=named, meta=meta))
            async with page.expect_navigation():
                await page.click("button")
            assert "This action is not allowed" in await page.title()
        await browser.close()
