"""A PostgreSQL cluster for one run of the tests, thrown away afterwards however the run ends."""

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
# Connections of a pool: few, so that one that is not given back is soon missed.
POOL = 3
FAST = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "60",
}


class Missing(Exception):
    """PostgreSQL's server programs are not installed."""


@dataclass(frozen=True)
class Cluster:
    """A running server, reached over the socket in its folder by a superuser without a password."""

    folder: Path

    def url(self, database: str) -> str:
        return f"postgres://postgres@/{database}?host={quote(str(self.folder), safe='')}&maxsize={POOL}"


def programs() -> Path:
    """The folder with initdb and pg_ctl; Debian keeps it outside PATH, one for each version. Raises Missing."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    folders = [path.parent for pattern in INSTALLED for path in Path("/").glob(f"{pattern}/initdb")]
    if folders:
        return max(folders, key=lambda folder: [int(number) for number in re.findall(r"\d+", str(folder))])
    raise Missing("PostgreSQL's initdb was found neither in PATH nor where packages put it")


def _user() -> str | None:
    """Whom to run the server as: initdb refuses root. None: whoever runs the tests."""
    if os.getuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in names)


@contextlib.contextmanager
def cluster() -> Iterator[Cluster]:
    """Start a server, and stop it and delete its files at the end. Raises Missing."""
    bin_, user = programs(), _user()
    # Not under pytest's folder: a socket's path may have 107 characters at most.
    folder = Path(tempfile.mkdtemp(prefix="duijie-pg-"))
    data, options = folder / "data", " ".join(f"-c {name}='{value}'" for name, value in FAST.items())
    if user is not None:
        shutil.chown(folder, user)
    # Whatever ends this process closes the pipe, and then the guard ends the server.
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
