"""How the shop reaches a customer, and what it hears from them."""

from __future__ import annotations

from dataclasses import replace

from wavoice.runtime.model import Contact, Ticket
from wavoice.sim.shop.books import ANY_VERSION, Books
from wavoice.sim.shop.handlers.handler import Done, OnBooks
from wavoice.sim.shop.wire import Write

_MAY_CHANGE = frozenset({"email", "name"})


def _update(books: Books, write: Write) -> Done | str:
    owner = write.args.get("customer", "")
    change = {name: value for name, value in write.args.items() if name != "customer"}
    known = books.records.get(Contact, owner, owner)
    if known is None:
        return "unknown_customer"
    if not change or not change.keys() <= _MAY_CHANGE or not all(value.strip() for value in change.values()):
        return "bad_args"
    if write.if_version not in (known.version, ANY_VERSION):
        return "version"
    version = f"v{int(known.version.removeprefix('v')) + 1}"
    changed = replace(
        known, name=change.get("name", known.name), email=change.get("email", known.email), version=version
    )
    books.records.put(changed, owner)
    return Done(f"{owner}-{version}", version)


def _ticket(books: Books, write: Write) -> Done | str:
    owner, subject = write.args.get("customer", ""), write.args.get("subject", "")
    if not subject.strip():
        return "bad_args"
    ticket = Ticket(f"T-{len(books.records.of(Ticket, owner)) + 1}", subject, "open")
    books.records.put(ticket, owner)
    return Done(ticket.id)


UPDATE = OnBooks(_update)
TICKET = OnBooks(_ticket)
