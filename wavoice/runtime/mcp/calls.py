"""A call of a tool, and what comes of it: the port between jobs and whoever speaks MCP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from wavoice.runtime.errors import ToolError
from wavoice.runtime.model import Micros


@dataclass(frozen=True, slots=True)
class Told:
    """An answer: data, never instructions."""

    data: Any
    """Structured content that fits the tool's output schema where it has one; else JSON or `{"text": …}`."""
    failed: bool = False
    """The tool itself says that it did not do it."""


@dataclass(frozen=True, slots=True)
class Form:
    """One question with the schema of its answer."""

    message: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """The tool has done nothing yet, and asks first (`InputRequiredResult`)."""

    state: str | None
    """What the server wants back, sealed by it."""
    forms: Mapping[str, Form]
    """Its questions by its own names; what is no form is none of them."""
    answerable: bool
    """All that it asks are forms."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """The answers with which a call goes on."""

    state: str | None
    answers: Mapping[str, Mapping[str, Any]]
    """Content of each form, accepted."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a listed tool."""

    server: str
    tool: str
    arguments: Mapping[str, Any]
    writes: bool = False
    resumes: Resumed | None = None


class Tools(Protocol):
    """Whoever calls tools. One connection a server, kept open."""

    async def call(self, call: Call) -> Told | Asked:
        """Call it once, never again by itself. Raises `ToolError`.

        Nothing is sent to a tool that is not listed, or is no longer what was pinned.
        """
        ...

    def is_off(self, server: str, tool: str) -> bool:
        """It is known not to be what was pinned."""
        ...


@dataclass(frozen=True, slots=True)
class ToolQuestion:
    """A question of a server that waits for the customer's answer, as it is stored."""

    id: str
    proposal: str
    """The proposal whose write asked; it counts while that is open."""
    key: str
    """Of the write that asked: what its arguments hold, they hold in the answer as well."""
    job: str
    subject: str
    """What the job is about: the same wish again finds it."""
    call: Call
    """With the server's state and the answers that a yes would give."""
    question: str
    """The server's own words."""
    round: int
    expires_at: Micros


class Questions(Protocol):
    """Where they are kept."""

    async def keep(self, question: ToolQuestion) -> None:
        """Store it, pending; an older one of its proposal is dropped."""
        ...

    async def waiting(self, job: str, subject: str) -> ToolQuestion | None:
        """The pending one whose proposal is open and whose time is not over."""
        ...

    async def use(self, question: str) -> ToolQuestion | None:
        """Take it, once and for all; None if it was taken before, dropped, or its time is over."""
        ...


class NoTools:
    """Where no server is to be asked: lists and rehearsals."""

    async def call(self, call: Call) -> Told | Asked:
        """Refuse."""
        raise ToolError(f"{call.server}.{call.tool}: no server is asked here.", sent=False)

    def is_off(self, server: str, tool: str) -> bool:  # noqa: ARG002 -- the port's
        """Nothing is known of it."""
        return False
