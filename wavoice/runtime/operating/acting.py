"""What an operator changes. Each act says first what it would do; the work is done by whoever drains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wavoice.runtime import journal
from wavoice.runtime.arrivals import where_in
from wavoice.runtime.confirm import can_hold
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.hand_over import RELEASED, timer_of
from wavoice.runtime.model import Address, HandOff, Timer, TimerKind
from wavoice.runtime.operated import REPLAY, WITHDRAW, was_given_up
from wavoice.runtime.ports import Clock, Ids, Pause, Store, UnitOfWork

EVERY_NUMBER = ""


@dataclass(frozen=True, slots=True)
class Act:
    """What is done, or would be."""

    act: str
    subject: str
    says: str
    """In a sentence."""
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Operator:
    """Acts on one tenant's rows. `dry`: nothing is changed, and what would be is said."""

    store: Store
    clock: Clock
    ids: Ids
    tenant: str
    dry: bool

    async def replay(self, turn: str) -> Act:
        """Have a message that fails, or was given up, tried again. Raises `UserInputError`."""
        async with self.store.begin() as tx:
            message = await tx.operations.message(turn)
            if message is None or message.address.tenant != self.tenant:
                raise UserInputError(
                    f"No message began turn {turn}.", remedy="wavoice ops dead-letters lists those given up."
                )
            if message.state == "undone":
                says = f"The message is tried again at once, after {message.attempts} tries."
                if not self.dry:
                    await tx.operations.again(turn)
                    await self._note(tx, message.address, turn, journal.Operated("replayed", turn))
                return Act("replay", turn, says, message.address.contact)
            if not was_given_up(await tx.journal.read(turn)):
                raise UserInputError(f"Turn {turn} is done.", remedy="A message is answered once.")
            await self._nobody_else_has(tx, message.address)
            await self._wake(tx, message.address, TimerKind.REPLAY, f"{REPLAY}{turn}")
            says = "The message is read again; a chat that a person got because of it is the bot's again."
            return Act("replay", turn, says, message.address.contact)

    async def cancel(self, proposal_id: str) -> Act:
        """Take back what waits for a yes. Raises `UserInputError` if it is not open."""
        async with self.store.begin() as tx:
            proposal = await tx.proposals.get(proposal_id)
            if proposal is None or proposal.address.tenant != self.tenant:
                raise UserInputError(f"There is no proposal {proposal_id}.")
            if not proposal.is_open:
                raise UserInputError(f"Proposal {proposal_id} is {proposal.state}.", remedy="It is over.")
            says = f"{proposal.action} is withdrawn, and the customer is told."
            if not can_hold(proposal):
                says = f"{proposal.action} may be written already: it is not tried again, and looked up."
            await self._wake(tx, proposal.address, TimerKind.WITHDRAW, f"{WITHDRAW}{proposal_id}")
            return Act("cancel", proposal_id, says, proposal.address.contact)

    async def release(self, contact: str) -> Sequence[Act]:
        """Give the bot the chats with that contact back that a person has. Raises `UserInputError`."""
        async with self.store.begin() as tx:
            chats = await self._chats(tx, contact)
            parted = [one for one in chats if (at := await tx.conversations.get(one)) and at.handed_off]
            if not parted:
                raise UserInputError(f"No person has a chat with {contact}.", remedy="The bot answers it.")
            return [await self._give_back(tx, address) for address in parted]

    async def pause(self, number: str, reason: str) -> Act:
        """Hand every turn to people from now on. Raises `UserInputError` if that is so already."""
        subject, now = number or "all numbers", self.clock.now()
        async with self.store.begin() as tx:
            known = [one.number for one in await tx.operations.pauses(self.tenant)]
            if number in known:
                raise UserInputError(f"Paused already: {subject}.", remedy="wavoice ops resume ends it.")
            if not self.dry:
                await tx.operations.pause(self.tenant, Pause(number, now, reason))
                await self._note_number(tx, number, journal.Operated("paused", subject, reason))
        return Act("pause", subject, "Every message is acknowledged, and a person's to answer.")

    async def resume(self, number: str, *, give_back: bool) -> Sequence[Act]:
        """Have the bot answer again. `give_back`: also the chats that people got because of the pause."""
        subject = number or "all numbers"
        async with self.store.begin() as tx:
            known = [one.number for one in await tx.operations.pauses(self.tenant)]
            if number not in known:
                raise UserInputError(f"Not paused: {subject}.", remedy=_paused(known))
            acts = [Act("resume", subject, "The bot answers what comes from now on.")]
            if not self.dry:
                await tx.operations.resume(self.tenant, number)
                await self._note_number(tx, number, journal.Operated("resumed", subject))
            if give_back:
                chats = await tx.operations.at_a_person(self.tenant, HandOff.PAUSED)
                ours = [one for one in chats if number in (EVERY_NUMBER, one.number)]
                acts += [await self._give_back(tx, address) for address in ours]
        return acts

    async def _chats(self, tx: UnitOfWork, contact: str) -> Sequence[Address]:
        chats = await tx.operations.addresses(self.tenant, contact)
        if not chats:
            raise UserInputError(f"There is no contact {contact}.", remedy="Name its id, as in c_0197….")
        return chats

    async def _give_back(self, tx: UnitOfWork, address: Address) -> Act:
        await self._wake(tx, address, TimerKind.RELEASE, timer_of(address, RELEASED))
        return Act("release", address.number, "The bot has the chat back.", address.contact)

    async def _nobody_else_has(self, tx: UnitOfWork, address: Address) -> None:
        """A chat that a person has for another reason stays theirs until it is given back on purpose."""
        conversation = await tx.conversations.get(address)
        if conversation is None or not conversation.handed_off:
            return
        parted = conversation.with_person
        if parted is None or parted.reason != HandOff.TURN_FAILED:
            raise UserInputError(
                f"A person has this chat: {parted.reason if parted else 'of an earlier version'}.",
                remedy=f"Give it back first: wavoice ops release {address.contact}",
            )

    async def _wake(self, tx: UnitOfWork, address: Address, kind: TimerKind, subject: str) -> None:
        if not self.dry:
            now = self.clock.now()
            await tx.timers.set(Timer(self.ids.new("w"), address, kind, now, subject, 0))

    async def _note(self, tx: UnitOfWork, address: Address, turn: str, body: journal.Body) -> None:
        await tx.journal.add([journal.Event(self.clock.now(), where_in(address, turn), body)])

    async def _note_number(self, tx: UnitOfWork, number: str, body: journal.Body) -> None:
        """What is about no customer has a turn of its own."""
        await self._note(tx, Address(self.tenant, number, ""), self.ids.new("t"), body)


def _paused(numbers: Sequence[str]) -> str:
    if not numbers:
        return "The bot answers."
    return f"Paused: {', '.join(one or 'all numbers' for one in numbers)}."
