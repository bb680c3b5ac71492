"""How this bot stands with its operator and with WhatsApp: paused, token refused, news of the account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from wavoice.runtime.deliver import GRAPH_ACCESS
from wavoice.runtime.model import Micros
from wavoice.runtime.ports import Store

REFUSED: Final = "refused"


@dataclass(frozen=True, slots=True)
class Standing:
    """Nothing of it keeps messages from being taken: they are stored whatever it is."""

    paused: tuple[str, ...] = ()
    """Business numbers; `all numbers` for all."""
    refused: bool = False
    """Graph took the access token of some number no more when it was last asked."""
    news: Mapping[str, Micros] | None = None
    """When WhatsApp told last of a field of its webhooks."""

    @property
    def told(self) -> str:
        """In a line, without a personal value."""
        parts = [f"paused: {', '.join(self.paused)}"] if self.paused else []
        parts += ["the access token is refused"] if self.refused else []
        parts += (
            [f"WhatsApp told of {', '.join(sorted(self.news))} (wavoice ops status)"] if self.news else []
        )
        return "; ".join(parts) or "ok"


async def standing_of(store: Store, tenant: str) -> Standing:
    """Read it. Raises `StoreError`."""
    async with store.begin() as tx:
        pauses, news = await tx.operations.pauses(tenant), await tx.operations.news(tenant)
    told: dict[str, Micros] = {}
    for one in news:
        if one.field != GRAPH_ACCESS:
            told[one.field] = max(one.at, told.get(one.field, 0))
    return Standing(
        tuple(pause.number or "all numbers" for pause in pauses),
        any(one.field == GRAPH_ACCESS and one.state == REFUSED for one in news),
        told,
    )
