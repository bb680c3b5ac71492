"""The Compose file: one bot on one machine (compose-spec.io)."""

from __future__ import annotations

from typing import Any

from wavoice.deploy.image.plan import ADMIN_PORT, DATA, PORT, USER, Plan

_READY = f"import urllib.request as r; r.urlopen('http://127.0.0.1:{ADMIN_PORT}/readyz', timeout=3)"
"""Raises, and so ends with 1, unless the answer is 200."""


def compose(plan: Plan) -> dict[str, Any]:
    """The document. Its ports are the machine's alone: a proxy with a certificate goes before the webhook."""
    bot: dict[str, Any] = {
        "image": plan.image,
        "build": {"context": ".", "dockerfile": "Containerfile"},
        "environment": dict(plan.variables),
        "secrets": list(plan.secrets),
        "ports": [f"127.0.0.1:{PORT}:{PORT}", f"127.0.0.1:{ADMIN_PORT}:{ADMIN_PORT}"],
        "user": f"{USER}:{USER}",
        "read_only": True,
        "tmpfs": ["/tmp"],  # noqa: S108 -- the container's own
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "mem_limit": plan.wishes.memory.replace("Gi", "g").replace("Mi", "m"),
        "init": True,
        "restart": "unless-stopped",
        "stop_grace_period": f"{plan.end_seconds}s",
        "healthcheck": {
            "test": ["CMD", "python3", "-c", _READY],
            "interval": "10s",
            "timeout": "5s",
            "retries": 3,
            "start_period": f"{plan.ready_seconds}s",
        },
    }
    document: dict[str, Any] = {"name": plan.name, "services": {"bot": bot}}
    document["secrets"] = {name: {"file": f"./secrets/{name}"} for name in plan.secrets}
    if plan.sqlite:
        bot["volumes"] = [f"data:{DATA}"]
        document["volumes"] = {"data": {}}
    return document
