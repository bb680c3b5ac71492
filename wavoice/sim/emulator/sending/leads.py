"""Interactive messages with a button that leads elsewhere: a page, a flow, a place, a call, cards.

Limits: Cloud API message reference (v24.0), counted in characters; contact requests as on the pages
of business-scoped user ids (2026).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from wavoice.sim.emulator.sending.content import Content, Link
from wavoice.sim.emulator.sending.parts import BodyNode, Interactive, around
from wavoice.sim.emulator.sending.shape import Label, Shape, Shown, Url, Words, wrong

MAX_CALL_MINUTES = 43_200
"""Thirty days."""


class Page(Shape):
    """`action.parameters` of `cta_url`."""

    display_text: Label
    url: Url

    @model_validator(mode="after")
    def _named_host(self) -> Page:
        host = urlsplit(self.url).hostname or ""
        try:
            ipaddress.ip_address(host)
        except ValueError:
            return self
        raise wrong("must have a URL with a host name, not an IP address")


class PageAction(Shape):
    """`action` of `cta_url`."""

    name: Literal["cta_url"]
    parameters: Page


class CtaUrl(Interactive):
    """`interactive.type: cta_url`: a button that opens a page."""

    action: PageAction

    def content(self, node: Mapping[str, Any]) -> Content:
        """Return what the handset shows."""
        page = self.action.parameters
        return around("cta_url", self, node, links=(Link("url", page.display_text, page.url),))


class FlowPayload(Shape):
    """`flow_action_payload`: the screen that opens, and its data."""

    screen: Words
    data: dict[str, Any] | None = None


class FlowParameters(Shape):
    """`action.parameters` of a flow."""

    flow_message_version: Literal["3"]
    flow_id: Words | None = None
    flow_name: Words | None = None
    """Instead of the id."""
    flow_cta: Words
    """Label of the button; Meta advises 30 characters at most."""
    flow_token: str | None = None
    """Comes back with the answers."""
    mode: Literal["draft", "published"] | None = None
    flow_action: Literal["navigate", "data_exchange"] | None = None
    flow_action_payload: FlowPayload | None = None

    @model_validator(mode="after")
    def _one_flow(self) -> FlowParameters:
        if self.flow_id is None and self.flow_name is None:
            raise wrong("must have a flow_id or a flow_name: one of them is required", 131008)
        if self.flow_id is not None and self.flow_name is not None:
            raise wrong("must have either a flow_id or a flow_name, not both")
        return self


class FlowAction(Shape):
    """`action` of a flow."""

    name: Literal["flow"]
    parameters: FlowParameters


class Flow(Interactive):
    """`interactive.type: flow`: a button that opens a form."""

    action: FlowAction

    def content(self, node: Mapping[str, Any]) -> Content:
        """Return what the handset shows."""
        flow = self.action.parameters
        return around(
            "flow", self, node, links=(Link("flow", flow.flow_cta, flow.flow_id or flow.flow_name),)
        )


class PlaceAction(Shape):
    """`action` of a location request."""

    name: Literal["send_location"]


class PlaceRequest(Interactive):
    """`interactive.type: location_request_message`: a button to send one's place."""

    action: PlaceAction

    def content(self, node: Mapping[str, Any]) -> Content:
        """Return what the handset shows."""
        return around("location_request_message", self, node, links=(Link("send_location", "Send location"),))


class AddressParameters(Shape):
    """`action.parameters` of an address message."""

    country: Literal["IN"]
    """Address messages exist in India only."""
    values: dict[str, Any] | None = None
    """Filled in already."""
    saved_addresses: tuple[dict[str, Any], ...] = ()
    validation_errors: dict[str, Any] | None = None


class AddressAction(Shape):
    """`action` of an address message."""

    name: Literal["address_message"]
    parameters: AddressParameters


class Address(Interactive):
    """`interactive.type: address_message`: a form for an Indian address."""

    action: AddressAction

    def content(self, node: Mapping[str, Any]) -> Content:
        """Return what the handset shows."""
        return around("address_message", self, node, links=(Link("address_message", "Provide address"),))


class ContactAction(Shape):
    """`action` of a contact request."""

    name: Literal["request_contact_info"]


class ContactRequest(Interactive):
    """`interactive.type: contact_request`: a button to share one's number.

    Clients in the field also name the type after its action, `request_contact_info`.
    """

    action: ContactAction

    def content(self, node: Mapping[str, Any]) -> Content:
        """Return what the handset shows."""
        link = Link("request_contact_info", "Share phone number")
        return around("contact_request", self, node, links=(link,))


class PermissionAction(Shape):
    """`action` of a call permission request."""

    name: Literal["call_permission_request"]


class CallPermission(Shown):
    """`interactive.type: call_permission_request`: asks whether the business may call."""

    type: str
    body: BodyNode | None = None
    action: PermissionAction

    def content(self, node: Mapping[str, Any]) -> Content:
        """Return what the handset shows."""
        text = None if self.body is None else self.body.text
        return Content("call_permission_request", text=text, node=node)


class CallParameters(Shape):
    """`action.parameters` of a call button."""

    display_text: Label | None = None
    ttl_minutes: Annotated[int, Field(ge=1, le=MAX_CALL_MINUTES)] | None = None
    """How long the button works."""
    payload: str | None = None
    """Comes back with the call."""


class CallAction(Shape):
    """`action` of a call button."""

    name: Literal["voice_call"]
    parameters: CallParameters | None = None


class VoiceCall(Interactive):
    """`interactive.type: voice_call`: a button that calls the business."""

    action: CallAction

    def content(self, node: Mapping[str, Any]) -> Content:
        """Return what the handset shows."""
        told = self.action.parameters
        label = (told.display_text if told else None) or "Call Now"
        return around("voice_call", self, node, links=(Link("voice_call", label),))
