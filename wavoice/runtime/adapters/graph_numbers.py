"""The business numbers of one bot: a client of the Graph API each, and what stands for all others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import httpx

from wavoice.runtime.adapters.graph import GraphClient, GraphSettings
from wavoice.runtime.errors import ChannelError
from wavoice.runtime.model import MediaRef, Outgoing
from wavoice.runtime.ports import Accepted, Clock


def clients(
    first: GraphSettings,
    further: Sequence[str],
    http: httpx.AsyncClient,
    clock: Clock,
    media_http: httpx.AsyncClient | None,
) -> dict[str, GraphClient]:
    """By number, the first one first: the same token and the same connections for all."""
    numbers = dict.fromkeys((first.number, *further))
    return {number: GraphClient(replace(first, number=number), http, clock, media_http) for number in numbers}


class NotOurs:
    """`ports.Channel` of a number that this bot does not answer (any more): nothing leaves from another."""

    async def seen(self, message: str) -> None:  # noqa: ARG002 - the protocol's, as below
        """Raises `ChannelError`."""
        raise _refusal()

    async def fetch(self, media: MediaRef, max_bytes: int) -> bytes:  # noqa: ARG002
        """Raises `ChannelError`."""
        raise _refusal()

    async def upload(self, data: bytes, mime_type: str) -> str:  # noqa: ARG002
        """Raises `ChannelError`."""
        raise _refusal()

    async def send(self, message: Outgoing) -> Accepted:  # noqa: ARG002
        """Raises `ChannelError`."""
        raise _refusal()


def _refusal() -> ChannelError:
    return ChannelError("The business number of this chat is not among the bot's numbers any more.")
