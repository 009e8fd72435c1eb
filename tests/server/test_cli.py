"""`python -m server`: what each command does, prints and returns.

Commands that write rows run as processes of their own. What ends before that runs in this process.
"""

import logging
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from server.cli import main
from server.settings import Settings

ROOT = Path(__file__).parents[2]


def surroundings(folder: Path, **chosen: str) -> dict[str, str]:
    """Return the environment of an installation inside the folder."""
    ours = {name.upper() for name in Settings.model_fields}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return {**kept, "DATABASE_URL": f"sqlite://{folder}/duijie.db", "MAIL_DIR": str(folder / "mail"), **chosen}


def server(folder: Path, *arguments: str | Path, **chosen: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "server", *arguments]
    return subprocess.run(command, cwd=ROOT, env=surroundings(folder, **chosen), capture_output=True, text=True)


Ended = subprocess.CompletedProcess[str]
Here = Callable[..., Ended]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Here]:
    """Use as `server`: runs a command in this process."""

    def run(folder: Path, *arguments: str, **chosen: str) -> Ended:
        environment = surroundings(folder, **chosen)
        for name in os.environ.keys() - environment.keys():
            monkeypatch.delenv(name)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        try:
            code: int | str | None = main(arguments)
        except SystemExit as ended:
            code = ended.code
        assert isinstance(code, int)
        out, err = capsys.readouterr()
        return Ended(arguments, code, out, err)

    factory = logging.getLogRecordFactory()
    yield run
    logging.setLogRecordFactory(factory)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ended]:
    """Return a folder where `create-organiser` was the first command, and its output."""
    folder = tmp_path_factory.mktemp("first")
    return folder, server(folder, "create-organiser", " Li.Na@Example.org ", BASE_URL="http://localhost:9000")


@pytest.fixture
def installed(first: tuple[Path, Ended], tmp_path: Path) -> Path:
    """Return a copy of the folder of `first`."""
    return shutil.copytree(first[0], tmp_path / "installed")


def rows(folder: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "duijie.db")) as connection:
        return connection.execute(sql).fetchall()


def test_the_first_organiser_is_named_on_an_empty_folder(first: tuple[Path, Ended]) -> None:
    folder, ended = first

    assert (ended.returncode, ended.stdout) == (
        0,
        "li.na@example.org may create events now: sign in at http://localhost:9000/sign-in with that address.\n",
    )
    assert rows(folder, "SELECT email, may_create_events FROM person") == [("li.na@example.org", 1)]


def test_naming_somebody_known_keeps_what_is_known_of_them(installed: Path) -> None:
    with closing(sqlite3.connect(installed / "duijie.db")) as connection:
        connection.execute("UPDATE person SET may_create_events = 0, full_name = 'Li Na', locale = 'ru'")
        connection.commit()

    ended = server(installed, "create-organiser", "LI.NA@example.org")

    assert ended.returncode == 0
    assert rows(installed, "SELECT full_name, locale, may_create_events FROM person") == [("Li Na", "ru", 1)]


@pytest.mark.parametrize("address", ["nobody", ""])
def test_an_invalid_address_creates_no_organiser(here: Here, tmp_path: Path, address: str) -> None:
    ended = here(tmp_path, "create-organiser", address)

    assert (ended.returncode, ended.stderr) == (2, f"{address!r} is not an e-mail address.\n")
    assert not (tmp_path / "duijie.db").exists()


def test_migrating_names_what_it_applied_and_has_nothing_to_do_the_second_time(tmp_path: Path) -> None:
    first, second = server(tmp_path, "migrate"), server(tmp_path, "migrate")

    assert (first.returncode, first.stdout.splitlines()[0]) == (0, "0001_initial")
    assert (second.returncode, second.stdout) == (0, "The database is up to date.\n")


def test_a_backup_is_the_database_in_another_file(installed: Path, tmp_path: Path) -> None:
    ended = server(installed, "backup", tmp_path / "kept" / "copy.db")

    written = [
        f"Written: {tmp_path}/kept/copy.db",
        f"Written: {tmp_path}/kept/copy.db.files.tar (0 uploaded files)",
    ]
    assert (ended.returncode, ended.stdout.splitlines()) == (0, written)
    with closing(sqlite3.connect(tmp_path / "kept" / "copy.db")) as copy:
        assert copy.execute("SELECT email FROM person").fetchall() == [("li.na@example.org",)]


