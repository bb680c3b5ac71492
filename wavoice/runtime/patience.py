"""The word that an earlier note is still being read, while an answer waits behind it (D37).

It is due at a moment that the store knows (when the yes came), and its reply group has an id of its
own, so a crash neither loses nor repeats it: whoever hears the note again says it, or finds it said.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from wavoice.runtime import journal
from wavoice.runtime.confirm import can_hold
from wavoice.runtime.deliver import end_turn, keep_delivery, send
from wavoice.runtime.errors import StoreError
from wavoice.runtime.keep import wake
from wavoice.runtime.kit import Turn
from wavoice.runtime.model import Inbound, Micros, OutboxGroup, Proposal, ProposalState, Reply, TimerKind
from wavoice.runtime.ports import UnitOfWork
from wavoice.runtime.replies import english
from wavoice.runtime.speaking import Spoken
from wavoice.runtime.trace import Trace
from wavoice.runtime.understand import Known


@asynccontextmanager
async def patience(turn: Turn, message: Inbound, known: Known) -> AsyncIterator[None]:
    """Around the hearing of a note: says once that it takes long, if somebody waits for it."""
    proposal = known.proposal
    silent = known.conversation.handed_off or known.consents.messages is False or turn.kit.until is not None
    if message.media is None or proposal is None or not can_hold(proposal) or silent:
        yield
        return
    evidence = proposal.evidence if proposal.state is ProposalState.SETTLING else None
    waits_since = evidence.received_at if evidence else message.received_at
    heard = asyncio.Event()
    word = turn.begin(_word(turn, known, waits_since + turn.kit.policy.still_listening, heard))
    try:
        yield
    finally:
        heard.set()  # not yet due: never said; on its way: it comes before the answer
        await asyncio.gather(word, return_exceptions=True)


async def _word(turn: Turn, known: Known, due: Micros, heard: asyncio.Event) -> None:
    kit = turn.kit
    await kit.clock.wait(heard, due)
    if heard.is_set() or known.proposal is None:
        return
    notice = Turn(kit.ids.new("t"), turn.address, turn.modality, Trace(kit.clock, due), kit, turn.flow)
    try:
        async with kit.store.begin() as tx:
            group = await _queue(notice, tx, known, known.proposal)
        if group is None:
            return
        delivery = await send(notice, group, _in_text())
        end_turn(notice, delivery, "notice", due)
        async with kit.store.begin() as tx:
            delivery = replace(delivery, group=replace(delivery.group, held_at=None))
            await keep_delivery(notice, tx, delivery)
            if delivery.retry:  # too late to be of use
                await tx.timers.clear(group.id)
            await notice.write_journal(tx)
    except StoreError as error:
        turn.log(journal.Trouble(stage="send", code=error.code))
    finally:
        await notice.close()


async def _queue(notice: Turn, tx: UnitOfWork, known: Known, before: Proposal) -> OutboxGroup | None:
    """Store the word, unless it was said or nobody waits for it."""
    name = f"o_{before.id}_{before.version}_listening"
    proposal = await tx.proposals.get(before.id)
    unread = await tx.inbox.unread(notice.address)
    waits = before.state is ProposalState.SETTLING or unread > 1  # the note itself is one
    if proposal is None or not can_hold(proposal) or not waits or await tx.outbox.get(name) is not None:
        return None
    now = notice.trace.now()
    group = OutboxGroup(
        id=name,
        address=notice.address,
        to=known.conversation.alias,
        turn=notice.id,
        reply=Reply(text=english.STILL_LISTENING, notice=True),
        created_at=now,
    )
    await tx.outbox.save(group)
    await wake(notice, tx, TimerKind.OUTBOX, now + notice.kit.policy.send_lease, group.id)
    return group


async def _in_text() -> Spoken:
    return Spoken(None)
