"""One valid body of every kind of message, to be bent by tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LINK = "https://files.wavoice.test/a.bin"
ABOUT = {"text": "Which one?"}
Body = dict[str, Any]


def interactive(kind: str, action: Mapping[str, Any], **more: Any) -> Body:
    return {
        "type": "interactive",
        "interactive": {"type": kind, "body": ABOUT, "action": action, **more},
    }


def buttons(*titles: str, **more: Any) -> Body:
    nodes = [{"type": "reply", "reply": {"id": f"b{n}", "title": title}} for n, title in enumerate(titles)]
    return interactive("button", {"buttons": nodes}, **more)


def rows(count: int, start: int = 0) -> list[Body]:
    return [{"id": f"r{n}", "title": f"Row {n}"} for n in range(start, start + count)]


def listing(sections: list[Body] | None = None, button: str = "Choose", **more: Any) -> Body:
    sections = [{"rows": rows(2)}] if sections is None else sections
    return interactive("list", {"button": button, "sections": sections}, **more)


def page(label: str = "Open", url: str = "https://shop.wavoice.test", **more: Any) -> Body:
    parameters = {"display_text": label, "url": url}
    return interactive("cta_url", {"name": "cta_url", "parameters": parameters}, **more)


def flow(**parameters: Any) -> Body:
    standard = {"flow_message_version": "3", "flow_id": "1", "flow_cta": "Book"}
    return interactive("flow", {"name": "flow", "parameters": {**standard, **parameters}})


def products(sections: list[Body], **more: Any) -> Body:
    header = {"type": "text", "text": "Ours"}
    return interactive(
        "product_list", {"catalog_id": "7", "sections": sections}, **{"header": header, **more}
    )


def section(count: int, start: int = 0, title: str = "Fruit") -> Body:
    items = [{"product_retailer_id": f"p{n}"} for n in range(start, start + count)]
    return {"title": title, "product_items": items}


def card(index: int, kind: str = "image", text: str = "Nice", label: str = "See") -> Body:
    return {
        "card_index": index,
        "type": "cta_url",
        "header": {"type": kind, kind: {"link": LINK}},
        "body": {"text": text},
        "action": {
            "name": "cta_url",
            "parameters": {"display_text": label, "url": "https://shop.wavoice.test"},
        },
    }


def carousel(*cards: Body, **more: Any) -> Body:
    return interactive("carousel", {"cards": list(cards)}, **more)


def order(**parameters: Any) -> Body:
    """300 for two apples and a pear, 20 tax, 30 shipping, 50 off."""

    def money(value: int) -> Body:
        return {"value": value, "offset": 100}

    items = [
        {"name": "Apple", "quantity": 2, "amount": money(150), "sale_amount": money(100)},
        {"name": "Pear", "quantity": 1, "amount": money(100)},
    ]
    whole = {
        "status": "pending",
        "items": items,
        "subtotal": money(300),
        "tax": money(20),
        "shipping": money(30),
        "discount": money(50),
    }
    standard = {
        "reference_id": "order-1",
        "type": "physical-goods",
        "currency": "INR",
        "total_amount": money(300),
        "order": whole,
    }
    return interactive("order_details", {"name": "review_and_pay", "parameters": {**standard, **parameters}})


def state(status: str = "shipped") -> Body:
    parameters = {"reference_id": "order-1", "order": {"status": status}}
    return interactive("order_status", {"name": "review_order", "parameters": parameters})


def contacts(count: int = 1) -> Body:
    return {"type": "contacts", "contacts": [{"name": {"formatted_name": f"Name {n}"}} for n in range(count)]}


def media(kind: str, **more: Any) -> Body:
    return {"type": kind, kind: {"link": LINK, **more}}


def place(**more: Any) -> Body:
    return {"type": "location", "location": {"latitude": 12.5, "longitude": 77.5, "name": "Shop", **more}}


def template(name: str = "hello_world", language: str = "en_US", *components: Body) -> Body:
    node: Body = {"name": name, "language": {"code": language}}
    return {"type": "template", "template": node | ({"components": list(components)} if components else {})}


def values(kind: str, *texts: str) -> Body:
    return {"type": kind, "parameters": [{"type": "text", "text": text} for text in texts]}
