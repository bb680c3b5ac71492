"""`ports.Timeline` over HTTP, and the contract that a CRM offers for it.

JSON both ways, UTF-8, `Authorization: Bearer …` if a token is configured. Fields that are not ours are
ignored; a CRM of another shape takes a few lines of glue in front of it.

* `PUT /notes/{key}` shows one write once: on the timeline of its `customer`, in the payment log if it has
  `money`, and in the open ticket of its `thread` if there is one. The body is `{"thread", "customer",
  "contact", "action", "args", "before", "asked", "question", "heard", "confirmed", "row", "done",
  "reference", "money"?, "payee"?, "at", "turn"}`. `asked` and `heard` are each a `model.Line`: the
  customer's own words, and how surely a voice note was heard; `confirmed` is one of `model.CaseNote`'s
  ways to say yes; `question` and `done` are what the bot said; `money` is `{"minor", "currency"}` in minor
  units; times are microseconds since 1970, UTC. Show all of it as plain text.
  * 200 `{"note"}`: noted. The same key and body give the same answer and note nothing again.
  * The same key with another body is 409 `{"reason": "key_reused"}`; any other 409 means that the key is
    still in work.
  * 400, 413 or 422 `{"reason": …}`: it can never be noted. Any other answer is none: it is asked again.
* `GET /notes/{key}` → 200 as above, or 404 `{"reason": "not_noted"}`. Both halves of that 404 matter.
"""

from __future__ import annotations

from dataclasses import asdict

import httpx
from pydantic import SecretStr

from wavoice.runtime.adapters.filed_http import Filing, Shelf
from wavoice.runtime.model import CaseNote, WriteResult

SHELF = Shelf("notes", "note", "not_noted")


class HttpTimeline:
    """`ports.Timeline` for a CRM that offers the contract above. `budget_seconds`: see `Filing`."""

    def __init__(
        self, http: httpx.AsyncClient, base_url: str, token: SecretStr | None, budget_seconds: float
    ) -> None:
        self._filing = Filing(http, base_url, token, budget_seconds, SHELF)

    async def note(self, note: CaseNote) -> WriteResult:
        """Note it once under its key; never tried again from here."""
        return await self._filing.put(note.key, body_of(note))

    async def find(self, key: str) -> WriteResult | None:
        """What was noted of that write; None if the CRM says: nothing."""
        return await self._filing.get(key)


def body_of(note: CaseNote) -> dict[str, object]:
    """The note as the contract puts it."""
    money = {} if note.money is None else {"money": asdict(note.money), "payee": note.payee}
    return {
        "thread": note.thread,
        "customer": note.customer,
        "contact": note.address.contact,
        "action": note.action,
        "args": dict(note.args),
        "before": dict(note.before),
        "asked": asdict(note.asked),
        "question": note.question,
        "heard": asdict(note.heard),
        "confirmed": str(note.confirmed),
        "row": note.row,
        "done": note.done,
        "reference": note.reference,
        "at": note.at,
        "turn": note.turn,
        **money,
    }
