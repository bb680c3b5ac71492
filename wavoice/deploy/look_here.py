"""What a preflight looks at on this machine: the settings, secrets, jobs, scenarios, servers, names."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from wavoice.deploy.callback import callback_url
from wavoice.deploy.credentials import travelling
from wavoice.deploy.project import project_files
from wavoice.deploy.target import Finding
from wavoice.runtime.adapters.mcp_survey import survey
from wavoice.runtime.author.load import load_app
from wavoice.runtime.errors import ConfigError
from wavoice.runtime.settings import Settings, resolve_secret, set_variables

LEAST_FREE = 1_000_000_000
"""Bytes that packing needs here: wheels of speech models are large."""


_TRAVELLING = frozenset(f"WAVOICE_WHATSAPP__{key}" for key in ("ACCESS_TOKEN", "APP_SECRET", "VERIFY_TOKEN"))
"""Variables that travel as credentials, where the settings file does not refer to others."""


async def look_here(settings: Settings) -> Sequence[Finding]:
    """Everything that this machine can say before anything is changed. Contacts MCP servers and DNS only."""
    findings = [*_settings(settings), *_money(settings), _disk(settings)]
    if settings.mcp:
        findings += await asyncio.to_thread(lambda: list(_servers(settings)))
    return [*findings, await _name(settings)]


def _settings(settings: Settings) -> Iterator[Finding]:
    try:
        load_app(settings)
        yield Finding("jobs", ok=True, told=settings.bot.app or "the sample bot")
    except ConfigError as error:
        yield Finding("jobs", ok=False, told=error.message, remedy=error.remedy)
    try:
        travels = travelling(settings)
        count = len(project_files(settings, travels.files))
        found = travels.secrets()
        told = f"{len(found)} found: {', '.join(sorted(found))}"
        yield Finding("secrets", ok=True, told=told)
        yield Finding("files", ok=True, told=f"{count + 1} to ship")
    except ConfigError as error:
        yield Finding("secrets", ok=False, told=error.message, remedy=error.remedy)
    if stray := sorted(set(set_variables()) - _TRAVELLING):
        yield Finding(
            "variables",
            ok=False,
            told=f"set here and not shipped: {', '.join(stray)}",
            remedy="Write into wavoice.toml what the target needs of them.",
            needed=False,
        )


def _money(settings: Settings) -> Iterator[Finding]:
    """A key of the provider's test mode moves no money: that is fine on purpose only."""
    payments = settings.payments
    if payments.backend != "stripe" or payments.secret is None:
        return
    try:
        key = resolve_secret(payments.secret).get_secret_value()
    except ConfigError:
        return  # `secrets` has said so
    if "_test_" in key:
        remedy = "Give payments.secret a live restricted key when it is to move money."
        yield Finding("payments", ok=False, told="a test key: no money moves", remedy=remedy, needed=False)
    elif key.startswith("sk_"):
        remedy = "Give payments.secret a restricted key (rk_live_…) that may do refunds and nothing else."
        yield Finding("payments", ok=False, told="a key that may do everything", remedy=remedy, needed=False)
    else:
        yield Finding("payments", ok=True, told="a restricted live key")


def _disk(settings: Settings) -> Finding:
    free = shutil.disk_usage(settings.config.parent.resolve()).free
    told = f"{free // 1_000_000} MB free here"
    return Finding(
        "disk here", ok=free >= LEAST_FREE, told=told, remedy="Make room." if free < LEAST_FREE else ""
    )


def _servers(settings: Settings) -> Iterator[Finding]:
    for each in survey(settings.mcp):
        wrong = list(each.troubles)
        if not wrong:
            yield Finding(f"mcp.{each.name}", ok=True, told="reachable, all listed tools as pinned")
        for trouble, remedy in wrong:
            yield Finding(f"mcp.{each.name}", ok=False, told=trouble, remedy=remedy)


async def _name(settings: Settings) -> Finding:
    """Where the public name leads; whether it leads to the target only the target can say."""
    if settings.deploy.webhook == "off" and settings.deploy.url is None:
        return Finding("name", ok=True, told="none given: the callback is set elsewhere", needed=False)
    try:
        host = urlsplit(callback_url(settings)).hostname or ""
        found = await asyncio.get_running_loop().getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except ConfigError as error:
        return Finding("name", ok=False, told=error.message, remedy=error.remedy)
    except OSError as error:
        return Finding(
            "name",
            ok=False,
            told=f"{host} leads nowhere ({error.strerror or error})",
            remedy="Add an A (and AAAA) record for it that leads to the bot's machine, and wait for it.",
        )
    addresses = sorted({str(address[4][0]) for address in found})
    return Finding("name", ok=True, told=f"{host} leads to {', '.join(addresses)}")
