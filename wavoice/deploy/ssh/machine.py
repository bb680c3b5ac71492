"""What a machine is and has, and what it lacks before a bot can live there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wavoice.deploy.ssh.caddy import import_line
from wavoice.deploy.ssh.layout import Colour, Layout
from wavoice.deploy.ssh.python import Python, usable
from wavoice.deploy.target import Finding

OLDEST_SYSTEMD = 250
"""The first that decrypts credentials for a unit (systemd's NEWS of 250)."""
NEEDED_MB = 2_500
"""Two releases and the wheels of both."""
WANTED_MEMORY_MB = 1_800
"""Two processes with Whisper base at the same time, during a switch."""
CLOCK_SECONDS = 5.0
"""A clock that is wrong by more lets questions expire too early or too late."""
_APT = {
    "caddy": "caddy",
    "systemctl": "systemd",
    "systemd-creds": "systemd",
    "systemd-run": "systemd",
    "systemd-analyze": "systemd",
    "tar": "tar",
    "useradd": "passwd",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What `remote/probe.py` found; `skew` is the machine's clock less ours, in seconds."""

    found: Mapping[str, Any]
    skew: float

    @classmethod
    def read(cls, text: str, before: float, after: float) -> Facts:
        """`before` and `after` are our clock around the probe: nothing is known of the time between."""
        found = json.loads(text)
        now = float(found["now"])
        skew = now - before if now < before else now - after if now > after else 0.0
        return cls(found, skew)

    def python(self) -> Python | None:
        """The first Python there that wavoice runs on."""
        return next((python for each in self.found["pythons"] if (python := usable(each)) is not None), None)

    @property
    def active(self) -> Sequence[str]:
        """Units of the bot that run."""
        return tuple(self.found["active"])


def findings(
    facts: Facts, layout: Layout, host: str, port: int, leads_to: Sequence[str]
) -> Iterator[Finding]:
    """Everything that was looked at. `port` is the public one, `leads_to` what the bot's name resolves to."""
    found = facts.found
    yield Finding("reach", True, f"ssh {host}, as root")
    yield Finding("system", found["kind"] == "Linux", found["system"], "A Linux machine is needed.")
    yield _systemd(int(found["systemd"]))
    yield _programs(found["missing"])
    yield _python(facts)
    yield _disk(int(found["disk_mb"]), layout)
    yield _memory(int(found["memory_mb"]))
    yield _clock(facts)
    yield _web(found, port)
    yield from _colours(facts, layout)
    yield _caddyfile(found, layout)
    yield _address(found, leads_to)


def _finding(name: str, ok: bool, told: str, remedy: str, *, needed: bool = True) -> Finding:
    return Finding(name, ok, told, "" if ok else remedy, needed)


def _systemd(version: int) -> Finding:
    told = f"systemd {version}" if version else "systemd does not run"
    remedy = f"systemd {OLDEST_SYSTEMD} or newer is needed: Debian 12, Ubuntu 24.04."
    return _finding("systemd", version >= OLDEST_SYSTEMD, told, remedy)


def _programs(missing: Sequence[str]) -> Finding:
    packages = " ".join(sorted({_APT[name] for name in missing}))
    told = f"missing: {', '.join(missing)}" if missing else "all there"
    return _finding("programs", not missing, told, f"On the machine: apt install {packages}")


def _python(facts: Facts) -> Finding:
    python = facts.python()
    there = ", ".join(".".join(map(str, each["version"])) for each in facts.found["pythons"])
    if python is not None:
        return Finding("python", True, str(python))
    incomplete = any(not each["venv"] for each in facts.found["pythons"])
    remedy = "On the machine: apt install python3-venv" if incomplete else "Python 3.11 to 3.13 is needed."
    return Finding("python", False, f"found: {there or 'none'}", remedy)


def _disk(free: int, layout: Layout) -> Finding:
    remedy = f"{NEEDED_MB / 1000:g} GB are needed where {layout.root} is; older releases go with --keep."
    return _finding("disk", free >= NEEDED_MB, f"{free / 1000:.1f} GB free", remedy)


def _memory(there: int) -> Finding:
    remedy = "During a switch two processes hold the models; with less memory the machine may swap."
    return _finding("memory", there >= WANTED_MEMORY_MB, f"{there / 1000:.1f} GB", remedy, needed=False)


def _clock(facts: Facts) -> Finding:
    told = f"{abs(facts.skew):.1f} s {'ahead of' if facts.skew > 0 else 'behind'} this machine"
    if facts.skew == 0:
        told = "agrees with this machine"
    if facts.found["synchronised"] == "no":
        told += ", not synchronised"
    remedy = "On the machine: timedatectl set-ntp true"
    return _finding("clock", abs(facts.skew) <= CLOCK_SECONDS, told, remedy)


def _web(found: Mapping[str, Any], port: int) -> Finding:
    taken = port in found["listening"]
    if taken and not found["caddy_active"]:
        return Finding("web", False, f"something other than Caddy listens on port {port}", "Stop it.")
    told = f"Caddy {found['caddy']}" if found["caddy"] else "Caddy is not there"
    remedy = "On the machine: systemctl enable --now caddy"
    return _finding("web", bool(found["caddy_active"]), told, remedy)


def _colours(facts: Facts, layout: Layout) -> Iterator[Finding]:
    listening = set(facts.found["listening"])
    wanted = {
        port
        for colour in Colour
        if layout.unit(colour) not in facts.active
        for port in (layout.port(colour), layout.admin_port(colour))
    }
    taken = sorted(wanted & listening)
    told = f"taken by something else: {', '.join(map(str, taken))}" if taken else "free, or the bot's own"
    yield _finding(
        "ports", not taken, told, "Set deploy.ssh.ports to two others; the admin ports are 100 higher."
    )


def _caddyfile(found: Mapping[str, Any], layout: Layout) -> Finding:
    text = found["caddyfile"]
    if text is None:
        return Finding("caddyfile", False, "/etc/caddy/Caddyfile is not there", "Install Caddy's package.")
    line = import_line(layout)
    told = "imports the bot's site" if line in text.splitlines() else f"one line will be added: {line}"
    return Finding("caddyfile", True, told)


def _address(found: Mapping[str, Any], leads_to: Sequence[str]) -> Finding:
    if not leads_to:
        remedy = "Add an A or AAAA record for it: without one there is no certificate."
        return Finding("address", False, "the bot's name does not resolve", remedy)
    here = set(leads_to) & {*found["addresses"], "127.0.0.1", "::1"}
    remedy = "If the machine has that address behind a router, all is well; else change the DNS record."
    return _finding("address", bool(here), f"leads to {', '.join(leads_to)}", remedy, needed=False)
