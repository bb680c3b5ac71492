"""`Target` on one Linux machine: folders of releases, two colours of a unit, Caddy before them."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from wavoice.deploy.errors import TargetError
from wavoice.deploy.extras import extras_of
from wavoice.deploy.package import WHEELS
from wavoice.deploy.release import Release
from wavoice.deploy.ssh import caddy, scripts, units
from wavoice.deploy.ssh.layout import Colour, Layout
from wavoice.deploy.ssh.machine import Facts, findings
from wavoice.deploy.ssh.remote import program
from wavoice.deploy.ssh.shipping import ABOUT, Shipping
from wavoice.deploy.ssh.slots import Slots, look
from wavoice.deploy.ssh.transport import Ssh, last_line
from wavoice.deploy.ssh.wheels import Packer, Wanted
from wavoice.deploy.target import Finding, Health, Holder, Ran, Standing
from wavoice.deploy.targets import TargetBackend
from wavoice.runtime.errors import ConfigError
from wavoice.runtime.model import SECOND
from wavoice.runtime.ports import Clock
from wavoice.runtime.settings import Settings

_RUN_SECONDS = 900.0
_NOT_FOUND = 127
"""Exit code of a shell whose program is not there."""
_TAIL = 4096


class SshTarget:
    """See `Target`. Use it as a context: leaving closes the connection, and changes nothing there."""

    def __init__(self, settings: Settings, clock: Clock, cache: Path, options: Sequence[str] = ()) -> None:
        """`cache`: where wheels are kept on this machine; `options`: further ones of `ssh`.

        Raises `ConfigError` if the settings name no machine, or no public address.
        """
        chosen, url = settings.deploy.ssh, settings.deploy.url
        if chosen.host is None:
            raise ConfigError("No machine is named.", remedy='Set deploy.ssh.host = "…" in wavoice.toml.')
        if url is None:
            raise ConfigError(
                "The bot has no public address.", remedy='Set deploy.url = "https://…" in wavoice.toml.'
            )
        self._settings, self._clock, self._url = settings, clock, url
        self._layout = Layout.of(chosen)
        login = ("-l", chosen.user) if chosen.user else ()
        door = ("-p", str(chosen.port)) if chosen.port else ()
        self._ssh = Ssh(chosen.host, (*login, *door, *options))
        self._host = f"{chosen.user}@{chosen.host}" if chosen.user else chosen.host
        self._packer = Packer(cache, self._host)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._ssh.close()

    @property
    def host(self) -> str:
        """See `Place`."""
        return self._host

    async def preflight(self) -> Sequence[Finding]:
        """See `Place`."""
        try:
            facts = await self._facts()
        except TargetError as error:
            return [Finding("reach", False, error.message, error.remedy)]
        address = urlsplit(self._url)
        leads_to = await _leads_to(address.hostname or "")
        port = address.port or (443 if address.scheme == "https" else 80)
        return list(findings(facts, self._layout, self._host, port, leads_to))

    async def lock(self, holder: Holder) -> Holder | None:
        """See `Place`."""
        wanted = json.dumps(asdict(holder)).encode()
        there = await self._ssh.script(scripts.LOCK, "taking the lock", self._layout.lock, data=wanted)
        return Holder(**json.loads(there)) if there.strip() else None

    async def holder(self) -> Holder | None:
        """See `Place`."""
        answer = await self._ssh.ask(["cat", self._layout.lock])
        return Holder(**json.loads(answer.out)) if answer.ok else None

    async def unlock(self) -> None:
        """See `Place`."""
        await self._ssh.run(["rm", "-f", self._layout.lock], "giving the lock back")

    async def read(self, name: str) -> str | None:
        """See `Place`."""
        answer = await self._ssh.ask(["cat", self._note(name)])
        return answer.out if answer.ok else None

    async def write(self, name: str, text: str) -> None:
        """See `Place`."""
        await self._ssh.run(["mkdir", "-p", self._layout.notes], "making the folder of notes")
        await self._ssh.put(text.encode(), self._note(name), f"writing {name}")

    async def append(self, name: str, line: str) -> None:
        """See `Place`."""
        data = f"{line.rstrip()}\n".encode()
        await self._ssh.script(scripts.APPEND, f"writing {name}", self._note(name), data=data)

    async def pack(self, folder: Path) -> str:
        """See `Releases`."""
        python = (await self._facts()).python()
        if python is None:
            raise TargetError("there is no Python that wavoice runs on", host=self._host)
        deploy = self._settings.deploy
        wanted = Wanted(python, extras_of(self._settings), deploy.packages)
        return await asyncio.to_thread(self._packer.pack, folder, wanted)

    async def ship(self, release: Release) -> str:
        """See `Releases`."""
        return await Shipping(self._ssh, self._layout, self._settings.store, self._host).ship(release)

    async def run(self, release: str, arguments: Sequence[str], *, given: str = "") -> Ran:
        """See `Releases`."""
        about = await self._about(release)
        command = units.one_shot(self._layout, release, about["credentials"], about["variables"])
        answer = await self._ssh.ask([*command, *arguments], data=given.encode(), seconds=_RUN_SECONDS)
        return Ran(answer.code, answer.out, answer.err[-_TAIL:])

    async def start(self, release: str) -> str:
        """See `Releases`."""
        about, slots = await self._about(release), await self._slots()
        layout, running = self._layout, slots.runs(release)
        if running is not None:
            return f"{running} runs it already"
        colour = Colour.BLUE if slots.live is None else slots.live[1].other
        unit = layout.unit(colour)
        drop_in = units.colour_of(layout, colour, release, about["credentials"], about["variables"])
        folder = f"{units.UNITS}/{unit}.d"
        await self._ssh.run(["mkdir", "-p", folder], "making the folder of the drop-in")
        await self._ssh.put(drop_in.encode(), f"{folder}/release.conf", "writing the drop-in")
        what = f"starting {unit}"
        await self._ssh.script(scripts.START, what, layout.slot(colour), layout.release(release), unit)
        return f"{unit} on port {layout.port(colour)}"

    async def health(self, release: str) -> Health:
        """See `Releases`."""
        slots = await self._slots()
        colour = slots.runs(release)
        if colour is None:
            return Health(ready=False, checks={"process": "it has ended"}, ended=True)
        port = str(self._layout.admin_port(colour))
        told = json.loads(await self._ssh.run([*program("health"), port], "asking for health"))
        return Health(told["ready"], told["checks"], told["metrics"], restarts=slots.restarts[colour])

    async def switch(self, release: str) -> str:
        """See `Releases`."""
        layout, colour = self._layout, (await self._slots()).runs(release)
        if colour is None:
            raise TargetError(f"{release} has no process; webhooks stay where they are", host=self._host)
        own = self._settings.deploy.ssh.tls == "own"
        text = caddy.site(layout, self._url, colour, release, own_authority=own)
        await self._ssh.script(
            scripts.SWITCH,
            "switching",
            *(layout.site, caddy.CADDYFILE, caddy.import_line(layout), layout.unit(colour)),
            layout.unit(colour.other),
            data=text.encode(),
        )
        return f"webhooks go to {colour}"

    async def stop(self, release: str, grace_seconds: float) -> str:
        """See `Releases`."""
        colour = (await self._slots()).runs(release)
        if colour is None:
            return "it had ended already"
        unit = self._layout.unit(colour)
        patience = units.grace(grace_seconds)
        ended = await self._ssh.script(
            scripts.STOP, f"stopping {unit}", unit, patience, seconds=grace_seconds + 60.0
        )
        match ended.strip():
            case "success":
                return f"{colour} ended by itself"
            case "timeout":
                return f"{colour} was killed after {grace_seconds:g} s"
            case other:
                return f"{colour} ended: {other}"

    async def prune(self, keep: int) -> Sequence[str]:
        """See `Releases`."""
        slots = await self._slots()
        held = {slots.releases[colour] for colour in Colour if slots.running[colour]}
        held |= {slots.live[0]} if slots.live else set()
        old = [release for release in slots.ready[:-keep] if release not in held]
        root = self._layout.root
        await self._ssh.script(scripts.PRUNE, "deleting old releases", root, *old, seconds=_RUN_SECONDS)
        return old

    async def standing(self) -> Standing:
        """See `Target`."""
        slots = await self._slots()
        running = tuple(slots.releases[colour] for colour in Colour if slots.running[colour])
        return Standing(slots.live[0] if slots.live else None, running, slots.ready)

    async def logs(self, release: str, lines: int) -> Sequence[str]:
        """See `Target`."""
        marked = units.identifier(self._layout, release)
        command = ["journalctl", "--quiet", "--output=cat", f"--identifier={marked}", f"--lines={lines}"]
        return (await self._ssh.run(command, "reading the journal")).splitlines()

    def _note(self, name: str) -> str:
        return f"{self._layout.notes}/{PurePosixPath(name).name}"

    async def _facts(self) -> Facts:
        names = [self._layout.unit(colour) for colour in Colour]
        before = self._clock.now() / SECOND
        answer = await self._ssh.ask([*program("probe"), self._layout.root, *names])
        after = self._clock.now() / SECOND
        if not answer.ok:
            raise TargetError(
                "Python is not there"
                if answer.code == _NOT_FOUND
                else f"it cannot be looked at: {last_line(answer.err) or f'exit code {answer.code}'}",
                host=self._host,
                remedy="On the machine: apt install python3 python3-venv",
            )
        return Facts.read(answer.out, before, after)

    async def _slots(self) -> Slots:
        return await look(self._ssh, self._layout)

    async def _about(self, release: str) -> dict[str, Any]:
        answer = await self._ssh.ask(["cat", f"{self._layout.release(release)}/{ABOUT}"])
        if not answer.ok:
            raise TargetError(f"there is no release {release}", host=self._host)
        return dict(json.loads(answer.out))


def _open(settings: Settings, clock: Clock) -> SshTarget:
    """Wheels are kept beside the settings, hidden from what is packed."""
    return SshTarget(settings, clock, settings.config.parent.resolve() / WHEELS)


BACKEND = TargetBackend(_open)
"""`[deploy] target = "ssh"`."""


async def _leads_to(name: str) -> Sequence[str]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except socket.gaierror:
        return ()
    return sorted({str(address[0]) for *_, address in found})
