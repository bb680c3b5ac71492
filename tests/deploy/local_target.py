"""A target in a folder of this machine: real files, real processes of `wavoice serve`, a door before them."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

import httpx

from tests.cli.commands import bare_environment, installed
from tests.serving.street import Door
from wavoice.deploy.errors import TargetError
from wavoice.deploy.package import hashes
from wavoice.deploy.release import BOT, MANIFEST, Release
from wavoice.deploy.target import Finding, Health, Holder, Ran, Standing


@dataclass(slots=True)
class Process:
    """One `wavoice serve` and what it says."""

    child: asyncio.subprocess.Process
    told: asyncio.Future[dict[str, str]]
    reading: list[asyncio.Task[None]] = field(default_factory=list)


@dataclass(slots=True)
class LocalTarget:
    """Releases under `folder/releases`, one store for all in `folder/data`."""

    folder: Path
    door: Door
    http: httpx.AsyncClient
    processes: dict[str, Process] = field(default_factory=dict)
    logged: dict[str, list[str]] = field(default_factory=dict)

    @property
    def host(self) -> str:
        return "localhost"

    @property
    def store(self) -> Path:
        return self.folder / "data" / "bot.sqlite"

    async def preflight(self) -> Sequence[Finding]:
        return [Finding("folder", ok=os.access(self.folder, os.W_OK), told="can be written")]

    async def lock(self, holder: Holder) -> Holder | None:
        try:
            (self.folder / "lock").mkdir()
        except FileExistsError:
            return await self.holder()
        (self.folder / "lock" / "holder.json").write_text(json.dumps(asdict(holder)))
        return None

    async def holder(self) -> Holder | None:
        file = self.folder / "lock" / "holder.json"
        return Holder(**json.loads(file.read_text())) if file.is_file() else None

    async def unlock(self) -> None:
        shutil.rmtree(self.folder / "lock", ignore_errors=True)

    async def read(self, name: str) -> str | None:
        file = self.folder / name
        return file.read_text() if file.is_file() else None

    async def write(self, name: str, text: str) -> None:
        (self.folder / f"{name}.part").write_text(text)
        (self.folder / f"{name}.part").replace(self.folder / name)

    async def append(self, name: str, line: str) -> None:
        with (self.folder / name).open("a") as file:
            file.write(f"{line}\n")

    async def pack(self, folder: Path) -> str:
        return "nothing else: this machine has wavoice"

    async def ship(self, release: Release) -> str:
        there = self._release(release.id)
        shutil.rmtree(there, ignore_errors=True)
        shutil.copytree(release.folder, there)
        found = {name: digest for name, digest in hashes(there).items() if name != MANIFEST}
        if found != release.files:
            raise TargetError("what arrived is not what was packed", host=self.host)
        secrets = self._secrets(release.id)
        secrets.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, secret in release.credentials.items():
            (secrets / name).write_text(secret.get_secret_value())
        self.store.parent.mkdir(exist_ok=True)
        return f"{len(found)} files, every hash as packed"

    async def run(self, release: str, arguments: Sequence[str], *, given: str = "") -> Ran:
        child = await asyncio.create_subprocess_exec(
            installed(),
            *arguments,
            cwd=self._release(release) / BOT,
            env=self._environment(release),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await child.communicate(given.encode())
        return Ran(child.returncode or 0, out.decode(), err.decode()[-4000:])

    async def start(self, release: str) -> str:
        child = await asyncio.create_subprocess_exec(
            installed(),
            *("serve", "--json", "--port", "0", "--admin-port", "0"),
            cwd=self._release(release) / BOT,
            env=self._environment(release),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        process = Process(child, asyncio.get_running_loop().create_future())
        process.reading = [
            asyncio.create_task(self._listens(process)),
            asyncio.create_task(self._logs(process, self.logged.setdefault(release, []))),
        ]
        self.processes[release] = process
        return f"process {child.pid}"

    async def health(self, release: str) -> Health:
        process = self.processes.get(release)
        if process is None or process.child.returncode is not None:
            return Health(ready=False, ended=True)
        if not process.told.done():
            return Health(ready=False)
        try:
            answer = await self.http.get(f"{process.told.result()['admin']}/readyz")
        except httpx.HTTPError:
            return Health(ready=False)
        checks = {name: str(check["told"]) for name, check in answer.json()["checks"].items()}
        return Health(answer.status_code == httpx.codes.OK, checks)

    async def switch(self, release: str) -> str:
        told = self.processes[release].told.result()
        await self.door.lead_to(told["webhook"].rpartition("/webhooks")[0])
        await self.write("live", release)
        return f"the door leads to {self.door.leads_to}"

    async def stop(self, release: str, grace_seconds: float) -> str:
        process = self.processes.pop(release, None)
        if process is None:
            return f"{release} had no process"
        with suppress(ProcessLookupError):
            process.child.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(grace_seconds):
                code = await process.child.wait()
        except TimeoutError:
            process.child.kill()
            code = await process.child.wait()
        await asyncio.gather(*process.reading)
        return f"{release} ended with {code}"

    async def prune(self, keep: int) -> Sequence[str]:
        standing = await self.standing()
        gone = [each for each in standing.kept[:-keep] if each not in (standing.live, *standing.running)]
        for each in gone:
            shutil.rmtree(self._release(each))
        return gone

    async def standing(self) -> Standing:
        kept = self.folder / "releases"
        names = tuple(sorted(each.name for each in kept.iterdir())) if kept.is_dir() else ()
        return Standing(await self.read("live"), tuple(self.processes), names)

    async def logs(self, release: str, lines: int) -> Sequence[str]:
        return self.logged.get(release, [])[-lines:]

    async def close(self) -> None:
        for release in list(self.processes):
            await self.stop(release, 10)

    async def _listens(self, process: Process) -> None:
        assert process.child.stdout is not None
        line = await process.child.stdout.readline()
        if line:
            process.told.set_result(json.loads(line))

    async def _logs(self, process: Process, lines: list[str]) -> None:
        assert process.child.stderr is not None
        async for line in process.child.stderr:
            lines.append(line.decode().rstrip("\n"))

    def _release(self, release: str) -> Path:
        return self.folder / "releases" / release

    def _secrets(self, release: str) -> Path:
        return self.folder / "credentials" / release

    def _environment(self, release: str) -> dict[str, str]:
        return {
            **bare_environment(),
            "CREDENTIALS_DIRECTORY": str(self._secrets(release)),
            "WAVOICE_STORE__PATH": str(self.store),
        }
