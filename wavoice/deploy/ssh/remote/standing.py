"""Prints which release each colour has, whether it runs, what Caddy was told, and what could be started.

Arguments: the root folder, the name of the units, the site file.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

RUNNING = ("active", "activating", "deactivating", "reloading")


def state(unit: str) -> dict[str, object]:
    """Whether the unit has a process, and how often systemd has started it again since it was started."""
    line = ["systemctl", "show", "--property=ActiveState,NRestarts", unit]
    asked = subprocess.run(line, capture_output=True, text=True, check=False)  # noqa: S603 -- root's own PATH
    told = dict(row.partition("=")[::2] for row in asked.stdout.splitlines())
    restarts = told.get("NRestarts", "")
    return {
        "running": told.get("ActiveState") in RUNNING,
        "restarts": int(restarts) if restarts.isdecimal() else 0,
    }


def main() -> None:
    """Print it."""
    root, name, site = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    slots = {}
    for colour in ("blue", "green"):
        link = root / "slots" / colour
        release = os.path.basename(os.readlink(link)) if link.is_symlink() else ""
        slots[colour] = {"release": release, **state(f"{name}@{colour}.service")}
    told = {
        "slots": slots,
        "site": site.read_text() if site.exists() else "",
        "ready": sorted(mark.parent.name for mark in root.glob("releases/*/ready")),
    }
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
