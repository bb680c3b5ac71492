"""A Stripe account of our own at localstripe: started, filled and looked at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import httpx

from tests.contract.systems.kept import HERE, Say, Started, free_port, running, venv

PACKAGES = ("localstripe==1.15.10",)
KEY = "sk_test_12345"
CARD = "4242424242424242"


class StripeAccount:
    """What a shop has at its payment provider."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self._http = httpx.Client(timeout=60, verify=False, auth=(KEY, ""))
        self._numbers = count(5001)

    def close(self) -> None:
        self._http.close()

    def call(self, method: str, path: str, **form: Any) -> Any:
        """What it answers, which must be a success."""
        answer = self._http.request(method, f"{self.origin}/v1/{path}", data=form or None)
        assert answer.is_success, answer.text
        return answer.json()

    def pay(self, order: str | None = None, minor: int = 2_450_00) -> tuple[str, str]:
        """An order, paid with a Visa that ends in 4242, and the id of its PaymentIntent."""
        number = order or str(next(self._numbers))
        customer = self.call("POST", "customers", email="a@example.com")["id"]
        card = {"type": "card", "card[number]": CARD, "card[exp_month]": "12", "card[exp_year]": "2040"}
        method = self.call("POST", "payment_methods", **{**card, "card[cvc]": "123"})["id"]
        self.call("POST", f"payment_methods/{method}/attach", customer=customer)
        intent = self.call(
            "POST",
            "payment_intents",
            amount=minor,
            currency="inr",
            customer=customer,
            payment_method=method,
            **{"metadata[order]": number},
        )["id"]
        self.call("POST", f"payment_intents/{intent}/confirm")
        return number, intent

    def refunds(self, intent: str) -> list[int]:
        """Minor units of every refund of that payment, the oldest first."""
        found = self.call("GET", f"refunds?payment_intent={intent}&limit=100")["data"]
        return [one["amount"] for one in reversed(found)]


@contextmanager
def stripe_account(say: Say) -> Iterator[StripeAccount]:
    """Installed, started and filled. Skips, saying why, where it cannot be."""
    python, port = venv("localstripe", PACKAGES, say), free_port()
    server = Started(
        name="localstripe",
        command=[str(python), str(HERE / "stripe_server" / "server.py"), str(port)],
        ready="CONTRACT READY",
        env={},
    )
    with running(server, say):
        account = StripeAccount(f"http://127.0.0.1:{port}")
        try:
            yield account
        finally:
            account.close()
