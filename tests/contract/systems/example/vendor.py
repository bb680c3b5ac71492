"""Shelf: a vendor with a small API, no idempotency keys and a fuzzy search, that repeats what it is told."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.contract.systems.shops import ADDRESS, PRICE


class ShelfShop:
    """`shops.Backoffice`."""

    name = "example"
    payee = "visa 4242"
    actions = frozenset({"reschedule_delivery", "change_address", "refund_order"})
    words = {  # noqa: RUF012 -- never changed
        "reschedule_delivery": b'"due"',
        "change_address": b'"street"',
        "refund_order": b"/back ",
    }

    last_words = words

    def __init__(self) -> None:
        self.people: list[dict[str, str]] = []
        self.sold: dict[str, dict[str, Any]] = {}
        self.app = Starlette(
            routes=[
                Route("/people", self._people),
                Route("/sales", self._sales),
                Route("/sales/{no}", self._change, methods=["PATCH"]),
                Route("/sales/{no}/back", self._back, methods=["POST"]),
            ]
        )

    def add_customer(self, phone: str) -> str:
        self.people.append({"id": f"p{len(self.people)}", "name": "Sample Customer", "tel": phone})
        return self.people[-1]["id"]

    def add_order(self, customer: str) -> str:
        number = str(7001 + len(self.sold))
        self.sold[number] = {
            "no": number, "person": customer, "state": "NEW", "due": "2026-12-01T12:00:00+05:30",
            "street": ADDRESS, "goods": ["2 x Rice 5 kg"], "cents": PRICE, "back": [], "remark": "",
        }  # fmt: skip
        return number

    def staff_edits(self, number: str) -> None:
        self.sold[number]["street"] = "99 Staff Street"

    def refunds(self, number: str) -> list[int]:
        return [amount for amount, _ in self.sold[number]["back"]]

    async def _people(self, request: Request) -> JSONResponse:
        wanted = request.query_params["tel"]
        return JSONResponse([one for one in self.people if wanted in one["tel"]])

    async def _sales(self, request: Request) -> JSONResponse:
        asked = request.query_params.items()
        found = [sale for sale in self.sold.values() if all(value in sale[name] for name, value in asked)]
        return JSONResponse(found)

    async def _change(self, request: Request) -> JSONResponse:
        self.sold[request.path_params["no"]].update(await request.json())
        return JSONResponse({})

    async def _back(self, request: Request) -> JSONResponse:
        told = await request.json()
        self.sold[request.path_params["no"]]["back"].append((told["amount"], told["remark"]))
        return JSONResponse({})
