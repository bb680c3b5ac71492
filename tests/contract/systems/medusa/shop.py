"""A Medusa server of our own: installed, migrated, started, filled and looked at over its admin API."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

import httpx

from tests.contract.systems.kept import HERE, Say, Started, free_port, npm, run, running
from tests.contract.systems.postgres import postgres
from tests.contract.systems.shops import ADDRESS, ALL, PRICE

VERSION = "2.21.2"
PACKAGES = tuple(f"@medusajs/{name}@{VERSION}" for name in ("medusa", "framework", "cli"))
EMAIL, SECRET = "bot@example.com", "secret-of-the-bot"
FOLDERS = ("api", "modules", "links", "workflows", "subscribers", "jobs")


class MedusaShop:
    """`shops.Backoffice`. Orders are marked as paid by hand: there is no card."""

    name = "medusa"
    payee = "system"
    actions = ALL
    words: Mapping[str, bytes] = MappingProxyType(
        {
            "reschedule_delivery": b"2026-12-04",
            "change_address": b'"shipping_address"',
            "refund_order": b"/refund ",
            "cancel_order": b"/cancel ",
        }
    )

    last_words = words

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self._http = httpx.Client(timeout=120, verify=False)
        self._emails: dict[str, str] = {}
        token = self.call("POST", "/auth/user/emailpass", email=EMAIL, password=SECRET)["token"]
        self._http.headers["Authorization"] = f"Bearer {token}"
        region = self.call("POST", "/admin/regions", name="India", currency_code="inr", countries=["in"])
        self._region = region["region"]["id"]
        self._channel = self.call("POST", "/admin/sales-channels", name="WhatsApp")["sales_channel"]["id"]

    def close(self) -> None:
        self._http.close()

    def call(self, method: str, path: str, **body: Any) -> Any:
        """What it answers, which must be a success."""
        answer = self._http.request(method, f"{self.origin}{path}", json=body or None)
        assert answer.is_success, answer.text
        return answer.json()

    def add_customer(self, phone: str) -> str:
        person = {"first_name": "Sample", "last_name": "Customer", "phone": phone}
        email = f"{len(self._emails) + 1}@example.com"
        made = self.call("POST", "/admin/customers", email=email, **person)["customer"]["id"]
        self._emails[made] = email
        return str(made)

    def add_order(self, customer: str, *, paid: bool = True) -> str:
        draft = self.call(
            "POST",
            "/admin/draft-orders",
            region_id=self._region,
            sales_channel_id=self._channel,
            customer_id=customer,
            email=self._emails[customer],  # another one would make it another customer's
            items=[{"title": "Rice 5 kg", "quantity": 2, "unit_price": PRICE / 200}],
            shipping_address={"address_1": ADDRESS, "country_code": "in"},
            metadata={"delivery_date": "2026-12-01"},
        )["draft_order"]["id"]
        order = self.call("POST", f"/admin/draft-orders/{draft}/convert-to-order")["order"]
        if paid:
            bill = self.call("POST", "/admin/payment-collections", order_id=draft, amount=PRICE / 100)
            number = bill["payment_collection"]["id"]
            self.call("POST", f"/admin/payment-collections/{number}/mark-as-paid", order_id=draft)
        return str(order["display_id"])

    def staff_edits(self, number: str) -> None:
        held = self.held(number)
        metadata = {**(held["metadata"] or {}), "delivery_date": "2026-12-24"}
        self.call("POST", f"/admin/orders/{held['id']}", metadata=metadata)

    def refunds(self, number: str) -> list[int]:
        payments = (one for held in self.held(number)["payment_collections"] for one in held["payments"])
        return [round(one["amount"] * 100) for paid in payments for one in paid["refunds"]]

    def held(self, number: str) -> Any:
        """The order as the server has it."""
        fields = "id,display_id,status,metadata,*payment_collections.payments.refunds"
        found = self.call("GET", f"/admin/orders?display_id={number}&fields={fields}")["orders"]
        return next(one for one in found if str(one["display_id"]) == number)


@contextmanager
def medusa(say: Say) -> Iterator[MedusaShop]:
    """Installed, migrated, started and filled. Skips, saying why, where it cannot be."""
    with postgres(say) as database:
        place, port = npm("medusa", PACKAGES, say), free_port()
        shutil.copy(HERE / "medusa" / "medusa-config.js", place)
        for name in FOLDERS:
            (place / "src" / name).mkdir(parents=True, exist_ok=True)
        env = {"DATABASE_URL": database, "MEDUSA_DISABLE_TELEMETRY": "true", "NODE_ENV": "development"}
        command = ["node", str(place / "node_modules" / "@medusajs" / "cli" / "cli.js")]
        run([*command, "db:migrate"], place, "medusa db:migrate", say, env)
        run([*command, "user", "-e", EMAIL, "-p", SECRET], place, "medusa user", say, env)
        server = Started(
            name="medusa",
            command=[*command, "start", "-H", "127.0.0.1", "-p", str(port)],
            ready="ready on port",
            env=env,
            cwd=place,
        )
        with running(server, say):
            shop = MedusaShop(f"http://127.0.0.1:{port}")
            try:
                yield shop
            finally:
                shop.close()
