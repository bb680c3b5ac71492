"""The part of the composition root that opens WhatsApp's and the shop's systems, and the ways to them."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TypeVar
from zoneinfo import ZoneInfo

import httpx

from wavoice.runtime import ports
from wavoice.runtime.adapters.graph import GraphSettings
from wavoice.runtime.adapters.money_apart import MoneyApart
from wavoice.runtime.adapters.public_hosts import PublicHosts, behind_a_proxy
from wavoice.runtime.adapters.systems import Around, orders_backend, payments_backend, tickets_backend
from wavoice.runtime.adapters.timeline_http import HttpTimeline
from wavoice.runtime.adapters.tls import tls
from wavoice.runtime.errors import ConfigError
from wavoice.runtime.policy import Policy
from wavoice.runtime.settings import Settings, resolve_secret
from wavoice.runtime.token import Admission

S = TypeVar("S")


async def http_client(stack: AsyncExitStack) -> httpx.AsyncClient:
    """Reaches every host."""
    return await stack.enter_async_context(httpx.AsyncClient(timeout=10, verify=tls()))


async def media_client(graph: GraphSettings, stack: AsyncExitStack) -> httpx.AsyncClient | None:
    """Reaches public hosts only; None where Graph is a simulator's, or a proxy looks names up."""
    if not graph.base_url.startswith("https:") or behind_a_proxy():
        return None
    public = PublicHosts(httpx.AsyncHTTPTransport(verify=tls()))
    return await stack.enter_async_context(httpx.AsyncClient(timeout=10, transport=public))


def graph_settings(settings: Settings, policy: Policy) -> GraphSettings:
    """The business number as the Graph client wants it. Raises `ConfigError`."""
    whatsapp = settings.whatsapp
    if whatsapp.phone_number_id is None:
        raise ConfigError(
            "No business number is configured.",
            remedy="Set whatsapp.phone_number_id in wavoice.toml.",
        )
    return GraphSettings(
        base_url=whatsapp.graph_base_url,
        version=whatsapp.graph_version,
        number=whatsapp.phone_number_id,
        access_token=resolve_secret(whatsapp.access_token),
        media_hosts=whatsapp.media_hosts,
        stall_seconds=policy.fetch_stall_seconds,
    )


def around_of(
    settings: Settings, http: httpx.AsyncClient, policy: Policy, admission: Admission, clock: ports.Clock
) -> Around:
    """What every backend is opened with beside its own settings."""
    return Around(
        http=http,
        admission=admission,
        zone=ZoneInfo(settings.shop.zone),
        now=clock.now,
        read_budget_seconds=policy.read_budget_seconds,
        write_budget_seconds=policy.write_budget_seconds,
    )


def orders_for(settings: Settings, around: Around, stack: AsyncExitStack) -> ports.Orders:
    """The shop's own HTTP API is where the shop is, if nothing else is said."""
    chosen, shop = settings.orders, settings.shop
    if chosen.backend == "http" and chosen.base_url is None:
        chosen = chosen.model_copy(update={"base_url": shop.base_url, "secret": shop.token})
    return closed(orders_backend(chosen.backend).open(chosen, around), stack)


def with_payments(
    orders: ports.Orders, settings: Settings, around: Around, stack: AsyncExitStack
) -> ports.Orders:
    """What moves money goes to the payment system, if there is one."""
    if settings.payments.backend is None:
        return orders
    payments = payments_backend(settings.payments.backend).open(settings.payments, around)
    return MoneyApart(orders, closed(payments, stack))


def tickets_for(settings: Settings, around: Around, stack: AsyncExitStack) -> ports.Tickets | None:
    """None: hand-offs stay in the store."""
    if settings.tickets.base_url is None:
        return None
    return closed(tickets_backend(settings.tickets.backend).open(settings.tickets, around), stack)


def closed(system: S, stack: AsyncExitStack) -> S:
    """It is closed at the end, if it holds anything."""
    if isinstance(system, ports.Closes):
        stack.push_async_callback(system.close)
    return system


def timeline_for(settings: Settings, http: httpx.AsyncClient, policy: Policy) -> HttpTimeline | None:
    """None: writes are noted in the journal alone."""
    if settings.timeline.base_url is None:
        return None
    token = settings.timeline.token
    secret = resolve_secret(token) if token else None
    return HttpTimeline(http, settings.timeline.base_url, secret, policy.write_budget_seconds)
