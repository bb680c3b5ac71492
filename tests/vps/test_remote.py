"""Programs that are sent to a machine, run here as there: by a plain Python, nothing of ours imported."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from wavoice.deploy.ssh.machine import Facts
from wavoice.deploy.ssh.remote import program
from wavoice.sim.tcp import serve


def run(name: str, *arguments: str, given: object = None) -> Any:
    _, *line = program(name)
    done = subprocess.run(
        [sys.executable, *line, *arguments],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


FILES = {"bot/bot.py": b"print()", "bot/copy.py": b"print()", "wheels/a.whl": b"wheel"}


class TestPlace:
    def given(self, folder: Path) -> dict[str, object]:
        blobs = folder / "blobs"
        blobs.mkdir()
        for data in FILES.values():
            (blobs / sha(data)).write_bytes(data)
        files = {path: sha(data) for path, data in FILES.items()}
        return {"blobs": str(blobs), "folder": str(folder / "files"), "files": files}

    def test_the_folder_holds_exactly_the_files(self, tmp_path: Path) -> None:
        given = self.given(tmp_path)
        (tmp_path / "files").mkdir()
        (tmp_path / "files/left.py").write_text("of an earlier try")
        assert run("place", given=given) == {"wrong": []}
        there = {path for path in (tmp_path / "files").rglob("*") if path.is_file()}
        told = {path.relative_to(tmp_path / "files").as_posix(): path.read_bytes() for path in there}
        assert told == FILES

    def test_nothing_is_placed_if_one_hash_is_wrong(self, tmp_path: Path) -> None:
        given = self.given(tmp_path)
        damaged = tmp_path / "blobs" / sha(b"wheel")
        damaged.write_bytes(b"wheeI")
        assert run("place", given=given) == {"wrong": ["wheels/a.whl"]}
        assert not (tmp_path / "files").exists()
        assert not damaged.exists(), "the next try must send it again"

    def test_a_missing_file_is_wrong(self, tmp_path: Path) -> None:
        given = self.given(tmp_path)
        (tmp_path / "blobs" / sha(b"print()")).unlink()
        assert run("place", given=given) == {"wrong": ["bot/bot.py", "bot/copy.py"]}


class TestHealth:
    async def asked(self, status: int, body: dict[str, object]) -> Any:
        app = Starlette(
            routes=[
                Route("/readyz", lambda _: JSONResponse(body, status_code=status)),
                Route("/metrics", lambda _: PlainTextResponse("turns_total 3\n")),
            ]
        )
        async with serve(app) as port:
            return await asyncio.to_thread(run, "health", str(port))

    async def test_a_process_that_is_ready(self) -> None:
        body = {"ready": True, "checks": {"database": {"ok": True, "told": "ok"}}}
        told = await self.asked(200, body)
        assert told == {"ready": True, "checks": {"database": "ok"}, "metrics": "turns_total 3\n"}

    async def test_a_process_that_still_opens(self) -> None:
        body = {"ready": False, "checks": {"models": {"ok": False, "told": "opening"}}}
        told = await self.asked(503, body)
        assert (told["ready"], told["checks"]) == (False, {"models": "opening"})

    def test_nobody_is_there(self) -> None:
        with socket.socket() as taken:  # bound, and never listened on
            taken.bind(("127.0.0.1", 0))
            told = run("health", str(taken.getsockname()[1]))
        assert told == {"ready": False, "checks": {}, "metrics": ""}


@pytest.mark.skipif(sys.platform != "linux", reason="it reads /proc")
def test_the_probe_finds_this_python_and_a_port(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        found = run("probe", str(tmp_path / "not/there/yet"))
        assert listening.getsockname()[1] in found["listening"]
    assert found["machine"] == os.uname().machine
    assert found["disk_mb"] > 0
    facts = Facts.read(json.dumps(found), found["now"] - 1, found["now"] + 1)
    assert facts.skew == 0


@pytest.mark.parametrize(("now", "skew"), [(100.0, -5.0), (106.0, 0.0), (115.0, 5.0)])
def test_a_clock_is_wrong_by_what_lies_outside_the_call(now: float, skew: float) -> None:
    assert Facts.read(json.dumps({"now": now}), 105.0, 110.0).skew == skew
