"""What Meta refuses of a template when it is submitted: names, lengths, placeholders, buttons.

Limits and subcodes: Cloud API pages on template components and error codes (v24.0). Meta also weighs
words against placeholders (2388293) and reads the content; neither is published, neither is done here.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter

from pydantic import ValidationError

from wavoice.sim.emulator.graph_errors import GraphError
from wavoice.sim.emulator.templates.shapes import Button, Component, NewTemplate, placeholders

MAX_NAME = 512
MAX_HEADER = 60
MAX_BODY = 1024
MAX_FOOTER = 60
MAX_BUTTONS = 10
MAX_LABEL = 25
MAX_URL = 2000
MAX_COUPON = 20
_ATMOST = {"URL": 2, "PHONE_NUMBER": 1, "COPY_CODE": 1, "OTP": 1, "FLOW": 1, "CATALOG": 1, "MPM": 1}
"""Buttons of one kind; quick replies may be all ten."""
_FORMATS = frozenset({"TEXT", "IMAGE", "VIDEO", "GIF", "DOCUMENT", "LOCATION", "PRODUCT"})
_NAMED = re.compile(r"[a-z_][a-z0-9_]*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2,3})?")


def read_template(body: object, *, samples: bool = True) -> NewTemplate:
    """Return the template that is submitted. Raises `GraphError` 100, most with a subcode.

    `samples`: whether every placeholder needs a sample value, as over the Graph API.
    """
    if not isinstance(body, dict):
        raise GraphError(100, "The request body must be a JSON object")
    try:
        new = NewTemplate.model_validate(body)
    except ValidationError as error:
        from wavoice.sim.emulator.sending.shape import refusal  # noqa: PLC0415 -- no part of the start

        raise GraphError(100, refusal(error).details) from error
    if not re.fullmatch(rf"[a-z0-9_]{{1,{MAX_NAME}}}", new.name):
        raise GraphError(
            100, f"Param name must be 1 to {MAX_NAME} lower-case letters, digits and underscores"
        )
    if not _LANGUAGE.fullmatch(new.language):
        raise GraphError(100, f"Param language '{new.language}' is not the code of a language")
    _components(new)
    if samples:
        for part in new.components:
            _samples(part)
    return new


def _components(new: NewTemplate) -> None:
    kinds = Counter(part.type for part in new.components)
    for kind in ("HEADER", "BODY", "FOOTER", "BUTTONS"):
        if kinds[kind] > 1:
            raise GraphError(100, f"Param components must hold one {kind} at most")
    if not kinds["BODY"]:
        raise GraphError(100, "Param components must hold a BODY")
    named = new.parameter_format == "NAMED"
    for part in new.components:
        match part.type:
            case "HEADER":
                _header(part, named=named)
            case "BODY":
                _body(part, named=named, code=new.category == "AUTHENTICATION")
            case "FOOTER":
                _footer(part)
            case "BUTTONS":
                _buttons(part.buttons)


def _header(part: Component, *, named: bool) -> None:
    if part.format not in _FORMATS:
        raise refused(2388047, f"the format of the header must be one of {', '.join(sorted(_FORMATS))}")
    if part.format != "TEXT":
        return
    if not part.text:
        raise refused(2388047, "a text header needs its text")
    _length("header", part.text, MAX_HEADER)
    if len(placeholders(part.text)) > 1:
        raise refused(2388047, "a header may have one variable at most")
    _variables(part.text, 2388047, named=named)


def _body(part: Component, *, named: bool, code: bool) -> None:
    if code and part.text is None:
        return
    if not part.text:
        raise refused(2388072, "the body needs its text")
    _length("body", part.text, MAX_BODY)
    _variables(part.text, 2388072, named=named)
    if re.match(r"\s*\{\{", part.text) or re.search(r"\}\}\s*$", part.text):
        raise refused(2388299, "variables cannot be at the start or the end of the body")


def _footer(part: Component) -> None:
    if part.code_expiration_minutes is not None and part.text is None:
        return
    if not part.text:
        raise refused(2388073, "the footer needs its text")
    _length("footer", part.text, MAX_FOOTER)
    if placeholders(part.text):
        raise refused(2388073, "a footer cannot have variables")


def _buttons(buttons: tuple[Button, ...]) -> None:
    if not 1 <= len(buttons) <= MAX_BUTTONS:
        raise GraphError(100, f"Param buttons must hold 1 to {MAX_BUTTONS} buttons")
    counts = Counter(button.type for button in buttons)
    for kind, most in _ATMOST.items():
        if counts[kind] > most:
            raise GraphError(100, f"Param buttons must hold at most {most} of type {kind}")
    groups = [key for key, _ in itertools.groupby(buttons, lambda one: one.type == "QUICK_REPLY")]
    if len(groups) > 2:
        raise GraphError(100, "Param buttons: quick replies must stand together, before or after the others")
    for button in buttons:
        _button(button)
    labels = [button.label for button in buttons]
    if len(set(labels)) < len(labels):
        raise GraphError(100, "Param buttons: every text must be unique")


def _button(button: Button) -> None:
    if button.type in {"QUICK_REPLY", "URL", "PHONE_NUMBER", "FLOW"} and not button.text:
        raise GraphError(100, f"Param text is required on a button of type {button.type}")
    _length("button text", button.text or "", MAX_LABEL)
    if button.type == "URL":
        _url(button)
    elif button.type == "PHONE_NUMBER":
        if not button.phone_number:
            raise GraphError(100, "Param phone_number is required on a button of type PHONE_NUMBER")
        _length("phone number", button.phone_number, 20)
    elif button.type == "COPY_CODE":
        sample = button.example[0] if isinstance(button.example, list) and button.example else button.example
        if not isinstance(sample, str) or not sample:
            raise GraphError(100, "Param example is required on a button of type COPY_CODE")
        _length("coupon code", sample, MAX_COUPON)
    elif button.type == "OTP" and button.otp_type not in {"COPY_CODE", "ONE_TAP", "ZERO_TAP"}:
        raise GraphError(100, "Param otp_type must be one of COPY_CODE, ONE_TAP, ZERO_TAP")


def _url(button: Button) -> None:
    if not button.url:
        raise GraphError(100, "Param url is required on a button of type URL")
    _length("URL", button.url, MAX_URL)
    found = placeholders(button.url)
    if len(found) > 1 or (found and not button.url.rstrip().endswith("}}")):
        raise GraphError(100, "Param url may have one variable, at its end")


def _variables(text: str, subcode: int, *, named: bool) -> None:
    found = placeholders(text)
    if named:
        if not all(_NAMED.fullmatch(name) for name in found):
            raise refused(subcode, "names of variables are lower-case letters, digits and underscores")
    elif found != [str(number) for number in range(1, len(found) + 1)]:
        raise refused(subcode, "variables must be {{1}}, {{2}} and so on, none left out")


def _samples(part: Component) -> None:
    """Every placeholder of header, body and URLs needs a sample value."""
    key, subcode = ("header_text", 2388047) if part.type == "HEADER" else ("body_text", 2388072)
    needed = len(placeholders(part.text or ""))
    example = part.example if isinstance(part.example, dict) else {}
    given = example.get(f"{key}_named_params") or example.get(key) or []
    if given and isinstance(given[0], list):
        given = given[0]
    if len(given) < needed:
        raise refused(subcode, f"each of its {needed} variables needs a sample in example")
    if any(placeholders(button.url or "") and not button.example for button in part.buttons):
        raise GraphError(100, "Param example is required for the variable of a URL")


def _length(what: str, text: str, longest: int) -> None:
    if len(text) > longest:
        raise refused(2388040, f"the {what} has {len(text)} characters, at most {longest} are allowed")


_TITLES = {
    2388019: "Message template limit exceeded",
    2388023: "Message template language is being deleted",
    2388024: "Content in this language already exists",
    2388040: "Character limit exceeded",
    2388047: "Message header format is incorrect",
    2388072: "Message body format is incorrect",
    2388073: "Message footer format is incorrect",
    2388299: "Leading or trailing parameters not allowed",
}


def refused(subcode: int, problem: str) -> GraphError:
    """Return the refusal of a template with one of Meta's subcodes, in words for people too."""
    title = _TITLES[subcode]
    return GraphError(100, f"{title}: {problem}", subcode=subcode, told=(title, problem))
