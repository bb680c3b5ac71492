"""Sections `[orders]`, `[payments]`, `[tickets]`, `[timeline]`: systems of the shop. docs/adapters.md."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from wavoice.runtime.settings_speech import Section, endpoint


def _is_endpoint(address: str) -> str:
    """Customers' orders and a secret go there: in the clear only inside one's own network."""
    return endpoint(address, "https://shop.example/admin-api", "customers' records", "secret")


_Endpoint = Annotated[str, AfterValidator(_is_endpoint)]


class Orders(Section):
    """The system that holds customers and orders."""

    backend: str = "http"
    """Entry point of the group `wavoice.orders`: `http` (the contract of adapters/orders_http.py), `vendure`,
    `medusa`, or one that another package brings."""
    base_url: _Endpoint | None = None
    """Root of its API, such as `https://shop.example/admin-api`; `http`: absent means `shop.base_url`."""
    user: str | None = None
    """Who logs in with `secret`; absent: `secret` is a key or bearer token."""
    secret: SecretStr | None = None
    """Secret reference: password of `user`, or a key; `http`: absent means `shop.token`."""
    statuses: dict[str, str] = Field(default_factory=dict)
    """The system's own names of statuses that wavoice does not know, e.g. `InProduction = "open"`; one of
    `open`, `packed`, `shipped`, `delivered`, `cancelled`. An order in any other status is not read."""
    promise_days: Annotated[int, Field(ge=0, le=365)] | None = None
    """Days after the order within which the shop delivers, for orders without a delivery day of their own;
    absent: such an order cannot be read while it is under way."""
    options: dict[str, str] = Field(default_factory=dict)
    """For backends of other packages, which say what they read here."""


class Payments(Section):
    """The system that holds the money, where that is not the order system."""

    backend: str | None = None
    """Entry point of the group `wavoice.payments`: `stripe`, or one that another package brings; absent:
    money goes back through the order system."""
    base_url: _Endpoint | None = None
    """Who answers instead of the provider itself; for tests and proxies."""
    secret: SecretStr | None = None
    """Secret reference: key of the API, as restricted as can be."""
    order_field: Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,40}$")] = "order"
    """`stripe`: key of the metadata that holds the order's number."""
    options: dict[str, str] = Field(default_factory=dict)
    """For backends of other packages, which say what they read here."""


class Tickets(Section):
    """The ticket system in which people find what was handed to them."""

    backend: str = "http"
    """Entry point of the group `wavoice.tickets`: `http` (the contract of adapters/tickets_http.py),
    `helpdesk` (django-helpdesk), or one that another package brings."""
    base_url: Annotated[str, Field(pattern=r"^https?://[^\s/?#]+[^\s?#]*$")] | None = None
    """Root of its API; absent: hand-offs stay in the store."""
    token: SecretStr | None = None
    """Secret reference: bearer token, or the password of `user`; none is sent if it is absent."""
    user: str | None = None
    """`helpdesk`: who logs in with `token`."""
    queue: str | None = None
    """`helpdesk`: number of the queue into which tickets go."""
    options: dict[str, str] = Field(default_factory=dict)
    """For backends of other packages, which say what they read here."""


class Timeline(Section):
    """The CRM in which people find what the bot has done."""

    base_url: Annotated[str, Field(pattern=r"^https?://[^\s/?#]+[^\s?#]*$")] | None = None
    """Root of the REST contract of adapters/timeline_http.py; absent: the journal alone tells of writes."""
    token: SecretStr | None = None
    """Secret reference: bearer token of that contract; none is sent if it is absent."""