def test_without_a_database_there_is_no_backup_but_a_sentence(here: Here, tmp_path: Path) -> None:
    ended = here(tmp_path, "backup", str(tmp_path / "copy.db"))

    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (1, "", 1)
    assert not (tmp_path / "copy.db").exists()


@pytest.mark.parametrize(
    ("command", "chosen", "sentence"),
    [
        (
            "migrate",
            {"DATABASE_URL": "mysql://db/duijie"},
            "DATABASE_URL: DATABASE_URL begins with sqlite:// or postgres://",
        ),
        ("worker", {"PORT": "70000"}, "PORT: Input should be less than or equal to 65535"),
        (
            "serve",
            {"HOST": "0.0.0.0"},
            "settings: SECRET_KEY has to be chosen before listening on anything but loopback",
        ),
    ],
)
def test_invalid_settings_end_a_command_with_a_message(
    here: Here, tmp_path: Path, command: str, chosen: Mapping[str, str], sentence: str
) -> None:
    ended = here(tmp_path, command, **chosen)

    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", f"{sentence}\n")


@pytest.mark.parametrize(
    ("arguments", "is_refused"),
    [
        (["serve"], True),
        (["worker"], True),
        (["create-organiser", "anna@example.org"], True),
        (["migrate"], False),
        (["backup", "copy.db"], False),
        (["restore", "copy.db"], False),
    ],
)
def test_commands_that_serve_or_print_links_refuse_a_weak_secret(
    here: Here, tmp_path: Path, arguments: list[str], is_refused: bool
) -> None:
    given = [str(tmp_path / each) if each == "copy.db" else each for each in arguments]
    ended = here(tmp_path, *given, BASE_URL="https://duijie.example", SECRET_KEY="changeme" * 5)

    assert ("SECRET_KEY is easy to guess" in ended.stderr, ended.returncode == 2) == (is_refused, is_refused)


@pytest.mark.parametrize("arguments", [[], ["dance"]])
def test_invalid_arguments_print_the_usage(here: Here, tmp_path: Path, arguments: list[str]) -> None:
    ended = here(tmp_path, *arguments)

    assert (ended.returncode, ended.stderr.splitlines()[0].split()[0]) == (2, "usage:")


def test_an_unreachable_database_ends_with_a_message(tmp_path: Path) -> None:
    ended = server(tmp_path, "migrate", DATABASE_URL=f"postgres://nobody@/none?host={tmp_path}")

    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr


def test_a_stopped_worker_ends_cleanly_while_it_sends_an_e_mail(installed: Path) -> None:
    queue = "\n".join(
        [
            "import asyncio",
            "from server import account_emails, db, mail",
            "from server.settings import Settings",
            "async def work():",
            "    await db.connect(Settings())",
            "    email = account_emails.SignIn(path='/x', code='123456', minutes=15)",
            "    await db.atomic(mail.queue)('k', email, to='a@example.org', locale='en')",
            "    await db.disconnect()",
            "asyncio.run(work())",
        ]
    )
    subprocess.run([sys.executable, "-c", queue], cwd=ROOT, env=surroundings(installed), check=True)

    with socket.create_server(("127.0.0.1", 0)) as post_office:
        post_office.settimeout(60)
        address = f"smtp://127.0.0.1:{post_office.getsockname()[1]}"
        worker = subprocess.Popen(
            [sys.executable, "-m", "server", "worker"], cwd=ROOT, env=surroundings(installed, SMTP_URL=address)
        )
        try:
            # A worker that waits for the SMTP server is at work.
            talk, _address = post_office.accept()
            with talk:
                worker.send_signal(signal.SIGTERM)
                code = worker.wait(timeout=60)
        finally:
            worker.kill()
            worker.wait()

    assert code == 0
    assert rows(installed, "SELECT state, attempts FROM job") == [("queued", 0)]
