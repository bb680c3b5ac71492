"""What a target knows of its deploys: `deploy.json`, and one line an event in `audit.jsonl`.

Both lie on the target, so that whoever deploys next, from whichever machine, knows what was done.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from wavoice.deploy.errors import TargetError
from wavoice.deploy.target import Place
from wavoice.runtime.model import SECOND, Micros

LEDGER = "deploy.json"
AUDIT = "audit.jsonl"


class _Note(BaseModel):
    model_config = ConfigDict(extra="ignore", use_attribute_docstrings=True)


class Gate(_Note):
    """What the scenarios came to."""

    digest: str
    """Of the bot and its scenarios as they were judged; empty where nobody was asked."""
    told: str
    skipped: str = ""
    """Why it was passed by."""


class UnderWay(_Note):
    """A deploy that has begun and not ended."""

    id: str
    by: str
    process: int
    """Id of the process on the machine of `by`."""
    began: str
    release: str = ""
    digest: str = ""
    gate: Gate | None = None
    last: str = ""
    """The last step that was done."""
    failed_at: str = ""
    """The step that it ended with; empty: it goes on, or broke off."""
    previous: str | None = None
    """Release that was live before it."""
    switched: bool = False
    callbacks: list[Callback] = Field(default_factory=list)
    """What it changed at Meta."""


class Callback(_Note):
    """An override of WhatsApp's callback that a deploy has set."""

    level: Literal["number", "account"]
    node: str
    """Id of the number or account."""
    before: str | None
    """What was set there; None: nothing."""
    now: str


class Live(_Note):
    """The last deploy that came to its end."""

    deploy: str
    release: str
    digest: str
    by: str
    at: str
    previous: str | None = None
    callbacks: list[Callback] = Field(default_factory=list)


class Ledger(_Note):
    """All of it."""

    version: Literal[1] = 1
    """Of this file: a newer one is refused."""
    under_way: UnderWay | None = None
    live: Live | None = None
    failed: str = ""
    """The last release that was taken back; its logs are kept."""


UnderWay.model_rebuild()


async def read_ledger(place: Place) -> Ledger:
    """What is noted there; empty where nothing ever was. Raises `TargetError` if it cannot be read."""
    text = await place.read(LEDGER)
    if text is None:
        return Ledger()
    try:
        return Ledger.model_validate_json(text)
    except ValidationError:
        raise TargetError(
            f"{LEDGER} on the target cannot be read, or is of a newer wavoice.",
            host=place.host,
            remedy="Upgrade wavoice-bot here, or move the file away: releases and logs do not depend on it.",
        ) from None


async def keep_ledger(place: Place, ledger: Ledger) -> None:
    """Note it there."""
    await place.write(LEDGER, ledger.model_dump_json(indent=1) + "\n")


async def note(place: Place, at: Micros, event: str, told: Mapping[str, Any]) -> None:
    """Add a line to the audit."""
    line = {"at": stamp(at), "event": event, **told}
    await place.append(AUDIT, json.dumps(line, ensure_ascii=False, sort_keys=False))


def stamp(at: Micros) -> str:
    """UTC to the second, ISO 8601."""
    return datetime.fromtimestamp(at // SECOND, UTC).isoformat().replace("+00:00", "Z")
