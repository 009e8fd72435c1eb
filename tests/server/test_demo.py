"""The demo: one command from an empty folder to a published plan that anybody can check."""

import json
import socket
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from server import db, migrating
from server.demo import people
from server.demo.days import day_of_the_event
from server.demo.registering import register
from server.demo.running import settings_for
from server.emails import BothWantToMeet
from server.models import Consent, Delegate, Interpreter, Mail, Need, Registration, Slot, Table, Wish
from server.names import party_name
from tests.conftest import ENGINE

pytestmark = pytest.mark.skipif(ENGINE != "sqlite", reason="the demonstration brings an embedded database")
ROOT = Path(__file__).parents[2]


def run(module: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", module, *arguments], cwd=ROOT, capture_output=True, text=True)


@dataclass(frozen=True)
class Demo:
    """A folder filled by `demo`, and the output of the run."""

    folder: Path
    ended: subprocess.CompletedProcess[str]

    def document(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / name).read_text(encoding="utf-8"))
        return found

    def column(self, sql: str) -> list[Any]:
        with closing(sqlite3.connect(self.folder / "duijie.db")) as connection:
            return [value for (value,) in connection.execute(sql)]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = tmp_path_factory.mktemp("demo") / "new"
    return Demo(folder, run("server", "demo", "--no-serve", "--dir", folder))


@pytest.mark.parametrize(
    ("chosen", "address"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"PORT": "8123"}, "http://127.0.0.1:8123"),
        ({"HOST": "::1", "PORT": "8123"}, "http://[::1]:8123"),
        ({"PORT": "8123", "BASE_URL": "http://localhost/demo"}, "http://localhost/demo"),
    ],
)
def test_the_demo_obeys_host_port_and_base_url(
    chosen: dict[str, str], address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOST", "PORT", "BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in chosen.items():
        monkeypatch.setenv(name, value)

    settings = settings_for(tmp_path)

    assert settings.base_url == address
    assert settings.port == int(chosen.get("PORT", "8000"))
    assert settings_for(tmp_path, 9000).port == 9000


def test_a_port_in_use_is_reported_before_anything_is_prepared(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run("server", "demo", "--dir", folder, "--port", str(port))

    assert ended.returncode == 1
    assert f"Port {port} on 127.0.0.1 cannot be used" in ended.stderr
    assert f"PORT={port + 1} make demo" in ended.stderr
    assert not folder.exists()


def test_the_command_registers_plans_publishes_and_says_so(demo: Demo) -> None:
    assert demo.ended.returncode == 0, demo.ended.stderr
    assert "gap 0.0000%" in demo.ended.stdout
    assert [line.split()[1] for line in demo.ended.stdout.splitlines() if line.startswith("  as ")] == [
        "organiser",
        "expert",
        "enterprise",
        "translator",
        "reviewer",
        "leader",
        "escort",
        "administrator",
    ]


def test_everybody_who_comes_gets_a_calendar_and_nobody_else(demo: Demo) -> None:
    expected = demo.column(
        "SELECT email FROM person WHERE id IN (SELECT person_id FROM registration UNION SELECT person_id FROM delegate"
        " UNION SELECT person_id FROM interpreter)"
    )

    written = [path.name for path in (demo.folder / "calendars").iterdir()]

    assert sorted(written) == sorted(f"{email.replace('@', '-at-')}.ics" for email in expected)


def test_all_e_mails_of_the_demo_are_sent(demo: Demo) -> None:
    sent = demo.column("SELECT count(*) FROM mail WHERE sent_at IS NOT NULL")[0]
    assert len(list((demo.folder / "mail").glob("*.eml"))) == sent
    # E-mails about mutual wishes wait, in case a wish is taken back.
    assert demo.column("SELECT DISTINCT template FROM mail WHERE sent_at IS NULL") == ["agreed"]


def test_the_plan_keeps_every_rule_of_its_problem(demo: Demo) -> None:
    checked = run("matching", "--check", demo.folder / "problem.json", demo.folder / "plan.json")

    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_day_is_too_short_for_all_and_for_several_reasons(demo: Demo) -> None:
    plan = demo.document("plan.json")
    held, unheld = plan["meetings"], plan["unheld"]

    assert len(unheld) >= (len(held) + len(unheld)) / 5
    assert len({each["reason"] for each in unheld}) >= 4


def test_a_second_run_finds_the_demo_there_and_changes_no_file(demo: Demo) -> None:
    before = {path: path.read_bytes() for path in demo.folder.rglob("*.json")}

    again = run("server", "demo", "--no-serve", "--dir", demo.folder)

    assert (again.returncode, again.stdout.splitlines()[0]) == (
        0,
        f"The demo in {demo.folder} is there already; remove the folder to make it anew.",
    )
    assert {path: path.read_bytes() for path in demo.folder.rglob("*.json")} == before


async def picture(folder: Path, seed: int) -> dict[str, Any]:
    """Return what a seed registers, without row ids and dates."""
    settings = settings_for(folder, 8000)
    db.make_room(settings)
    await migrating.migrate(settings)
    await db.connect(settings)
    try:
        await register(people.read(), seed)
        parties = await Registration.all().select_related("person", "organisation").order_by("id")
        names = {party.id: party_name(party, "zh_Hans") for party in parties}
        mutual = await Mail.filter(template=BothWantToMeet.template).count()
        return {
            "rows": {
                str(model.__name__): await model.all().count()
                for model in (Consent, Delegate, Interpreter, Need, Registration, Slot, Table)
            },
            "other e-mails": await Mail.all().count() - mutual,
            "presence": [(names[party.id], len(party.available)) for party in parties],
            "wishes": [
                (names[wish.by_id], names[wish.about_id], wish.kind) for wish in await Wish.all().order_by("id")
            ],
        }
    finally:
        await db.disconnect()


def kinds(wishes: Sequence[tuple[str, str, str]]) -> set[str]:
    return {kind for _by, _about, kind in wishes}


async def test_each_seed_gives_its_own_event(tmp_path: Path) -> None:
    first, again, other = [await picture(tmp_path / name, seed) for name, seed in (("a", 1), ("b", 1), ("c", 2))]

    assert first == again
    assert first["wishes"] != other["wishes"]
    assert first["presence"] != other["presence"]
    assert (first["rows"], first["other e-mails"]) == (other["rows"], other["other e-mails"])
    assert kinds(first["wishes"]) == {"must", "like", "no"}
    assert max(Counter(about for _by, about, _kind in first["wishes"]).values()) >= 10


def test_the_event_is_on_a_thursday_at_least_eight_weeks_ahead() -> None:
    for n in range(14):
        today = date(2026, 2, 23) + timedelta(days=n)
        day = day_of_the_event(today)
        assert (day.isoweekday(), 56 <= (day - today).days < 63) == (4, True)
