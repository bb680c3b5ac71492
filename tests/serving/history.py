"""What a history may not hold: the journal, the shop's books, the tickets and every handset, side by side."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from tests.journals import event_of
from tests.serving.customers import DONE, Customer
from tests.serving.street import Street
from wavoice.runtime.audit.report import audit
from wavoice.runtime.journal import Event
from wavoice.runtime.model import SECOND, Micros
from wavoice.runtime.policy import Policy

LEFT = {
    "messages are not worked on": "SELECT count(*) FROM inbox WHERE NOT done",
    "replies are not sent": "SELECT count(*) FROM outbox WHERE state = 'queued'",
    "writes are left open": "SELECT count(*) FROM effects WHERE state IN ('intended', 'unknown')",
    "wakes are due": "SELECT count(*) FROM timers WHERE kind NOT IN ('release', 'offer')",
}


def broken(at: Street, customers: Sequence[Customer]) -> Iterator[str]:
    """Everything that was lost, doubled, out of order or is not proved, once all is quiet."""
    stored, head = at.journal()
    report = audit(stored, head)
    yield from (f"not proved: {one.invariant}: {one.said}" for one in report.violations)
    yield from (f"not whole: {one.kind}: {one.said}" for one in report.breaks)
    if not report.effects == report.proved == len(at.world.ledger):
        yield f"{len(at.world.ledger)} writes, {report.effects} decided, {report.proved} proved"
    events = [event_of(one) for one in stored]
    yield from _turns(events, [wamid for one in customers for wamid in one.sent])
    yield from _order(events, customers)
    for one in customers:
        yield from _of_customer(at, one)
    yield from _doubled_replies(at)
    yield from _outside(at, events)
    yield from left(at)
    yield from _damaged(at)


def _turns(events: Sequence[Event], sent: Sequence[str]) -> Iterator[str]:
    """Every message that was sent is one turn, and each has come to an end: a yes once more at its commit."""
    came = Counter(event.body.message for event in events if event.kind == "received")
    yield from (f"{wamid} was received {came[wamid]} times" for wamid in sent if came[wamid] != 1)
    begun = {event.where.turn for event in events if event.kind == "received"}
    ended = {event.where.turn for event in events if event.kind == "turn_ended"}
    yield from (f"turn {turn} has not ended" for turn in begun - ended)


def _order(events: Sequence[Event], customers: Sequence[Customer]) -> Iterator[str]:
    """What a customer sent one after the other came and was decided in this order."""
    place = {wamid: number for one in customers for number, wamid in enumerate(one.sent)}
    said = {event.where.turn: event.body.message for event in events if event.kind == "received"}
    for kind in ("received", "decided"):
        seen: dict[str, list[int]] = defaultdict(list)
        for event in events:
            if event.kind == kind and event.where.turn in said:
                seen[event.where.contact].append(place[said[event.where.turn]])
        yield from (
            f"{contact}: {kind} as {order}" for contact, order in seen.items() if order != sorted(order)
        )


def _of_customer(at: Street, one: Customer) -> Iterator[str]:
    """What was told to be done is one write; a write that nobody was told of is with a person."""
    wrote = sum(applied.args.get("order") == one.order for applied in at.world.ledger)
    said = [message for message in one.phone.messages if (message.text or "").startswith(DONE)]
    told = len({at.emulator.sent(message.wamid).request.reference for message in said})
    if not (told == one.done == wrote or (one.handed_over and told == one.done == wrote - 1)):
        yield f"order {one.order}: {one.done} done, {told} times told, {wrote} writes"


def _doubled_replies(at: Street) -> Iterator[str]:
    """Sent twice is only what nobody knew to have arrived for a whole lease: there is no key on that wire."""
    for phone in at.phones:
        shown: dict[str, list[Micros]] = defaultdict(list)
        for message in phone.messages:
            shown[at.emulator.sent(message.wamid).request.reference or ""].append(message.at)
        for part, moments in shown.items():
            stored = at.stored_at(part.partition("/")[0]) if len(moments) > 1 else 0
            if sent_too_soon(stored, moments):
                after = ", ".join(f"{(moment - stored) / SECOND:.1f}" for moment in moments)
                yield f"reply {part} was shown {after} s after it was stored"


def sent_too_soon(stored: Micros, shown: Sequence[Micros]) -> bool:
    """Whether a try began before the lease of the one before was over: leases count from the storing on.

    Of a try it is known when it was shown, and not when it began; it takes less than half a lease.
    """
    lease = Policy().send_lease
    early = any(moment < stored + number * lease for number, moment in enumerate(shown))
    return early or any(after - before < lease // 2 for before, after in pairwise(shown))


def _outside(at: Street, events: Sequence[Event]) -> Iterator[str]:
    """Keys of writes, tickets and notes are used once; every hand-off and every write is filed."""
    keys = Counter(applied.key for applied in at.world.ledger)
    yield from (f"{key} was written {times} times" for key, times in keys.items() if times > 1)
    filed = Counter(entry.key for ticket in at.world.desk.tickets for entry in ticket.entries)
    yield from (f"{key} was filed {times} times" for key, times in filed.items() if times > 1)
    handed = sum(event.kind == "handed_off" for event in events)
    if handed != len(filed):
        yield f"{handed} hand-offs, {len(filed)} filed"
    noted = Counter(one.key for one in at.world.timeline.notes)
    if noted != Counter(applied.key for applied in at.world.ledger):
        yield f"{len(keys)} writes, {sum(noted.values())} notes of {len(noted)}"


def left(at: Street) -> Iterator[str]:
    """What is still to be done, by the store alone."""
    for what, query in LEFT.items():
        if count := at.count(query):
            yield f"{count} {what}"


def _damaged(at: Street) -> Iterator[str]:
    if (damage := at.damage()) is not None:
        yield f"the store is damaged: {damage}"
