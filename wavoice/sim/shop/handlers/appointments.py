"""Times: booked, moved, cancelled. What somebody else took meanwhile is "version": asked about anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from wavoice.runtime.model import Appointment, FreeSlot
from wavoice.sim.shop.books import ANY_VERSION, Books
from wavoice.sim.shop.handlers.handler import Done, OnBooks
from wavoice.sim.shop.wire import Write


def _book(books: Books, write: Write) -> Done | str:
    owner = write.args.get("customer", "")
    slot = _free(books, write, owner)
    if slot is None:
        return "version"
    booked = Appointment(
        f"apt_{len(books.records.of(Appointment, owner)) + 1}", slot.service, slot.start, "v1"
    )
    books.records.drop(slot, owner)
    books.records.put(booked, owner)
    return Done(booked.id, booked.version)


def _move(books: Books, write: Write) -> Done | str:
    owner = write.args.get("customer", "")
    mine, slot = _mine(books, write, owner), _free(books, write, owner)
    if mine is None or slot is None:
        return "version"
    books.records.drop(slot, owner)
    books.records.put(FreeSlot(mine.service, mine.start), owner)
    moved = replace(mine, start=slot.start, version=_next(mine.version))
    books.records.put(moved, owner)
    return Done(moved.id, moved.version)


def _cancel(books: Books, write: Write) -> Done | str:
    owner = write.args.get("customer", "")
    mine = _mine(books, write, owner)
    if mine is None:
        return "version"
    off = replace(mine, state="cancelled", version=_next(mine.version))
    books.records.put(off, owner)
    books.records.put(FreeSlot(mine.service, mine.start), owner)
    return Done(off.id, off.version)


def _mine(books: Books, write: Write, owner: str) -> Appointment | None:
    mine = books.records.get(Appointment, write.args.get("appointment", ""), owner)
    if mine is None or mine.state != "booked" or write.if_version not in (mine.version, ANY_VERSION):
        return None
    return mine


def _free(books: Books, write: Write, owner: str) -> FreeSlot | None:
    return next((one for one in books.records.of(FreeSlot, owner) if _is(one, write)), None)


def _is(slot: FreeSlot, write: Write) -> bool:
    when = _said(slot.start)
    return (slot.service, *when) == tuple(write.args.get(name, "") for name in ("service", "day", "time"))


def _said(start: datetime) -> tuple[str, str]:
    return start.date().isoformat(), f"{start:%H:%M}"


def _next(version: str) -> str:
    return f"v{int(version.removeprefix('v')) + 1}"


BOOK = OnBooks(_book)
MOVE = OnBooks(_move)
CANCEL = OnBooks(_cancel)
