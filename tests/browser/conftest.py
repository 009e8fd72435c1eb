"""A real browser and a real server: the installed program with its own database and SMTP server."""

import asyncio
import contextlib
import email
import email.policy
import os
import queue
import re
import shutil
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from server.settings import Settings

PATIENCE_S = 60


class PostOffice:
    """An SMTP server that returns received e-mails by recipient, in order."""

    def __init__(self) -> None:
        self.letters: queue.Queue[EmailMessage] = queue.Queue()
        self.kept: list[EmailMessage] = []
        self.controller = Controller(self, hostname="127.0.0.1", port=free_port())

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.letters.put(message)
        return "250 OK"

    async def letter_to(self, address: str, containing: str = "") -> EmailMessage:
        """Return the oldest e-mail to the address that was not returned before; waits for it."""
        while True:
            for letter in self.kept:
                if letter["To"] == address and containing in text_of(letter):
                    self.kept.remove(letter)
                    return letter
            self.kept.append(await asyncio.to_thread(self.letters.get, timeout=PATIENCE_S))


def text_of(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def link_in(letter: EmailMessage) -> str:
    found = re.search(r"https?://\S+/sign-in/link/\S+", text_of(letter))
    assert found
    return found[0]


def code_in(letter: EmailMessage) -> str:
    found = re.search(r"\b\d{6}\b", text_of(letter))
    assert found
    return found[0]


def free_port() -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Site:
    """A running installation. run: runs a command of its command line with the same database."""

    url: str
    environment: dict[str, str]
    post: PostOffice
    log: list[str] = field(default_factory=list)

    async def run(self, *arguments: str) -> str:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "server", *arguments),
            env=self.environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _none = await process.communicate()
        assert process.returncode == 0, out.decode()
        return out.decode()


@pytest.fixture
def post() -> Iterator[PostOffice]:
    office = PostOffice()
    office.controller.start()
    yield office
    office.controller.stop()


@pytest.fixture
def host() -> str:
    """The name in the site's addresses; a test of what needs a host with a name gives another one."""
    return "127.0.0.1"


@pytest.fixture
def embed() -> str:
    """How the site compares texts (MATCH_EMBED): without the encoder, which a test asks for if scores matter to it."""
    return "none"


@pytest.fixture
async def site(settings: Settings, post: PostOffice, tmp_path: Path, host: str, embed: str) -> AsyncIterator[Site]:
    port = free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "BASE_URL": f"http://{host}:{port}",
        "PORT": str(port),
        "SMTP_URL": f"smtp://127.0.0.1:{post.controller.port}",
        "MAIL_DIR": str(tmp_path / "mail"),
        "FILES_DIR": str(tmp_path / "files"),
        "MATCH_EMBED": embed,
        "PSEUDO_LOCALES": "true",
        "PYTHONWARNINGS": "error",
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server", "serve"), env=environment, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    running = Site(f"http://{host}:{port}", environment, post)
    async for line in process.stderr:
        running.log.append(line.decode())
        if b"Uvicorn running" in line:
            break
    reading = asyncio.create_task(_read_on(process.stderr, running.log))
    yield running
    process.terminate()
    await process.wait()
    await reading
    assert not [line for line in running.log if "Traceback" in line], "".join(running.log)


async def _read_on(stream: asyncio.StreamReader, log: list[str]) -> None:
    async for line in stream:
        log.append(line.decode())


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Chromium is missing")
        pytest.skip("no Chromium on this machine")
    async with async_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
        started = await playwright.chromium.launch(executable_path=program, args=arguments)
        yield started
        await started.close()


@dataclass
class Visitor:
    """A person with a browser. errors: messages of its console."""

    page: Page
    context: BrowserContext
    site: Site
    errors: list[str]

    async def go(self, path: str) -> None:
        answer = await self.page.goto(self.site.url + path)
        assert answer is not None
        assert answer.status < 400, (path, answer.status)

    async def submit(self) -> None:
        """Press the main button of the page's form."""
        await self.press("main form button.main")

    async def press(self, selector: str) -> None:
        """Press the last element of the selector, and wait for the next page."""
        async with self.page.expect_navigation():
            await self.page.locator(selector).last.click()
        assert not await self.page.locator(".fault").all_inner_texts(), self.page.url

    async def tick(self, name: str, *values: str) -> None:
        for value in values:
            await self.page.locator(f'[name="{name}"][value="{value}"]').first.check(force=True)

    async def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            await self.page.fill(f'[name="{name}"]', value)

    async def sign_in_by_code(self, address: str) -> None:
        """On a page that asks for an address: ask for an e-mail, and enter its code."""
        await self.fill(email=address)
        await self.submit()
        await self.fill(code=code_in(await self.site.post.letter_to(address)))
        await self.submit()


@contextlib.asynccontextmanager
async def visitor(browser: Browser, site: Site, locale: str, width: int = 1280) -> AsyncIterator[Visitor]:
    context = await browser.new_context(locale=locale, viewport={"width": width, "height": 900})
    context.set_default_timeout(PATIENCE_S * 1000 / 2)
    page, errors = await context.new_page(), list[str]()
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield Visitor(page, context, site, errors)
    await context.close()
    assert errors == []
