"""A customer's own wish to be erased: the write sets a due moment, and the rest is done when that comes.

So the outcome is said before there is nobody left to say it to, and whatever dies in between is done later,
once: the moment is a row of the person, and goes with them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from wavoice.runtime import personal
from wavoice.runtime.errors import CommitRefusedError, GoneError
from wavoice.runtime.kit import Turn
from wavoice.runtime.model import SECOND, Conversation, Effect, Outcome, Timer, TimerKind, WriteResult
from wavoice.runtime.ports import Store, UnitOfWork
from wavoice.runtime.token import Admission, CommitToken

SUBJECT: Final = "erase."
"""Before the key of the write: what ends with a proposal's own timers does not end this one."""
MOST_WAITS: Final = 60
"""So often, and for about an hour, it waits for replies that are on their way and tickets to be filed."""
GONE: Final = "The person is erased."


@dataclass(frozen=True, slots=True)
class EraseWrites:
    """`own_writes.Writes`: the erasure is set, in one transaction, and done when its timer comes."""

    store: Store
    admission: Admission | None
    timer: Timer

    async def write(self, effect: Effect, token: CommitToken) -> WriteResult:
        """See `ports.Orders.write`: DONE means that it cannot be lost any more."""
        if self.admission is None:
            raise CommitRefusedError("no_token", "Nobody here admits a write.")
        self.admission.admit(effect, token)
        async with self.store.begin() as tx:
            await tx.timers.set(self.timer)
        return WriteResult(Outcome.DONE)

    async def look_up(self, key: str) -> WriteResult | None:  # noqa: ARG002 -- the timer holds it
        """See `ports.Orders.look_up`."""
        address = self.timer.address
        async with self.store.begin() as tx:
            waits = await tx.persons.erasing(address.tenant, address.contact)
        return WriteResult(Outcome.DONE) if waits else None


def writes_of(turn: Turn, key: str) -> EraseWrites:
    """Who carries the wish of this turn's customer out."""
    kit = turn.kit
    timer = kit.timer(turn.address, TimerKind.ERASE, kit.clock.now(), f"{SUBJECT}{key}")
    return EraseWrites(kit.store, kit.admission, timer)


async def erase_now(turn: Turn, timer: Timer, conversation: Conversation) -> None:
    """Its timer has come: erase the customer, once nothing of theirs is under way. Raises `GoneError` then.

    Nothing is said and nothing is noted after it: there is nobody any more.
    """
    kit = turn.kit
    who = await personal.person(kit.store, turn.address.tenant, turn.address.contact)
    async with kit.store.begin() as tx:
        if await _put_off(turn, tx, timer, conversation):
            return
    if kit.media is not None:
        for address in who.chats:
            await kit.media.forget(address)
    why = personal.because("customer", who, turn.id, turn.trace.now())
    async with kit.store.begin() as tx:
        if await _put_off(turn, tx, timer, conversation):
            return
        await tx.persons.erase(why, who.contact, kit.keyed)
        tx.after_commit(lambda: kit.sink.write(why))
    raise GoneError(GONE)


async def _put_off(turn: Turn, tx: UnitOfWork, timer: Timer, conversation: Conversation) -> bool:
    """Whether it has to wait; what arrived meanwhile is answered first, and lost in no case."""
    address, persons = turn.address, tx.persons
    await tx.conversations.save(conversation)  # fenced, if another drain has taken it
    busy = await persons.writing(address.tenant, address.contact)
    if timer.attempts < MOST_WAITS:
        busy = busy or await persons.awaited(address.tenant, address.contact)
    if busy or await persons.unread(address.tenant, address.contact):
        later = turn.trace.now() + min(2**timer.attempts, 60) * SECOND
        await tx.timers.set(replace(timer, due_at=later, attempts=timer.attempts + 1))
        return True
    return False
