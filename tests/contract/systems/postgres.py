"""A PostgreSQL of our own on loopback, thrown away at the end. As root it gets another user to run it."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.contract.systems.kept import Say, Started, free_port, running, skip
from tests.postgres.server import NoPostgresError, as_user, programs, user_of_server


@contextmanager
def postgres(say: Say) -> Iterator[str]:
    """The address of an empty database. Skips, saying why, where there can be none."""
    try:
        folder_of_programs, user = programs(), user_of_server()
    except NoPostgresError as error:
        skip(say, f"Medusa needs PostgreSQL: {error}")
        raise
    initdb, server = str(folder_of_programs / "initdb"), str(folder_of_programs / "postgres")
    with tempfile.TemporaryDirectory() as folder:
        data, port = Path(folder) / "data", free_port()
        if user:
            shutil.chown(folder, user=user)
        made = subprocess.run(
            [initdb, "-D", str(data), "-A", "trust", "-U", "postgres", "--no-sync"],
            cwd=folder, capture_output=True, text=True, timeout=180, check=False, **as_user(user),
        )  # fmt: skip
        if made.returncode:
            skip(say, f"PostgreSQL cannot be set up: {made.stderr.strip()[-200:]}")
        options = {"listen_addresses": "127.0.0.1", "unix_socket_directories": folder, "fsync": "off"}
        told = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        what = Started(
            name="postgres",
            command=[server, "-D", str(data), "-p", str(port), *told],
            ready="ready to accept connections",
            env={"LC_ALL": "C"},
            cwd=Path(folder),
            user=user,
        )
        with running(what, say):
            yield f"postgres://postgres@127.0.0.1:{port}/postgres"
