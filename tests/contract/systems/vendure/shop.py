"""A Vendure server of our own: installed, started, filled and looked at over its admin API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

import httpx

from tests.contract.systems.kept import HERE, Say, Started, free_port, npm, running
from tests.contract.systems.shops import ADDRESS, ALL, PRICE

PACKAGES = ("@vendure/core@3.7.3", "sql.js@1.17.0", "pg@8.23.1")
USER = PASSWORD = "superadmin"
DAY = "2026-12-01T06:30:00Z"
"""Noon in India."""


def _words(**values: str) -> list[dict[str, str]]:
    return [{"languageCode": "en", "description": "", **values}]


def _operation(code: str, **arguments: str) -> dict[str, Any]:
    return {"code": code, "arguments": [{"name": key, "value": value} for key, value in arguments.items()]}


class VendureShop:
    """`shops.Backoffice`."""

    name = "vendure"
    payee = "visa 4242"
    actions = ALL
    words: Mapping[str, bytes] = MappingProxyType(
        {
            "reschedule_delivery": b"setOrderCustomFields",
            "change_address": b'"dryRun":false',
            "cancel_order": b"cancelOrder",
            "refund_order": b"refundOrder",
        }
    )

    last_words: Mapping[str, bytes] = MappingProxyType({**words, "cancel_order": b"refundOrder"})

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self._http = httpx.Client(timeout=60, verify=False)
        self._session = ""
        self._people = 0
        self.ask("mutation($u:String!){login(username:$u,password:$u){__typename}}", u=USER)
        self._variant = self._furnish()

    def ask(self, query: str, **variables: Any) -> Any:
        """The data of an operation, which must succeed."""
        body = {"query": query, "variables": variables}
        headers = {"authorization": f"Bearer {self._session}"} if self._session else {}
        answer = self._http.post(f"{self.origin}/admin-api", json=body, headers=headers)
        self._session = answer.headers.get("vendure-auth-token", self._session)
        told = answer.json()
        assert "errors" not in told, told["errors"]
        return told["data"]

    def close(self) -> None:
        self._http.close()

    def api_key(self) -> str:
        """A key for who does not log in."""
        roles = self.ask("{roles{items{id code}}}")["roles"]["items"]
        role = next(one["id"] for one in roles if one["code"] == "__super_admin_role__")
        made = self.ask(
            "mutation($i:CreateApiKeyInput!){createApiKey(input:$i){apiKey}}",
            i={"roleIds": [role], "translations": [{"languageCode": "en", "name": "bot"}]},
        )
        return str(made["createApiKey"]["apiKey"])

    def add_customer(self, phone: str) -> str:
        self._people += 1
        made = self.ask(
            "mutation($i:CreateCustomerInput!){createCustomer(input:$i){... on Customer{id}}}",
            i={
                "firstName": "Sample",
                "lastName": "Customer",
                "emailAddress": f"{self._people}@example.com",
                "phoneNumber": phone,
            },
        )
        return str(made["createCustomer"]["id"])

    def add_order(self, customer: str) -> str:
        order = self.ask("mutation{createDraftOrder{id code}}")["createDraftOrder"]
        number = order["id"]
        self.ask(
            "mutation($o:ID!,$v:ID!){addItemToDraftOrder(orderId:$o,input:{productVariantId:$v,quantity:2})"
            "{__typename}}",
            o=number,
            v=self._variant,
        )
        self.ask(
            "mutation($o:ID!,$c:ID!){setCustomerForDraftOrder(orderId:$o,customerId:$c){__typename}}",
            o=number,
            c=customer,
        )
        self.ask(
            "mutation($o:ID!,$a:String!){setDraftOrderShippingAddress(orderId:$o,"
            'input:{streetLine1:$a,countryCode:"IN"}){id}}',
            o=number,
            a=ADDRESS,
        )
        methods = self.ask("query($o:ID!){eligibleShippingMethodsForDraftOrder(orderId:$o){id}}", o=number)
        self.ask(
            "mutation($o:ID!,$m:ID!){setDraftOrderShippingMethod(orderId:$o,shippingMethodId:$m){__typename}}",
            o=number,
            m=methods["eligibleShippingMethodsForDraftOrder"][0]["id"],
        )
        self.to(number, "ArrangingPayment")
        paid = {"orderId": number, "method": "card", "metadata": {"brand": "visa", "last4": "4242"}}
        self.ask(
            "mutation($i:ManualPaymentInput!){addManualPaymentToOrder(input:$i){__typename}}",
            i={**paid, "transactionId": f"pi_{number}"},
        )
        self.ask(
            "mutation($i:UpdateOrderInput!){setOrderCustomFields(input:$i){id}}",
            i={"id": number, "customFields": {"deliveryDate": DAY}},
        )
        return str(order["code"])

    def staff_edits(self, number: str) -> None:
        self.ask(
            "mutation($i:UpdateOrderInput!){setOrderCustomFields(input:$i){id}}",
            i={"id": self.held(number)["id"], "customFields": {"deliveryDate": "2026-12-24T06:30:00Z"}},
        )

    def refunds(self, number: str) -> list[int]:
        return [one["total"] for paid in self.held(number)["payments"] for one in paid["refunds"]]

    def held(self, number: str) -> Any:
        """The order as the server has it."""
        found = self.ask(
            "query($c:String!){orders(options:{filter:{code:{eq:$c}}}){items{id state modifications{note}"
            " payments{refunds{total state}}}}}",
            c=number,
        )
        return found["orders"]["items"][0]

    def to(self, internal: str, state: str) -> None:
        """Staff take an order, by its internal id, to another state."""
        self.ask(
            "mutation($o:ID!,$s:String!){transitionOrderToState(id:$o,state:$s){... on Order{state}}}",
            o=internal,
            s=state,
        )

    def _furnish(self) -> str:
        """What a shop needs before it can sell anything; the id of what it sells."""
        zone = self.ask('mutation{createZone(input:{name:"India"}){id}}')["createZone"]["id"]
        country = {"code": "IN", "enabled": True, "translations": [{"languageCode": "en", "name": "India"}]}
        member = self.ask("mutation($i:CreateCountryInput!){createCountry(input:$i){id}}", i=country)
        self.ask(
            "mutation($z:ID!,$m:[ID!]!){addMembersToZone(zoneId:$z,memberIds:$m){id}}",
            z=zone,
            m=[member["createCountry"]["id"]],
        )
        tax = self.ask('mutation{createTaxCategory(input:{name:"Standard",isDefault:true}){id}}')
        category = tax["createTaxCategory"]["id"]
        rate = {"name": "None", "enabled": True, "value": 0, "categoryId": category, "zoneId": zone}
        self.ask("mutation($i:CreateTaxRateInput!){createTaxRate(input:$i){id}}", i=rate)
        money = {"defaultCurrencyCode": "INR", "availableCurrencyCodes": ["INR"], "pricesIncludeTax": True}
        zones = {"defaultTaxZoneId": zone, "defaultShippingZoneId": zone}
        self.ask(
            "mutation($i:UpdateChannelInput!){updateChannel(input:$i){__typename}}",
            i={"id": "1", **money, **zones},
        )
        shipping = {
            "code": "standard",
            "fulfillmentHandler": "manual-fulfillment",
            "checker": _operation("default-shipping-eligibility-checker", orderMinimum="0"),
            "calculator": _operation(
                "default-shipping-calculator", rate="5000", includesTax="auto", taxRate="0"
            ),
            "translations": _words(name="Standard"),
        }
        self.ask("mutation($i:CreateShippingMethodInput!){createShippingMethod(input:$i){id}}", i=shipping)
        card = {
            "code": "card",
            "enabled": True,
            "handler": _operation("dummy-payment-handler", automaticSettle="true"),
            "translations": _words(name="Card"),
        }
        self.ask("mutation($i:CreatePaymentMethodInput!){createPaymentMethod(input:$i){id}}", i=card)
        rice = {"enabled": True, "translations": _words(name="Rice 5 kg", slug="rice")}
        product = self.ask("mutation($i:CreateProductInput!){createProduct(input:$i){id}}", i=rice)
        variant = {
            "productId": product["createProduct"]["id"],
            "sku": "R5",
            "price": (PRICE - 5000) // 2,
            "stockOnHand": 10_000,
            "taxCategoryId": category,
            "translations": [{"languageCode": "en", "name": "Rice 5 kg"}],
        }
        made = self.ask(
            "mutation($i:[CreateProductVariantInput!]!){createProductVariants(input:$i){id}}", i=[variant]
        )
        return str(made["createProductVariants"][0]["id"])


@contextmanager
def vendure(say: Say) -> Iterator[VendureShop]:
    """Installed, started and filled. Skips, saying why, where it cannot be."""
    place, port = npm("vendure", PACKAGES, say), free_port()
    server = Started(
        name="vendure",
        command=["node", str(HERE / "vendure" / "server.js"), str(port)],
        ready="CONTRACT READY",
        env={"NODE_PATH": str(place / "node_modules"), "VENDURE_DISABLE_TELEMETRY": "true"},
        cwd=place,
    )
    with running(server, say):
        shop = VendureShop(f"http://127.0.0.1:{port}")
        try:
            yield shop
        finally:
            shop.close()
