"""The bot turn by turn over HTTP, for benchmarks that play the customer themselves.

An episode is a shop, a handset and the runtime on a virtual clock of their own. It is meant for programs on
this machine: there is nobody's data in it, and no secret.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from threading import Lock
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from wavoice.runtime.errors import UserInputError, WavoiceError
from wavoice.sim.scenario.python_api import ScenarioBot, ScenarioWorld
from wavoice.sim.scenario.talk import BotMessage, Talk

MOST = 32
"""Episodes at once: each is a thread."""
MOST_BYTES = 100_000
"""Of one request."""
ANSWERS_WITHIN = "10s"
"""On the clock of the episode: the answer to a yes comes once its settle window has passed."""
GIVEN = {"now": "2026-11-23T10:00:00", "zone": "UTC", "contact": "customer"}
"""What an episode begins with, where it says nothing else."""
ACTIONS = ("text", "note", "button", "wait")
Body = dict[str, Any]
Answering = Callable[[Request], Awaitable[Response]]


@dataclass(slots=True)
class Episode:
    """One conversation under way; one message at a time."""

    talk: Talk
    lock: Lock = field(default_factory=Lock)

    def says(self, body: Body) -> Body:
        """Let the customer do it, and tell what the bot says to it."""
        (action,) = body
        with self.lock:
            if action == "wait":
                self.talk.step({"wait": body["wait"]})
            else:
                self.talk.send({action: body[action]}, {})
                if not self.talk.unheard():
                    self.talk.step({"wait": ANSWERS_WITHIN})
            return {"replies": [_shown(self.talk.hear()) for _ in self.talk.unheard()]}

    def state(self) -> Body:
        """The shop as it is, and where the conversation stands."""
        with self.lock:
            world, bot = ScenarioWorld(self.talk), ScenarioBot(self.talk)
            proposal = bot.proposal
            return {
                "writes": world.writes,
                "orders": {
                    number: {
                        "day": order.day.isoformat(),
                        "status": order.status,
                        "address": order.address,
                        "items": [*order.items],
                    }
                    for number, order in world.orders.items()
                },
                "proposal": None
                if proposal is None
                else {"action": proposal.action, "state": proposal.state},
                "handed_off": any(event.kind == "handed_off" for event in bot.events),
            }

    def end(self) -> Body:
        """Follow every timer to its end; the laws that were broken."""
        with self.lock:
            try:
                return {"laws": [f"{one.kind}: {one.reason}" for one in self.talk.end()]}
            finally:
                self.talk.close()


def _shown(message: BotMessage) -> Body:
    return {"text": message.text, "form": message.form, "buttons": [*message.buttons]}


class Episodes:
    """All that are under way, and the pages that drive them."""

    def __init__(self) -> None:
        self._held: dict[str, Episode] = {}
        self._ids = count(1)
        self.app = Starlette(
            routes=[
                Route("/episodes", _told(self._begin), methods=["POST"]),
                Route("/episodes/{id}/messages", _told(self._say), methods=["POST"]),
                Route("/episodes/{id}", _told(self._look), methods=["GET"]),
                Route("/episodes/{id}", _told(self._end), methods=["DELETE"]),
            ]
        )

    async def close(self) -> None:
        """End all of them."""
        while self._held:
            _, episode = self._held.popitem()
            await run_in_threadpool(episode.talk.close)

    async def _begin(self, request: Request) -> Response:
        body = await _body(request)
        given = body.get("given", {})
        if body.keys() - {"given"} or not isinstance(given, dict):
            raise UserInputError("An episode begins with an object `given`, or with nothing.")
        if len(self._held) >= MOST:
            return JSONResponse({"error": f"{MOST} episodes are under way. End one."}, 429)
        talk = await run_in_threadpool(Talk, {**GIVEN, **given}, Path("episode.yaml"))
        name = f"e{next(self._ids)}"
        self._held[name] = Episode(talk)
        return JSONResponse({"id": name}, 201)

    async def _say(self, request: Request) -> Response:
        body = await _body(request)
        if (
            len(body) != 1
            or not {*body} <= {*ACTIONS}
            or not all(isinstance(one, str) for one in body.values())
        ):
            raise UserInputError(f"A message is an object with one text: {', '.join(ACTIONS)}.")
        return JSONResponse(await run_in_threadpool(self._episode(request).says, body))

    async def _look(self, request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(self._episode(request).state))

    async def _end(self, request: Request) -> Response:
        episode = self._episode(request)
        del self._held[request.path_params["id"]]
        return JSONResponse(await run_in_threadpool(episode.end))

    def _episode(self, request: Request) -> Episode:
        return self._held[request.path_params["id"]]


def _told(answer: Answering) -> Answering:
    """What is wrong with a request is said in the answer to it."""

    async def answered(request: Request) -> Response:
        try:
            return await answer(request)
        except KeyError:
            return JSONResponse({"error": "There is no such episode."}, 404)
        except WavoiceError as error:
            return JSONResponse({"error": error.message}, 422)
        except AssertionError as error:
            return JSONResponse({"error": str(error)}, 409)

    return answered


async def _body(request: Request) -> Body:
    raw = b""
    async for part in request.stream():
        raw += part
        if len(raw) > MOST_BYTES:
            raise UserInputError(f"A request has at most {MOST_BYTES} bytes.")
    found: Any = {} if not raw else None
    with suppress(ValueError, RecursionError):  # what is no JSON stays None, and is said below
        found = json.loads(raw) if raw else found
    if not isinstance(found, dict):
        raise UserInputError("The body is no JSON object.")
    return found
