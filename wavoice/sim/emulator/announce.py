"""What `wavoice sim` tells at its start, and where `wavoice trigger` finds it."""

from __future__ import annotations

import json
import os
import shlex
from pathlib import Path
from typing import Any

from wavoice.sim.emulator import defaults
from wavoice.sim.emulator.server import Running, SimOptions

CONTROL_PORT = SimOptions().control_port


def as_json(running: Running, options: SimOptions) -> dict[str, Any]:
    """Return addresses and ids; secrets that the user chose are not repeated."""
    business = running.business
    return {
        "version": 1,
        "graph": running.graph,
        "media": running.media,
        "control": running.control,
        "phone_number_id": business.number,
        "waba_id": business.waba,
        "app_id": running.app_id,
        "display_phone_number": business.display_phone,
        "access_token": _known(options.access_token, defaults.ACCESS_TOKEN),
        "app_secret": _known(options.app_secret, defaults.APP_SECRET),
        "verify_token": _known(options.verify_token, defaults.VERIFY_TOKEN),
    }


def _known(secret: str, ours: str) -> str | None:
    return ours if secret == ours else None


def export_block(running: Running, references: dict[str, str]) -> str:
    """Return shell lines that point a bot at the simulator.

    `references` holds how each secret was given: `env:NAME` and `file:PATH` stay references.
    """
    host = running.media.removeprefix("http://")
    token, secret, verify = (references[name] for name in ("access_token", "app_secret", "verify_token"))
    business = running.business
    ours = {
        "WAVOICE_WHATSAPP__GRAPH_BASE_URL": running.graph,
        "WAVOICE_WHATSAPP__MEDIA_HOSTS": host,
        "WAVOICE_WHATSAPP__PHONE_NUMBER_ID": business.number,
        "WAVOICE_WHATSAPP__ACCESS_TOKEN": token,
        "WAVOICE_WHATSAPP__APP_SECRET": secret,
        "WAVOICE_WHATSAPP__VERIFY_TOKEN": verify,
    }
    # Names that other clients and tutorials use, Meta's own Node SDK among them.
    others = {
        "WHATSAPP_API_URL": running.graph,
        "WHATSAPP_PHONE_NUMBER_ID": business.number,
        "WHATSAPP_BUSINESS_ACCOUNT_ID": business.waba,
        "WHATSAPP_APP_ID": running.app_id,
        "WHATSAPP_ACCESS_TOKEN": token,
        "WHATSAPP_APP_SECRET": secret,
        "WHATSAPP_VERIFY_TOKEN": verify,
        "WA_PHONE_NUMBER_ID": business.number,
        "WA_BUSINESS_ACCOUNT_ID": business.waba,
        "CLOUD_API_ACCESS_TOKEN": token,
        "M4D_APP_ID": running.app_id,
        "M4D_APP_SECRET": secret,
        "WEBHOOK_VERIFICATION_TOKEN": verify,
    }
    known = {name: value for name, value in others.items() if not value.startswith(("env:", "file:"))}
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in {**ours, **known}.items())


def state_file() -> Path:
    """Where the running simulator leaves its addresses: in the cache folder of the user (XDG)."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(cache) / "wavoice" / "sim.json"


def leave_word(running: Running) -> str | None:
    """Write where the control API is, for `wavoice trigger`; the last simulator started is the one found.

    Returns why that could not be: a simulator also runs where nothing can be written.
    """
    file = state_file()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"version": 1, "control": running.control}) + "\n", encoding="utf-8")
    except OSError as error:
        return f"{file} cannot be written: {error.strerror}. `wavoice trigger` needs --control here."
    return None


def take_back_word(running: Running) -> None:
    """Remove it, unless another simulator has been started meanwhile."""
    if find_control() == running.control:
        state_file().unlink(missing_ok=True)


def find_control() -> str:
    """Return the address of the control API: of the last simulator started, else of the default port."""
    try:
        return str(json.loads(state_file().read_text(encoding="utf-8"))["control"])
    except (OSError, ValueError, KeyError, TypeError):
        return f"http://127.0.0.1:{CONTROL_PORT}"
