"""A PostgreSQL of our own on loopback, thrown away at the end. As root it gets another user to run it."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.contract.systems.kept import Say, Started, free_port, running, skip

PLACES = ("/usr/local/bin", *sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True))


@contextmanager
def postgres(say: Say) -> Iterator[str]:
    """The address of an empty database. Skips, saying why, where there can be none."""
    places = os.pathsep.join((os.environ["PATH"], *PLACES))
    initdb, server = (shutil.which(name, path=places) for name in ("initdb", "postgres"))
    if initdb is None or server is None:
        skip(say, "Medusa needs PostgreSQL (initdb, postgres)")
        raise AssertionError
    user = _user(say)
    with tempfile.TemporaryDirectory() as folder:
        data, port = Path(folder) / "data", free_port()
        if user:
            shutil.chown(folder, user=user)
        made = subprocess.run(
            [initdb, "-D", str(data), "-A", "trust", "-U", "postgres", "--no-sync"],
            cwd=folder, capture_output=True, text=True, timeout=180, check=False, **_as(user),
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


def _user(say: Say) -> str | None:
    """Who runs it instead of root; None: we are not root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    skip(say, "PostgreSQL does not run as root, and there is no user to run it")
    raise AssertionError


def _as(user: str | None) -> dict[str, Any]:
    return {"user": user, "extra_groups": []} if user else {}
