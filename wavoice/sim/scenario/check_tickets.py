"""Tickets: what a scenario expects in the shop's ticket system, held against what was filed. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wavoice.sim.scenario.expect import TicketExpect
from wavoice.sim.scenario.record import Record
from wavoice.sim.tickets import Ticket

Problem = tuple[str, str, str]
"""Reason, expected, got."""


def compare_tickets(expected: Sequence[TicketExpect], record: Record) -> Iterator[Problem]:
    """What is wrong, unless these are exactly the tickets."""
    wanted = "; ".join(", ".join(one.reasons) for one in expected) or "none"
    got = "; ".join(", ".join(one.reasons) for one in record.tickets) or "none"
    if len(expected) != len(record.tickets):
        yield f"{len(record.tickets)} tickets instead of {len(expected)}", wanted, got
        return
    for one, ticket in zip(expected, record.tickets, strict=True):
        if one.reasons != ticket.reasons:
            yield "a ticket has other entries", ", ".join(one.reasons), ", ".join(ticket.reasons)
        yield from _compare(one, ticket, record)


def _compare(expected: TicketExpect, ticket: Ticket, record: Record) -> Iterator[Problem]:
    name = record.threads.get(ticket.thread, ticket.thread)
    if (wanted := expected.from_ or next(iter(record.threads.values()), "")) != name:
        yield "a ticket is about somebody else", wanted, name
    held = " ".join(entry.filing.model_dump_json() for entry in ticket.entries)
    text = held.casefold()
    for phrase in expected.contains:
        if phrase.casefold() not in text:
            yield "a ticket does not hold this", phrase, held
    for phrase in expected.excludes:
        if phrase.casefold() in text:
            yield "a ticket holds this", f"not {phrase}", held
    if expected.pending is not None:
        pending = ticket.entries[-1].filing.pending if ticket.entries else None
        state = str(pending["state"]) if pending else "none"
        if state != expected.pending:
            yield "what is pending is in another state", expected.pending, state
