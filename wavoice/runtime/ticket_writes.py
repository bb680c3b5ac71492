"""Tickets that a customer opens: filed by the ticket system, after the gate's word and under the one key."""

from __future__ import annotations

from dataclasses import dataclass

from wavoice.runtime.errors import CommitRefusedError
from wavoice.runtime.model import Address, Alias, Effect, Line, Micros, Packet, WriteResult
from wavoice.runtime.ports import Tickets
from wavoice.runtime.token import Admission, CommitToken

REASON = "customer_request"
"""Why it was filed: no hand-off, the chat goes on."""
_LONGEST_TITLE = 80


@dataclass(frozen=True, slots=True)
class TicketWrites:
    """`own_writes.Writes` by `ports.Tickets`: an entry of the open ticket of this chat, or a new one."""

    tickets: Tickets
    admission: Admission | None
    address: Address
    alias: Alias
    at: Micros
    """When the customer said yes."""
    turn: str
    """At which turn it was asked about."""

    async def write(self, effect: Effect, token: CommitToken) -> WriteResult:
        """See `ports.Orders.write`; the reference is the ticket."""
        if self.admission is None:
            raise CommitRefusedError("no_token", "Nobody here admits a write.")
        self.admission.admit(effect, token)
        return await self.tickets.open_or_append(self._packet(effect))

    async def look_up(self, key: str) -> WriteResult | None:
        """See `ports.Orders.look_up`."""
        return await self.tickets.find(key)

    def _packet(self, effect: Effect) -> Packet:
        """The same for every try: whoever files it twice gets the same answer."""
        subject = effect.args.get("subject", "")
        return Packet(
            key=effect.key,
            thread=self.address.thread,
            reason=REASON,
            at=self.at,
            address=self.address,
            alias=self.alias,
            turn=self.turn,
            summary=f"The customer opened a ticket: \u201c{subject}\u201d.",
            pending=None,
            transcript=(Line(self.at, "customer", subject),),
            tried=(),
            title=subject[:_LONGEST_TITLE],
        )
