"""Journals that the runtime has written into a real store, and doctored ones whose chain is whole."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.rehearsing import Desk, desk
from wavoice.runtime.adapters.store.audit_rows import read_journal
from wavoice.runtime.audit.chain_check import Stored
from wavoice.runtime.chain import GENESIS, Head, Record, hash_pii
from wavoice.runtime.journal import Event
from wavoice.runtime.journal_lines import from_json, to_json

Journal = tuple[list[Stored], Head]


async def talk(at: Desk) -> None:
    """Three writes, each on an answer of its own kind: typed after a veto, tapped, spoken and retried."""
    await at.types("please move my delivery to Friday")
    await at.types("no wait")
    await at.types("yes")
    await at.wait(5)
    await at.types("please change the address to 14 Lake Road")
    await at.taps("Yes")
    await at.wait(5)
    await at.types("please move my delivery to Saturday")
    at.world.fault("timeout", at="write")
    await at.speaks("yes", after=20)
    await at.wait(120)


async def record(file: Path) -> None:
    """Have the dialogue on a store in that file."""
    async with desk(store=str(file)) as at:
        await talk(at)
        assert len(at.writes) == 3, "every kind of yes leads to a write"


def event_of(stored: Stored) -> Event:
    return from_json({**json.loads(stored.record.line), "pii": json.loads(stored.pii)})


def chained(events: Sequence[Event]) -> Journal:
    """The events as a journal whose chain is whole, as somebody would leave it who can chain anew."""
    found, seal = list[Stored](), GENESIS
    for seq, event in enumerate(events, 1):
        line = to_json(event)
        pii = json.dumps(line.pop("pii"))
        where = event.where
        sealed = Record(
            seq, where.tenant, where.number, where.contact, where.turn, event.kind, event.at,
            "audit", line["version"], json.dumps(line), hash_pii("salt", pii),
        )  # fmt: skip
        seal = sealed.seal(seal)
        found.append(Stored(sealed, pii, "salt", seal))
    return found, Head(1, len(found), seal)


def changed(
    events: Sequence[Event], kind: str, change: Callable[[Event], Event | None], which: int = -1
) -> list[Event]:
    """The events with one of a kind (the last, if not said otherwise) changed or, by None, left out."""
    at = [n for n, event in enumerate(events) if event.kind == kind][which]
    other = change(events[at])
    return [*events[:at], *([other] if other else []), *events[at + 1 :]]


def body(event: Event, **changes: Any) -> Event:
    return replace(event, body=replace(event.body, **changes))


@cache
def written(at: Path | None = None) -> tuple[Journal, tuple[Event, ...]]:
    """The journal of `talk`, at rest and as events; made once, in a file if one is named."""
    with TemporaryDirectory() as folder:
        file = at or Path(folder) / "bot.sqlite"
        asyncio.run(record(file))
        stored, head = read_journal(file)
    assert head is not None
    return (stored, head), tuple(event_of(one) for one in stored)
