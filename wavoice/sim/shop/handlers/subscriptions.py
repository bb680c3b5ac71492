"""What comes again and again: paused, one left out, ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from wavoice.runtime.model import Subscription
from wavoice.sim.shop.books import ANY_VERSION, Books
from wavoice.sim.shop.handlers.handler import Done, OnBooks
from wavoice.sim.shop.wire import Write


def _changes(change: Callable[[Subscription, Mapping[str, str]], Subscription]) -> OnBooks:
    def carry_out(books: Books, write: Write) -> Done | str:
        owner = write.args.get("customer", "")
        mine = books.records.get(Subscription, write.args.get("subscription", ""), owner)
        if mine is None or mine.state == "cancelled":
            return "unknown_subscription"
        if write.if_version not in (mine.version, ANY_VERSION):
            return "version"
        try:
            changed = change(mine, write.args)
        except (KeyError, ValueError):
            return "bad_args"
        changed = replace(changed, version=f"v{int(mine.version.removeprefix('v')) + 1}")
        books.records.put(changed, owner)
        return Done(f"{changed.id}-{changed.version}", changed.version)

    return OnBooks(carry_out)


PAUSE = _changes(lambda one, args: replace(one, state="paused", next=date.fromisoformat(args["day"])))
SKIP = _changes(lambda one, args: replace(one, next=date.fromisoformat(args["next"])))
CANCEL = _changes(lambda one, _: replace(one, state="cancelled"))
