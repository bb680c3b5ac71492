"""What policy keeps no longer is taken away, by class, while the bot runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from wavoice.runtime import journal
from wavoice.runtime.model import Micros
from wavoice.runtime.policy import Policy
from wavoice.runtime.ports import Ids, Keep, Store

AT_ONCE: Final = 500
"""Rows of a table in one transaction: others wait no longer than for a turn."""


def keep_of(policy: Policy, now: Micros) -> Keep:
    """From when on rows are kept."""
    return Keep(
        words=now - policy.keep_words,
        ids=now - policy.keep_ids,
        figures=now - policy.keep_figures,
        audit=now - policy.keep_audit,
        consents=now - policy.keep_consents,
    )


async def prune(store: Store, ids: Ids, tenant: str, policy: Policy, now: Micros) -> Mapping[str, int]:
    """Take away what is too old; return how many rows, by table. Raises `StoreError`.

    The journal says what went, and is as whole as before (docs/audit.md).
    """
    keep, gone = keep_of(policy, now), Counter[str]()
    where = journal.Where(tenant, "", "", ids.new("t"))
    while True:
        async with store.begin() as tx:
            part = await tx.retention.prune(journal.Event(now, where, journal.Pruned(0)), keep, AT_ONCE)
        if not part:
            return gone
        gone.update(part)
