"""The shop's own systems: connectors that packages offer as entry points. docs/adapters.md.

A package offers one under `wavoice.orders`, `wavoice.payments` or `wavoice.tickets`: the entry point names
an `OrdersBackend`, a `PaymentsBackend` or a `TicketsBackend`, the `backend` of the section names the entry
point. Only what is chosen is imported. What a connector owes is written down as tests: tests/contract/.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

import httpx

from wavoice.runtime.adapters.offered import loaded
from wavoice.runtime.adapters.orders_http import HttpOrders
from wavoice.runtime.adapters.tickets_http import HttpTickets
from wavoice.runtime.errors import ConfigError
from wavoice.runtime.model import Micros
from wavoice.runtime.ports import Orders, Payments, Tickets
from wavoice.runtime.settings import resolve_secret
from wavoice.runtime.settings_systems import Orders as OrdersSettings
from wavoice.runtime.settings_systems import Payments as PaymentsSettings
from wavoice.runtime.settings_systems import Tickets as TicketsSettings
from wavoice.runtime.token import Admission

ORDERS: Final = "wavoice.orders"
PAYMENTS: Final = "wavoice.payments"
TICKETS: Final = "wavoice.tickets"


@dataclass(frozen=True, slots=True)
class Around:
    """What a connector is given beside its settings."""

    http: httpx.AsyncClient
    """Closed by whoever made it; its own time-outs do not apply."""
    admission: Admission
    """Asked before every write: nothing is sent unless it takes the token."""
    zone: tzinfo
    """Where the shop's days begin."""
    now: Callable[[], Micros]
    """The clock of this installation."""
    read_budget_seconds: float
    """Longest wait for a read or a look-up as a whole, however many calls it takes."""
    write_budget_seconds: float


@dataclass(frozen=True, slots=True)
class OrdersBackend:
    """How to get an order system. Nothing here opens a connection."""

    open: Callable[[OrdersSettings, Around], Orders]
    """Raises `ConfigError` for settings that cannot be. What it returns is closed if it has `close`."""


@dataclass(frozen=True, slots=True)
class PaymentsBackend:
    """How to get a payment system. Nothing here opens a connection."""

    open: Callable[[PaymentsSettings, Around], Payments]
    """Raises `ConfigError` for settings that cannot be. What it returns is closed if it has `close`."""


@dataclass(frozen=True, slots=True)
class TicketsBackend:
    """How to get a ticket system. Nothing here opens a connection."""

    open: Callable[[TicketsSettings, Around], Tickets]
    """Raises `ConfigError` for settings that cannot be. What it returns is closed if it has `close`."""


def orders_backend(name: str) -> OrdersBackend:
    """The backend of that name. Raises `ConfigError`, which names those that there are."""
    return HTTP_ORDERS if name == "http" else loaded(ORDERS, name, OrdersBackend, "orders.backend")


def payments_backend(name: str) -> PaymentsBackend:
    """The backend of that name. Raises `ConfigError`, which names those that there are."""
    return loaded(PAYMENTS, name, PaymentsBackend, "payments.backend")


def tickets_backend(name: str) -> TicketsBackend:
    """The backend of that name. Raises `ConfigError`, which names those that there are."""
    return HTTP_TICKETS if name == "http" else loaded(TICKETS, name, TicketsBackend, "tickets.backend")


def _http_orders(settings: OrdersSettings, around: Around) -> Orders:
    if settings.base_url is None:
        raise ConfigError("No system of record is configured.", remedy="Set shop.base_url in wavoice.toml.")
    return HttpOrders(
        around.http,
        settings.base_url,
        resolve_secret(settings.secret) if settings.secret else None,
        around.read_budget_seconds,
        around.write_budget_seconds,
        around.admission,
    )


def _http_tickets(settings: TicketsSettings, around: Around) -> Tickets:
    token = resolve_secret(settings.token) if settings.token else None
    return HttpTickets(around.http, settings.base_url or "", token, around.write_budget_seconds)


HTTP_ORDERS = OrdersBackend(_http_orders)
HTTP_TICKETS = TicketsBackend(_http_tickets)
