"""The budget of voice minutes: how much is listened to in a day, of one customer and of all.

A day is one of the shop. What counts is the decoded length of every note that was transcribed, in the
transaction that keeps its turn, so a crash counts nothing twice. Typed messages cost nothing and are
always read.
"""

from __future__ import annotations

import math

from wavoice.runtime.kit import Kit
from wavoice.runtime.model import Inbound
from wavoice.runtime.ports import UnitOfWork


async def voice_left(kit: Kit, tx: UnitOfWork, message: Inbound) -> float:
    """Seconds that may still be listened to on the day on which the message came; 0 or less: none."""
    policy, day = kit.policy, kit.local(message.received_at).date()
    left = policy.contact_voice_minutes * 60 - await tx.voice_use.of_contact(message.address, day)
    if left <= 0 or math.isinf(policy.tenant_voice_minutes):
        return left
    return min(
        left, policy.tenant_voice_minutes * 60 - await tx.voice_use.of_tenant(message.address.tenant, day)
    )


async def count_voice(kit: Kit, tx: UnitOfWork, message: Inbound, seconds: float) -> None:
    """Note that so much of the message was listened to."""
    await tx.voice_use.add(message.address, kit.local(message.received_at).date(), seconds)
