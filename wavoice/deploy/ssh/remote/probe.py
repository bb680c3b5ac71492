"""Prints what this machine is and has, as one JSON object. Changes nothing."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

PYTHONS = ("python3", "python3.13", "python3.12", "python3.11")
PROGRAMS = ("caddy", "systemctl", "systemd-creds", "systemd-run", "systemd-analyze", "tar", "useradd")
ABOUT = """
import json, platform, sys
try:
    import ensurepip, venv
    complete = True
except ImportError:
    complete = False
print(json.dumps({"version": list(sys.version_info[:3]), "kind": sys.implementation.name,
                  "path": sys.executable, "machine": platform.machine(), "venv": complete,
                  "libc": platform.libc_ver()}))
"""
LISTENING = "0A"


def said(*command: str) -> str:
    """What a command prints; empty if it is missing or fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)  # noqa: S603 -- constants
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def pythons() -> list[dict[str, object]]:
    """Every Python by its real path."""
    found: dict[str, dict[str, object]] = {}
    for name in PYTHONS:
        told = said(name, "-I", "-c", ABOUT) if shutil.which(name) else ""
        if told:
            about = json.loads(told)
            found.setdefault(os.path.realpath(about["path"]), about)
    return list(found.values())


def listening() -> list[int]:
    """Ports on which anything listens, on any address."""
    ports: set[int] = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        if os.path.exists(table):
            rows = [line.split() for line in Path(table).read_text().splitlines()[1:]]
            ports.update(int(row[1].rpartition(":")[2], 16) for row in rows if row[3] == LISTENING)
    return sorted(ports)


def release() -> str:
    """Name and version of the distribution."""
    file = Path("/etc/os-release")
    lines = file.read_text().splitlines() if file.exists() else []
    pairs = dict(line.partition("=")[::2] for line in lines if "=" in line)
    return pairs.get("PRETTY_NAME", platform.platform()).strip('"')


def disk(folder: str) -> int:
    """Free megabytes where `folder` is or would be."""
    while not os.path.exists(folder):
        folder = os.path.dirname(folder)
    return shutil.disk_usage(folder).free // 1_000_000


def systemd() -> int:
    """Version of systemd; 0: none is running."""
    words = said("systemctl", "--version").split()
    running = os.path.isdir("/run/systemd/system")
    return int("".join(filter(str.isdigit, words[1].split(".")[0]))) if running and len(words) > 1 else 0


def main() -> None:
    """Look at everything."""
    folder, units = sys.argv[1], sys.argv[2:]
    caddyfile = Path("/etc/caddy/Caddyfile")
    facts = {
        "now": time.time(),
        "system": release(),
        "kind": platform.system(),
        "machine": platform.machine(),
        "pythons": pythons(),
        "systemd": systemd(),
        "disk_mb": disk(folder),
        "memory_mb": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1_000_000,
        "missing": [name for name in PROGRAMS if shutil.which(name) is None],
        "listening": listening(),
        "caddy": said("caddy", "version").split(" ")[0],
        "caddy_active": said("systemctl", "is-active", "caddy") == "active",
        "caddyfile": caddyfile.read_text() if caddyfile.exists() else None,
        "synchronised": said("timedatectl", "show", "--property=NTPSynchronized", "--value"),
        "addresses": said("hostname", "-I").split(),
        "active": [unit for unit in units if said("systemctl", "is-active", unit) == "active"],
    }
    sys.stdout.write(json.dumps(facts))


if __name__ == "__main__":
    main()
