"""The laws of scenarios, held against a replay: nobody has to ask for them."""

from __future__ import annotations

from wavoice.sim.clock import SkippingClock
from wavoice.sim.rehearsal import Rehearsal, today_in
from wavoice.sim.scenario.failure import Failure
from wavoice.sim.scenario.laws import check_laws
from wavoice.sim.scenario.record import LAST_TIMER, Mark, Record


async def broken_laws(rehearsal: Rehearsal, clock: SkippingClock) -> list[Failure]:
    """Follow a finished dialogue to its last timer, deliver every webhook again, and check."""
    played = await _mark(rehearsal)
    end = clock.now() + LAST_TIMER
    while (due := await rehearsal.next_due()) is not None and due <= end:
        clock.skip_to(due)
        await rehearsal.idle()
    quiet = await _mark(rehearsal)
    for body in rehearsal.emulator.posted:
        await rehearsal.emulator.redeliver(body)
    await rehearsal.idle()
    kit, person = rehearsal.runtime.bot.kit, rehearsal.phone.person
    record = Record(
        steps=[],
        events=await rehearsal.journal(),
        ledger=rehearsal.world.ledger,
        orders=rehearsal.world.orders,
        messages={},
        names={},
        today=today_in(str(kit.zone), clock),
        policy=kit.policy,
        personal=[value for value in (person.phone, person.bsuid) if value],
        played=played,
        quiet=quiet,
        repeated=await _mark(rehearsal),
    )
    return check_laws(record)


async def _mark(rehearsal: Rehearsal) -> Mark:
    return Mark(rehearsal.clock.now(), len(await rehearsal.journal()), len(rehearsal.world.ledger))
