"""Carousels: two to ten cards side by side, all of files or all of products.

Limits: Cloud API pages on media and product carousels (Nov 2025), counted in characters.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from wavoice.sim.emulator.sending.content import Content, Link
from wavoice.sim.emulator.sending.leads import Page
from wavoice.sim.emulator.sending.parts import BodyNode, Header
from wavoice.sim.emulator.sending.shape import Shape, Shown, Words, wrong

MIN_CARDS, MAX_CARDS = 2, 10
MAX_CARD_BODY = 160
MAX_CARD_BREAKS = 2


class CardHeader(Header):
    """`cards[].header`: a picture or a film."""

    type: Literal["image", "video"]


class CardBody(Shape):
    """`cards[].body`: at most two line breaks."""

    text: Annotated[str, Field(max_length=MAX_CARD_BODY)]

    @model_validator(mode="after")
    def _two_breaks(self) -> CardBody:
        if self.text.count("\n") > MAX_CARD_BREAKS:
            raise wrong(f"must have at most {MAX_CARD_BREAKS} line breaks in its text")
        return self


class CardAction(Shape):
    """`cards[].action`: the page, or the product, that it shows."""

    name: Literal["cta_url"] | None = None
    parameters: Page | None = None
    product_retailer_id: Words | None = None
    catalog_id: Words | None = None


class Card(Shape):
    """`action.cards[]`."""

    card_index: Annotated[int, Field(ge=0, lt=MAX_CARDS)]
    type: Literal["cta_url", "product"]
    header: CardHeader | None = None
    body: CardBody | None = None
    action: CardAction

    @model_validator(mode="after")
    def _complete(self) -> Card:
        film = {"header": self.header, "name": self.action.name, "parameters": self.action.parameters}
        product = {
            "product_retailer_id": self.action.product_retailer_id,
            "catalog_id": self.action.catalog_id,
        }
        needed = film if self.type == "cta_url" else product
        for name, value in needed.items():
            if value is None:
                raise wrong(f"must have {name}: it is required on a card of type {self.type}", 131008)
        return self

    @property
    def link(self) -> Link:
        """Its button."""
        page = self.action.parameters
        if page is not None:
            return Link("url", page.display_text, page.url)
        return Link("product", "View", self.action.product_retailer_id)


class CarouselAction(Shape):
    """`action` of a carousel."""

    cards: Annotated[tuple[Card, ...], Field(min_length=MIN_CARDS, max_length=MAX_CARDS)]

    @model_validator(mode="after")
    def _alike(self) -> CarouselAction:
        if len({card.card_index for card in self.cards}) < len(self.cards):
            raise wrong("must have another card_index on each of its cards")
        for told, values in (
            ("type", {card.type for card in self.cards}),
            ("header type", {card.header.type for card in self.cards if card.header}),
            ("catalog_id", {card.action.catalog_id for card in self.cards}),
        ):
            if len(values) > 1:
                raise wrong(f"must have the same {told} on all of its cards")
        return self


class Carousel(Shown):
    """`interactive.type: carousel`: a body and cards, neither header nor footer."""

    type: str
    body: BodyNode
    action: CarouselAction

    def content(self, node: Mapping[str, Any]) -> Content:
        """Return what the handset shows; the first card's file stands for all."""
        cards = sorted(self.action.cards, key=lambda card: card.card_index)
        files = [card.header.file for card in cards if card.header is not None]
        ids = [file.id for file in files if file is not None and file.id is not None]
        return Content(
            "carousel",
            text=self.body.text,
            media=ids[0] if ids else None,
            others=tuple(ids[1:]),
            links=tuple(card.link for card in cards),
            node=node,
        )
