"""`wavoice trigger`: one named event to a running simulator, or straight to a webhook."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from wavoice.runtime.adapters.clock import SystemClock
from wavoice.runtime.errors import UserInputError
from wavoice.sim.emulator.control.calls import ROOT
from wavoice.sim.emulator.events import EventContext, make
from wavoice.sim.emulator.wire import Business, Person, WireIds, encode, sign

PATIENCE = 30.0
"""Seconds that a webhook has to answer."""
_SOMEBODY = Person("Sample Customer", "IN.13491208655302741918", "919812300001")


@dataclass(frozen=True, slots=True)
class Answered:
    """How one POST of the event was answered."""

    status: int | None
    """HTTP status; None: no answer came."""
    body: str | None
    """What was said; through a simulator its beginning. None without an answer."""


@dataclass(frozen=True, slots=True)
class Triggered:
    """An event that was sent."""

    payload: dict[str, Any]
    answers: tuple[Answered, ...]
    """One a POST; empty if the simulator posted nothing yet."""

    @property
    def ok(self) -> bool:
        """True if it was posted and every answer was 200, which is all that WhatsApp takes for one."""
        return bool(self.answers) and all(answer.status == httpx.codes.OK for answer in self.answers)


def compose(event: str, overrides: Sequence[str], to: str | None) -> dict[str, Any]:
    """Return the payload of an event outside of any simulator. Raises `UserInputError`.

    `to`: digits of a phone, a BSUID, or a profile name; None: a sample customer.
    """
    clock = SystemClock()
    context = EventContext(business=Business(), person=_person(to), clock=clock, ids=WireIds(clock.now()))
    return make(event, context, overrides)


def send_to_webhook(payload: dict[str, Any], url: str, app_secret: str) -> Triggered:
    """Post it, signed, to a webhook."""
    body = encode(payload)
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": sign(body, app_secret)}
    try:
        answer = httpx.post(url, content=body, headers=headers, timeout=PATIENCE, trust_env=False)
    except httpx.InvalidURL as error:
        raise UserInputError(
            f"{url} is no URL.", remedy="Write it as in http://127.0.0.1:8000/hook."
        ) from error
    except httpx.UnsupportedProtocol as error:
        raise UserInputError(f"{url} is no URL of a webhook.", remedy="Begin it with http://.") from error
    except httpx.HTTPError:
        return Triggered(payload, (Answered(None, None),))
    return Triggered(payload, (Answered(answer.status_code, answer.text),))


def send_through_simulator(
    control: str, event: str, overrides: Sequence[str], to: str | None, token: str | None
) -> Triggered:
    """Let a running simulator send it, about one of its users. Raises `UserInputError` with its words."""
    asked = {"event": event, "overrides": list(overrides), "user": to}
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    try:
        answer = httpx.post(
            f"{control}{ROOT}/inject", json=asked, headers=headers, timeout=PATIENCE, trust_env=False
        )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise UserInputError(
            f"No simulator answers at {control}.",
            remedy="Start one with `wavoice sim`, name its --control URL, or a webhook with --url.",
        ) from error
    told = _json(answer, control)
    if answer.status_code != httpx.codes.OK:
        raise UserInputError(told["error"]["message"], remedy=told["error"]["remedy"])
    posts = told["attempts"]
    return Triggered(told["payload"], tuple(Answered(post["status"], post["answer"]) for post in posts))


def _json(answer: httpx.Response, control: str) -> dict[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        told = None
    if not isinstance(told, dict) or not {"error", "payload"} & told.keys():
        raise UserInputError(
            f"What answers at {control} is no control API.", remedy="`wavoice sim` prints where its own is."
        )
    return told


def _person(to: str | None) -> Person:
    if to is None:
        return _SOMEBODY
    digits = re.sub(r"[+\s()-]", "", to)
    if digits.isdecimal():
        return Person(_SOMEBODY.name, _SOMEBODY.bsuid, digits)
    if re.fullmatch(r"[A-Z]{2}\.[A-Za-z0-9]{1,128}", to):
        return Person(_SOMEBODY.name, to)
    return Person(to, _SOMEBODY.bsuid, _SOMEBODY.phone)
