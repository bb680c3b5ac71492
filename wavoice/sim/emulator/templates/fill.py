"""Fits a send to its template: counts and kinds of parameters, and what the handset shows then.

Codes: Cloud API error reference (v24.0): 132000, 132005, 132007, 132008, 132012, 132018, 131008.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from wavoice.runtime.model import Button as Tap
from wavoice.sim.emulator.graph_errors import GraphError
from wavoice.sim.emulator.sending.content import Content, Link
from wavoice.sim.emulator.templates.review import MAX_BODY, MAX_COUPON, MAX_HEADER, MAX_URL
from wavoice.sim.emulator.templates.shapes import Button, Template, fill, placeholders

if TYPE_CHECKING:
    from wavoice.sim.emulator.sending.template import Component, Parameter
    from wavoice.sim.emulator.sending.template import Template as Request

_WORDS = frozenset({"text", "currency", "date_time"})
"""Parameters that become words."""
_SPACES = " " * 5
"""More than four in a row are refused."""


def fitted(template: Template, request: Request, asked: Content) -> Content:
    """Return what the handset shows. Raises `GraphError` where the request does not fit."""
    parts = {part.type.lower(): part for part in request.components if part.type.lower() != "button"}
    named = template.parameter_format == "NAMED"
    body = _words("body", template.body, parts.get("body"), named=named)
    if len(body) > MAX_BODY:
        raise GraphError(132005, f"body: {len(body)} characters, at most {MAX_BODY} are allowed")
    header, media, link = _header(template, parts.get("header"), named=named)
    taps, links = _buttons(template, request)
    return replace(
        asked,
        text=body,
        header=header,
        footer=template.footer,
        media=media,
        link=link,
        buttons=taps,
        links=links,
    )


def _header(
    template: Template, given: Component | None, *, named: bool
) -> tuple[str | None, str | None, str | None]:
    """Return the words, the id or the URL above the message."""
    part = template.part("HEADER")
    if part is None:
        if given is not None and given.parameters:
            raise _count("header", len(given.parameters), 0)
        return None, None, None
    if part.format == "TEXT":
        words = _words("header", part.text or "", given, named=named)
        if len(words) > MAX_HEADER:
            raise GraphError(132005, f"header: {len(words)} characters, at most {MAX_HEADER} are allowed")
        return words, None, None
    kind = (part.format or "").lower()
    parameters = () if given is None else given.parameters
    if len(parameters) != 1 or parameters[0].type.lower() != kind:
        received = parameters[0].type.upper() if parameters else "UNKNOWN"
        raise GraphError(132012, f"header: Format mismatch, expected {part.format}, received {received}")
    if kind == "location":
        place = parameters[0].location
        if place is None:
            raise GraphError(131008, "header: param location is required")
        return str(place.get("name") or place.get("address") or ""), None, None
    file: Mapping[str, object] = getattr(parameters[0], kind, None) or {}
    named_id, link = file.get("id"), file.get("link")
    if (named_id is None) == (link is None):
        raise GraphError(131008, f"header: param {kind} must have either an id or a link")
    return None, None if named_id is None else str(named_id), None if link is None else str(link)


def _words(where: str, text: str, given: Component | None, *, named: bool) -> str:
    expected = placeholders(text)
    parameters = () if given is None else given.parameters
    if len(parameters) != len(expected):
        raise _count(where, len(parameters), len(expected))
    if not expected:
        return text
    if named:
        names = [one.parameter_name for one in parameters]
        if None in names:
            raise GraphError(132018, f"{where}: Parameter name is missing or empty")
        if set(names) != set(expected):
            raise GraphError(132018, f"{where}: the names of the parameters are {', '.join(expected)}")
        values = {str(one.parameter_name): _value(where, one) for one in parameters}
    else:
        values = {name: _value(where, one) for name, one in zip(expected, parameters, strict=True)}
    return fill(text, values)


def _value(where: str, given: Parameter) -> str:
    """Return the words of a parameter; those of amounts and dates are its fallback."""
    kind = given.type.lower()
    if kind not in _WORDS:
        raise GraphError(132012, f"{where}: Format mismatch, expected TEXT, received {given.type.upper()}")
    if kind == "text":
        text = "" if given.text is None else str(given.text)
    else:
        told = given.currency if kind == "currency" else given.date_time
        text = str((told or {}).get("fallback_value") or "")
    if not text:
        raise GraphError(132008, f"{where}: the value of a parameter of type {kind} is missing or empty")
    if "\n" in text or "\t" in text or _SPACES in text:
        told_why = "Param text cannot have new-line/tab characters or more than 4 consecutive spaces"
        raise GraphError(132018, f"{where}: {told_why}")
    if any(unicodedata.category(one) == "Cc" for one in text):
        raise GraphError(132007, f"{where}: Param text cannot have control characters")
    return text


def _buttons(template: Template, request: Request) -> tuple[tuple[Tap, ...], tuple[Link, ...]]:
    given = _by_index(template, [one for one in request.components if one.type.lower() == "button"])
    taps: list[Tap] = []
    links: list[Link] = []
    for index, button in enumerate(template.buttons):
        parameter = given.get(index)
        if button.type == "QUICK_REPLY":
            payload = None if parameter is None else parameter.payload
            taps.append(Tap(payload if payload is not None else button.label, button.label))
        else:
            links.append(Link(button.type.lower(), button.label, _target(index, button, parameter)))
    return tuple(taps), tuple(links)


def _by_index(template: Template, given: Sequence[Component]) -> dict[int, Parameter]:
    found: dict[int, Parameter] = {}
    for one in given:
        if one.index is None:
            raise GraphError(131008, "buttons: param index is required")
        if not 0 <= one.index < len(template.buttons):
            raise GraphError(132018, f"buttons: there is no button at index {one.index} in the template")
        kind = template.buttons[one.index].type
        named = (one.sub_type or "").upper()
        if named != ("URL" if kind == "OTP" else kind):
            raise GraphError(
                132012, f"buttons: button at index {one.index} is of type {kind}, not {named or 'UNKNOWN'}"
            )
        if one.parameters:
            found[one.index] = one.parameters[0]
    return found


def _target(index: int, button: Button, given: Parameter | None) -> str | None:
    """Return where a button leads. Raises `GraphError` for a parameter that is missing or too much."""
    if button.type == "URL":
        variable = placeholders(button.url or "")
        if not variable and given is not None:
            raise GraphError(132000, f"buttons: button at index {index} of type Url takes no parameter")
        if not variable:
            return button.url
        url = fill(button.url or "", {variable[0]: _needed(index, "Url", given)})
        if len(url) > MAX_URL:
            raise GraphError(132005, f"buttons: the URL has more than {MAX_URL} characters")
        return url
    if button.type == "OTP":
        return _needed(index, "Url", given)
    if button.type == "COPY_CODE":
        code = given.coupon_code if given is not None else None
        if not code:
            raise GraphError(
                131008, f"buttons: Button at index {index} of type CopyCode requires a parameter"
            )
        if len(code) > MAX_COUPON:
            raise GraphError(132008, f"buttons: a coupon code has at most {MAX_COUPON} characters")
        return code
    return button.phone_number or button.flow_id


def _needed(index: int, kind: str, given: Parameter | None) -> str:
    if given is None:
        raise GraphError(131008, f"buttons: Button at index {index} of type {kind} requires a parameter")
    return _value("buttons", given)


def _count(where: str, given: int, expected: int) -> GraphError:
    return GraphError(
        132000,
        f"{where}: number of localizable_params ({given}) does not match the expected number of params"
        f" ({expected})",
    )
