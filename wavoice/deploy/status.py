"""How a target stands: what is live, whether it is well, what is unfinished."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from wavoice.deploy.health import in_words
from wavoice.deploy.ledger import Ledger, UnderWay, read_ledger
from wavoice.deploy.target import Health, Holder, Standing
from wavoice.deploy.work import Around


@dataclass(frozen=True, slots=True)
class Status:
    """How a target stands."""

    standing: Standing
    health: Health | None
    """Of the live release; None: there is none."""
    ledger: Ledger
    holder: Holder | None

    @property
    def ok(self) -> bool:
        """True if customers are served, and nothing is unfinished."""
        return self.health is not None and self.health.ready and self.ledger.under_way is None

    def lines(self) -> Iterator[str]:
        """For people."""
        ledger = self.ledger
        yield f"live: {self.standing.live or 'nothing'}{self._wellness()}"
        if (live := ledger.live) is not None:
            before = live.previous or "nothing"
            yield f"deployed: {live.release} at {live.at} by {live.by}; before it: {before}"
        yield f"kept: {', '.join(self.standing.kept) or 'nothing'}"
        if ledger.under_way is not None:
            yield _unfinished(ledger.under_way)
        if self.holder is not None:
            yield f"locked: by {self.holder.who} since {self.holder.since}: {self.holder.why}"

    def _wellness(self) -> str:
        if self.health is None:
            return ""
        return f" ({'ready' if self.health.ready else 'NOT READY'}: {in_words(self.health)})"

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        health, holder, ledger = self.health, self.holder, self.ledger
        return {
            "ok": self.ok,
            "live": self.standing.live,
            "running": list(self.standing.running),
            "kept": list(self.standing.kept),
            "ready": bool(health and health.ready),
            "checks": dict(health.checks) if health else {},
            "deployed": ledger.live and ledger.live.model_dump(),
            "under_way": ledger.under_way and ledger.under_way.model_dump(),
            "locked": holder and {"who": holder.who, "since": holder.since, "why": holder.why},
        }


def _unfinished(deploy: UnderWay) -> str:
    how = f"failed at {deploy.failed_at}" if deploy.failed_at else f"last done: {deploy.last or 'lock'}"
    return f"unfinished: {deploy.release or deploy.id} by {deploy.by}, {how}; wavoice deploy goes on"


async def status(around: Around) -> Status:
    """Look; changes nothing."""
    target = around.target
    standing = await target.standing()
    health = await target.health(standing.live) if standing.live else None
    return Status(standing, health, await read_ledger(target), await target.holder())
