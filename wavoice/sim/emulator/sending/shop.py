"""Interactive messages of a shop: products, catalogue, orders to pay and their state.

Sources: Cloud API pages on catalogues and on payments (India: UPI and gateways, Brazil: Pix).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from wavoice.sim.emulator.sending.content import Content, Link, Row
from wavoice.sim.emulator.sending.parts import BodyNode, FooterNode, Interactive, TextHeader, around
from wavoice.sim.emulator.sending.shape import Shape, Shown, Words, wrong

MAX_PRODUCTS = 30
MAX_SECTIONS = 10
MAX_SECTION_TITLE = 24
MAX_PAYMENT_CONFIGURATION = 60


class ProductAction(Shape):
    """`action` of a single product."""

    catalog_id: Words
    product_retailer_id: Words


class Product(Shown):
    """`interactive.type: product`: one product; it needs no words."""

    type: str
    body: BodyNode | None = None
    footer: FooterNode | None = None
    action: ProductAction

    def content(self, node: Mapping[str, Any]) -> Content:
        """Return what the handset shows."""
        return Content(
            "product",
            text=None if self.body is None else self.body.text,
            footer=None if self.footer is None else self.footer.text,
            links=(Link("product", "View", self.action.product_retailer_id),),
            node=node,
        )


class ProductItem(Shape):
    """`action.sections[].product_items[]`."""

    product_retailer_id: Words


class ProductSection(Shape):
    """`action.sections[]` of products."""

    title: Annotated[str, Field(max_length=MAX_SECTION_TITLE)] | None = None
    """Required when there are several."""
    product_items: Annotated[tuple[ProductItem, ...], Field(min_length=1)]


class ProductsAction(Shape):
    """`action` of several products: at most thirty in all sections together."""

    catalog_id: Words
    sections: Annotated[tuple[ProductSection, ...], Field(min_length=1, max_length=MAX_SECTIONS)]

    @model_validator(mode="after")
    def _few(self) -> ProductsAction:
        if sum(len(section.product_items) for section in self.sections) > MAX_PRODUCTS:
            raise wrong(f"must hold at most {MAX_PRODUCTS} products in all its sections")
        if len(self.sections) > 1 and not all(section.title for section in self.sections):
            raise wrong("must have a title in each of its sections: it is required", 131008)
        return self


class ProductList(Interactive):
    """`interactive.type: product_list`: products under a text header."""

    header: TextHeader
    action: ProductsAction

    def content(self, node: Mapping[str, Any]) -> Content:
        """Return what the handset shows: a row for every product."""
        rows = tuple(
            Row(item.product_retailer_id, item.product_retailer_id, section=section.title)
            for section in self.action.sections
            for item in section.product_items
        )
        return around("product_list", self, node, rows=rows, menu="View items")


class CatalogParameters(Shape):
    """`action.parameters` of a catalogue message."""

    thumbnail_product_retailer_id: Words | None = None
    """Whose picture is shown; without it the first product's."""


class CatalogAction(Shape):
    """`action` of a catalogue message."""

    name: Literal["catalog_message"]
    parameters: CatalogParameters | None = None


class Catalog(Interactive):
    """`interactive.type: catalog_message`: a button that opens the catalogue."""

    action: CatalogAction

    def content(self, node: Mapping[str, Any]) -> Content:
        """Return what the handset shows."""
        return around("catalog_message", self, node, links=(Link("catalog", "View catalog"),))


class Amount(Shape):
    """Money: `value` divided by `offset`."""

    value: Annotated[int, Field(ge=0)]
    offset: Literal[100]
    description: str | None = None
    discount_program_name: str | None = None
    """Of a discount."""


class Item(Shape):
    """`order.items[]`."""

    retailer_id: Words | None = None
    """Of the product in a catalogue; without one the order has none."""
    name: Words
    quantity: Annotated[int, Field(ge=1)]
    amount: Amount
    """Of one piece."""
    sale_amount: Amount | None = None
    """Of one piece, reduced."""


class Expiration(Shape):
    """`order.expiration`."""

    timestamp: Annotated[str, Field(pattern=r"^\d+$")]
    """Unix seconds, as a string; at least 300 s ahead."""
    description: Annotated[str, Field(max_length=120)] | None = None


class Order(Shape):
    """`parameters.order`: the sums must be right."""

    status: Literal["pending"]
    items: Annotated[tuple[Item, ...], Field(min_length=1)]
    subtotal: Amount
    tax: Amount
    shipping: Amount | None = None
    discount: Amount | None = None
    expiration: Expiration | None = None

    @model_validator(mode="after")
    def _adds_up(self) -> Order:
        items = sum((item.sale_amount or item.amount).value * item.quantity for item in self.items)
        if items != self.subtotal.value:
            raise wrong(f"must have the sum of its items, {items}, as subtotal")
        return self

    @property
    def total(self) -> int:
        """What is to be paid."""
        shipping = self.shipping.value if self.shipping else 0
        discount = self.discount.value if self.discount else 0
        return self.subtotal.value + self.tax.value + shipping - discount


Reference = Annotated[str, Field(min_length=1, max_length=35, pattern=r"^[A-Za-z0-9_.-]+$")]


class PayParameters(Shape):
    """`action.parameters` of an order to pay."""

    reference_id: Reference
    """The business's own number of the order."""
    type: Literal["digital-goods", "physical-goods"]
    payment_type: Words | None = None
    """`upi`, `br` or a gateway."""
    payment_settings: tuple[dict[str, Any], ...] = ()
    payment_configuration: Annotated[str, Field(max_length=MAX_PAYMENT_CONFIGURATION)] | None = None
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    """ISO 4217."""
    total_amount: Amount
    order: Order

    @model_validator(mode="after")
    def _adds_up(self) -> PayParameters:
        if self.order.total != self.total_amount.value:
            raise wrong(f"must have {self.order.total} as total_amount: what the order comes to")
        return self


class PayAction(Shape):
    """`action` of an order to pay."""

    name: Literal["review_and_pay"]
    parameters: PayParameters


class OrderDetails(Interactive):
    """`interactive.type: order_details`: an order with a button to pay it."""

    action: PayAction

    def content(self, node: Mapping[str, Any]) -> Content:
        """Return what the handset shows."""
        link = Link("review_and_pay", "Review and pay", self.action.parameters.reference_id)
        return around("order_details", self, node, links=(link,))


class OrderState(Shape):
    """`parameters.order` of a change of state."""

    status: Literal["pending", "processing", "partially_shipped", "shipped", "completed", "canceled"]
    description: Annotated[str, Field(max_length=120)] | None = None


class OrderParameters(Shape):
    """`action.parameters` of a change of state."""

    reference_id: Reference
    order: OrderState


class OrderAction(Shape):
    """`action` of a change of state."""

    name: Literal["review_order"]
    parameters: OrderParameters


class OrderStatus(Interactive):
    """`interactive.type: order_status`: where an order stands."""

    action: OrderAction

    def content(self, node: Mapping[str, Any]) -> Content:
        """Return what the handset shows."""
        link = Link("review_order", "Review order", self.action.parameters.reference_id)
        return around("order_status", self, node, links=(link,))
