"""A whole emulated WhatsApp as one JSON document, and back."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from wavoice.runtime.errors import UserInputError
from wavoice.runtime.model import Micros
from wavoice.sim.emulator.chaos import Chaos
from wavoice.sim.emulator.error_rules import ErrorRulesState
from wavoice.sim.emulator.graph_identity import UsernameState
from wavoice.sim.emulator.handset.base import HandsetState
from wavoice.sim.emulator.identity import IdentityState
from wavoice.sim.emulator.network_faults import NetworkFaultsState
from wavoice.sim.emulator.network_state import NetworkState
from wavoice.sim.emulator.subscriptions import SubscriptionsState
from wavoice.sim.emulator.templates.book import TemplatesState
from wavoice.sim.emulator.tokens import TokensState
from wavoice.sim.emulator.webhooks import WebhooksState

VERSION = 1
LATEST: Micros = 253_402_300_799_000_000
"""The end of the year 9999: no clock goes beyond it."""


class WorldState(BaseModel, defer_build=True):
    """Everything. Each part is the `state` of one component; times are microseconds since the epoch."""

    model_config = ConfigDict(extra="forbid")

    version: Literal[1] = 1
    at: Annotated[Micros, Field(le=LATEST)]
    """When it was saved."""
    chaos: Chaos | None = None
    seed: int
    """Of all ids."""
    ids: int
    """How many were given out."""
    phones: list[HandsetState]
    """In the order in which they were connected."""
    network: NetworkState
    webhooks: WebhooksState
    subscriptions: SubscriptionsState
    tokens: TokensState
    rules: ErrorRulesState
    faults: NetworkFaultsState
    templates: TemplatesState
    identity: IdentityState
    username: UsernameState


def read_world(document: object) -> WorldState:
    """Return the world of a JSON document. Raises `UserInputError` that names what is wrong."""
    if isinstance(document, dict) and document.get("version") != VERSION:
        raise UserInputError(
            f"The world has version {document.get('version')!r}.", remedy=f"This wavoice reads {VERSION}."
        )
    try:
        return WorldState.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise UserInputError(
            f"That is no world: {place}: {first['msg']}.", remedy="Give a file that `wavoice sim` has saved."
        ) from error


def to_bytes(world: dict[str, Any]) -> bytes:
    """Return the file of a world: the same world is the same bytes."""
    return (json.dumps(world, ensure_ascii=True, separators=(",", ":")) + "\n").encode()


def from_bytes(data: bytes) -> dict[str, Any]:
    """Return the document in a file. Raises `UserInputError`."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UserInputError(
            "That is no JSON.", remedy="Give a file that `wavoice sim` has saved."
        ) from error
    if not isinstance(found, dict):
        raise UserInputError("That is no world.", remedy="Give a file that `wavoice sim` has saved.")
    return found
