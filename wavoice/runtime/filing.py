"""A stored hand-off on its way into the ticket system: looked for before it is filed again, never lost."""

from __future__ import annotations

from dataclasses import replace

from wavoice.runtime import journal
from wavoice.runtime.arrivals import where_in
from wavoice.runtime.kit import Kit
from wavoice.runtime.model import SECOND, HandedPacket, Micros, Outcome, PacketState, Timer, WriteResult
from wavoice.runtime.outgoing import record
from wavoice.runtime.ports import Tickets, UnitOfWork

NO_SYSTEM = WriteResult(Outcome.UNKNOWN, reason="no ticket system is configured any more")


async def file_ticket(kit: Kit, timer: Timer) -> None:
    """The timer of a packet has come: file it once, or come back later.

    An answer that was lost is looked for by the packet's key, so that nothing is filed twice. What the
    system refuses for good stays in the store, and the journal says so.
    """
    async with kit.store.begin() as tx:
        handed = await tx.hand_offs.get(timer.subject)
        if handed is None or handed.state is not PacketState.WAITING:
            await tx.timers.clear(timer.subject)
            return
    result = NO_SYSTEM if kit.tickets is None else await _file(kit.tickets, handed, timer.attempts)
    kit.failpoints.reach("ticket_filed")
    packet, now = handed.packet, kit.clock.now()
    async with kit.store.begin() as tx:
        if result.outcome is Outcome.DONE:
            await tx.hand_offs.save(replace(handed, state=PacketState.FILED, ticket=result.reference))
            body: journal.Body = journal.Ticketed(packet.key, packet.reason, result.reference or "")
        else:
            body = journal.Trouble("ticket", f"ticket_{result.outcome}", result.reason or "")
        if result.outcome is Outcome.REFUSED:
            await tx.hand_offs.save(replace(handed, state=PacketState.REFUSED))
        await again_or_over(kit, tx, timer, result, now)
        await record(kit, tx, journal.Event(now, where_in(packet.address, packet.turn), body))


async def _file(tickets: Tickets, handed: HandedPacket, attempts: int) -> WriteResult:
    found = await tickets.find(handed.packet.key) if attempts else None
    return found or await tickets.open_or_append(handed.packet)


async def again_or_over(kit: Kit, tx: UnitOfWork, timer: Timer, result: WriteResult, now: Micros) -> None:
    """The timer of what is filed elsewhere comes again, after doubling gaps, until there was an answer."""
    if result.outcome is not Outcome.UNKNOWN:
        await tx.timers.clear(timer.subject)
        return
    gap = min(2 ** min(timer.attempts, 30) * SECOND, kit.policy.ticket_gap)
    await tx.timers.set(replace(timer, due_at=now + gap, attempts=timer.attempts + 1))
