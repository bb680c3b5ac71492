"""Everything that a deploy speaks to, opened as the settings say."""

from __future__ import annotations

import getpass
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx

from wavoice.deploy.gate import judge
from wavoice.deploy.meta import Meta
from wavoice.deploy.steps import Step
from wavoice.deploy.targets import open_target
from wavoice.deploy.work import Around, Person
from wavoice.runtime.adapters.clock import SystemClock, Uuid7Ids
from wavoice.runtime.adapters.graph import GraphClient
from wavoice.runtime.adapters.tls import tls
from wavoice.runtime.build_systems import graph_settings
from wavoice.runtime.policy import Policy
from wavoice.runtime.ports import Clock
from wavoice.runtime.settings import Settings

PATIENCE = 30.0
"""Seconds for one call to Meta or to the bot: Meta asks the bot while it is asked."""


@asynccontextmanager
async def opened(settings: Settings, report: Callable[[Step], None]) -> AsyncIterator[Around]:
    """Open it while the context lasts. Raises `ConfigError`, `UserInputError`."""
    clock = SystemClock()
    async with open_target(settings, clock) as target, internet() as http:
        yield Around(
            settings=settings,
            target=target,
            meta=Meta(settings.whatsapp, http),
            http=http,
            clock=clock,
            ids=Uuid7Ids(),
            person=whoami(),
            report=report,
            judge=judge,
        )


@asynccontextmanager
async def internet() -> AsyncIterator[httpx.AsyncClient]:
    """A client for Meta and for the bot's public address."""
    async with httpx.AsyncClient(timeout=PATIENCE, verify=tls()) as http:
        yield http


def channel_of(settings: Settings, http: httpx.AsyncClient, clock: Clock) -> GraphClient:
    """The client that serves production. Raises `ConfigError`."""
    return GraphClient(graph_settings(settings, Policy()), http, clock)


def whoami() -> Person:
    """Who deploys, as others will read it in the lock and in the audit."""
    return Person(f"{getpass.getuser()}@{socket.gethostname()}", os.getpid(), _alive)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # somebody else's: it is there
    return True
