"""`python -m server`: commands to run an installation."""

import argparse
import asyncio
import contextlib
import gc
import logging
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from threading import Timer

import uvicorn
from pydantic import ValidationError
from tortoise.exceptions import DBConnectionError

from i18n import LOCALES
from i18n.catalog import catalogue
from matching.affinity import scheme
from server import backup, db, logs, migrating, restoring
from server.app import create_app
from server.demo import running as demo
from server.demo.running import DemoError
from server.fields import Email
from server.files import archive
from server.forms import Fields, Invalid, check
from server.models import Person
from server.pages import compile_templates
from server.privacy import retention
from server.settings import Settings, WeakSecret
from server.worker import Worker

UNSURE = """\
There was no database before, it could not be read, or it was set up anew since the backup. What was revoked or
withdrawn since is not known: everybody has to sign in again. Calendar addresses that were renewed and people who left
since are valid again: tell the organisers the time of the backup."""
GRACE_S = 3  # after SIGTERM, open streams end after this time
# Objects and collections between collections of the garbage collector. The young are collected often, because each
# collection of 50,000 objects holds all requests for 15 ms; all seldom, because most of what grows old is memory of
# events, which stays (`memory.LARGE`).
COLLECTED = (10_000, 5, 1_000)
# A request waits this long for a thread that computes, each time that it has waited for a file or the database.
SWITCH_S = 0.001
# When topics are read and templates compiled, after the first answers: the first page of each kind would hold others
# for 30 to 120 ms.
PREPARED_AFTER_S = 1.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return 0 for success, 1 for failure, 2 for invalid settings or arguments."""
    given = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logs.install()
    try:
        code: int = given.run(given)
    except ValidationError as error:
        for each in error.errors():
            name = " ".join(str(part).upper() for part in each["loc"]) or "settings"
            print(f"{name}: {each['msg'].removeprefix('Value error, ')}", file=sys.stderr)
        return 2
    except WeakSecret as error:
        print(error, file=sys.stderr)
        return 2
    except (OSError, DBConnectionError, DemoError) as error:
        print(error, file=sys.stderr)
        return 1
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m server", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int], help: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=help, description=help)
        made.set_defaults(run=run)
        return made

    shown = command("demo", _demo, "register the demo delegation, make and publish its plan, then serve it")
    shown.add_argument("--dir", type=Path, default=Path("var/demo"), help="folder of the demo (var/demo)")
    shown.add_argument("--seed", type=int, default=1, help="another number is another problem (1)")
    shown.add_argument("--no-serve", action="store_true", help="end after the report")
    shown.add_argument("--port", type=int, help="port to serve on (the setting PORT)")
    command("serve", _serve, "serve the pages; migrates the embedded database first")
    command("worker", _worker, "do the jobs beside web processes that run with WORKERS_IN_WEB=false")
    command("migrate", _migrate, "bring the database up to date")
    kept = command("backup", _backup, "write a copy of the database while it is in use")
    kept.add_argument("target", type=Path, help="file to write")
    put_back = command("restore", _restore, "put a backup in the place of the database; no server may run meanwhile")
    put_back.add_argument("archive", type=Path, metavar="FILE", help="file that `backup` wrote")
    kept_too_long = command("retention", _retention, "delete what is kept too long, as workers do every night")
    kept_too_long.add_argument("--dry-run", action="store_true", help="only print what would go, by table and rule")
    first = command("create-organiser", _create_organiser, "let an e-mail address create events")
    first.add_argument("email")
    chief = command("admin", _admin, "let an e-mail address create events for others and see counts of all events")
    chief.add_argument("email")
    chief.add_argument("--revoke", action="store_true", help="take this away again")
    return parser


def _serve(given: argparse.Namespace) -> int:
    settings = Settings()
    settings.refuse_weak_secret()
    if settings.is_sqlite:
        asyncio.run(migrating.migrate(settings))
    return serve(settings)


def serve(settings: Settings) -> int:
    """Run the web server until it is told to stop."""
    app = create_app(settings)
    answer_evenly()
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_level="info",
        timeout_graceful_shutdown=GRACE_S,
        proxy_headers=True,
        forwarded_allow_ips=settings.forwarded_allow_ips,
        server_header=False,
    )
    return 0


def answer_evenly() -> None:
    """Let no work in the background hold requests for long. Call when everything is loaded."""
    # What is loaded at the start stays: a full collection of it would hold every request for a fifth of a second.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTED)
    sys.setswitchinterval(SWITCH_S)
    preparing = Timer(PREPARED_AFTER_S, _prepare)
    preparing.daemon = True
    preparing.start()


def _prepare() -> None:
    for code in LOCALES:
        catalogue(code)
    scheme()
    compile_templates()


def _worker(given: argparse.Namespace) -> int:
    settings = Settings()
    settings.refuse_weak_secret()

    async def work() -> None:
        worker, stop = Worker(settings), asyncio.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        worker.start()
        await stop.wait()
        await worker.stop()

    _connected(settings, work)
    return 0


def _migrate(given: argparse.Namespace) -> int:
    names = asyncio.run(migrating.migrate(Settings()))
    print("\n".join(names) if names else "The database is up to date.")
    return 0


def _backup(given: argparse.Namespace) -> int:
    settings = Settings()
    try:
        asyncio.run(backup.backup(settings, given.target))
    except backup.BackupError as refused:
        print(refused, file=sys.stderr)
        return 1
    print(f"Written: {given.target}")
    print(f"Written: {archive.beside(given.target)} ({archive.pack(settings.files_dir, given.target)} uploaded files)")
    return 0


def _restore(given: argparse.Namespace) -> int:
    settings = Settings()
    try:
        done = asyncio.run(restoring.restore(settings, given.archive))
    except restoring.RestoreError as refused:
        print(refused, file=sys.stderr)
        return 1
    print(f"Restored: {given.archive}, and {archive.unpack(given.archive, settings.files_dir)} uploaded files")
    if isinstance(done.kept, Path):
        print(f"The database before is kept: {done.kept}")
    elif done.kept:
        print(f"The database before is kept in itself; when nobody needs it: DROP SCHEMA {done.kept} CASCADE")
    if done.is_sure:
        print(f"What was revoked, withdrawn or sent since the backup stays so: {done.ended} rows.")
    else:
        print(UNSURE, file=sys.stderr)
    return 0


class CreatorFields(Fields):
    """Who may create events."""

    email: Email


def _create_organiser(given: argparse.Namespace) -> int:
    told = "{email} may create events now: sign in at {site}/sign-in with that address."
    return _set_person(given.email, told, may_create_events=True)


def _admin(given: argparse.Namespace) -> int:
    told = "{email} is an administrator now: sign in at {site}/sign-in?next=/administration with that address."
    if given.revoke:
        told = "{email} is no administrator any more."
    return _set_person(given.email, told, is_administrator=not given.revoke)


def _set_person(typed: str, told: str, **columns: bool) -> int:
    """Set columns of the person with this address, and print the sentence `told`, with {email} and {site}."""
    settings = Settings()
    settings.refuse_weak_secret()
    try:
        email = check(CreatorFields, {"email": typed}).email
    except Invalid:
        print(f"{typed!r} is not an e-mail address.", file=sys.stderr)
        return 2

    async def create() -> None:
        person, _is_new = await Person.get_or_create(email=email, defaults={"locale": "en"})
        await Person.filter(id=person.id).update(**columns)

    if settings.is_sqlite:
        asyncio.run(migrating.migrate(settings))
    _connected(settings, create)
    print(told.format(email=email, site=settings.base_url))
    return 0


def _retention(given: argparse.Namespace) -> int:
    settings = Settings()
    days = settings.days_kept

    async def work() -> None:
        for each in await retention.counted(days):
            print(f"{each.number:8} {each.table:20} {each.period}{f' ({each.days} days)' if each.days else ''}")
        if not given.dry_run:
            await retention.enforce(days)

    _connected(settings, work)
    return 0


def _demo(given: argparse.Namespace) -> int:
    settings = demo.settings_for(given.dir, given.port)
    settings.refuse_weak_secret()
    if not given.no_serve:
        demo.refuse_taken_port(settings)
    _connected(settings, lambda: demo.prepare(settings, given.dir, given.seed), migrate=True)
    if given.no_serve:
        return 0
    print(f"Serving on {settings.base_url} (Ctrl+C ends it)", flush=True)
    return serve(settings)


def _connected(settings: Settings, work: Callable[[], Awaitable[None]], *, migrate: bool = False) -> None:
    """Run some work with an open database."""

    async def run() -> None:
        if migrate:
            await migrating.migrate(settings)
        await db.connect(settings)
        try:
            await work()
        finally:
            await db.disconnect()

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(run())
