"""A PostgreSQL cluster for one test run, deleted afterwards however the run ends."""

import contextlib
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

INSTALLED = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql*/bin")
# Few connections in a pool, so that one that is not returned is noticed soon.
POOL = 3
FAST = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "60",
    # Databases are emptied after each test, not in between.
    "autovacuum": "off",
}


class Missing(Exception):
    """PostgreSQL's server programs are not installed."""


@dataclass(frozen=True)
class Cluster:
    """A running server, reached by the socket in its folder as a superuser without a password."""

    folder: Path

    def url(self, database: str) -> str:
        return f"postgres://postgres@/{database}?host={quote(str(self.folder), safe='')}&maxsize={POOL}"


def programs() -> Path:
    """Return the folder with initdb and pg_ctl; Debian keeps one for each version outside PATH. Raises Missing."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    folders = [path.parent for pattern in INSTALLED for path in Path("/").glob(f"{pattern}/initdb")]
    if folders:
        return max(folders, key=lambda folder: [int(number) for number in re.findall(r"\d+", str(folder))])
    raise Missing("PostgreSQL's initdb was found neither in PATH nor where packages put it")


def _user() -> str | None:
    """Return the user to run the server as, because initdb refuses root; None for the present user."""
    if os.getuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in names)


@contextlib.contextmanager
def cluster() -> Iterator[Cluster]:
    """Start a server, stop it at the end and delete its files. Raises Missing."""
    bin_, user = programs(), _user()
    # Not under pytest's folder: the path of a socket can have at most 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="duijie-pg-"))
    data, options = folder / "data", " ".join(f"-c {name}='{value}'" for name, value in FAST.items())
    if user is not None:
        shutil.chown(folder, user)
    # When this process ends in any way, the pipe closes and the guard stops the server.
    guard = subprocess.Popen(
        ["sh", "-c", 'read -r _; "$1/pg_ctl" -D "$2/data" -m immediate stop; rm -rf "$2"', "-", bin_, folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        user=user,
        cwd="/",
        start_new_session=True,
    )
    try:
        _run(user, bin_ / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        options += f" -c unix_socket_directories='{folder}'"
        _run(user, bin_ / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
        yield Cluster(folder)
    finally:
        guard.communicate()


def _run(user: str | None, *command: str | Path) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, user=user, cwd="/")
