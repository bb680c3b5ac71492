"""`ports.Tickets` of django-helpdesk (2.x), over its REST API with a user's name and password.

The API knows neither keys nor search: each entry ends with a line that names its key, its thread and a
fingerprint of what was filed, and the newest tickets are looked through for it. Follow-ups are not public:
what a customer has said is for staff.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final
from weakref import WeakValueDictionary

import rfc8785
from pydantic import BaseModel, ConfigDict, SecretStr, TypeAdapter

from wavoice.runtime.adapters.careful import Api, within
from wavoice.runtime.adapters.systems import Around, TicketsBackend
from wavoice.runtime.adapters.tickets_http import body_of, title_of
from wavoice.runtime.errors import ConfigError, DeclinedError, SystemOfRecordError
from wavoice.runtime.model import SECOND, HandOff, Line, Outcome, Packet, WriteResult
from wavoice.runtime.settings import resolve_secret
from wavoice.runtime.settings_speech import endpoint
from wavoice.runtime.settings_systems import Tickets as TicketsSettings

PAGE: Final = 50
MOST_PAGES: Final = 10
"""Five hundred tickets are looked through, the newest first; an older thread gets a new ticket."""
_OPEN: Final = frozenset({1, 2})
"""Statuses "open" and "reopened"."""
_MARK = re.compile(r"^wavoice (\S{1,200}) (\S{1,200}) ([0-9a-f]{16})$", re.MULTILINE)
_NEVER: Final = frozenset({"HTTP 400", "HTTP 413"})
_LONGEST_TITLE: Final = 200


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True)


class _FollowUp(_Said):
    comment: str | None = None


class _Ticket(_Said):
    id: int
    status: int
    description: str | None = None
    followup_set: tuple[_FollowUp, ...] = ()

    def marks(self) -> list[tuple[str, str, str]]:
        """Key, thread and fingerprint of every entry."""
        texts = [self.description, *(one.comment for one in self.followup_set)]
        return [found for text in texts for found in _MARK.findall((text or "").replace("\r\n", "\n"))]


class _Page(_Said):
    count: int
    results: tuple[_Ticket, ...]


class _Made(_Said):
    id: int


_PAGE = TypeAdapter(_Page)
_MADE = TypeAdapter(_Made)


@dataclass(frozen=True, slots=True)
class Access:
    """Who files, and where."""

    user: str
    password: SecretStr
    queue: int

    @property
    def headers(self) -> Mapping[str, str]:
        """Basic authentication."""
        pair = f"{self.user}:{self.password.get_secret_value()}".encode()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}


class HelpdeskTickets:
    """See `ports.Tickets`. Entries of one thread wait for each other, within this process."""

    def __init__(self, api: Api, access: Access, budget_seconds: float) -> None:
        self._api = api
        self._access = access
        self._budget = budget_seconds
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def open_or_append(self, packet: Packet) -> WriteResult:
        """File it once under its key; never tried again from here."""
        lock = self._locks.setdefault(packet.thread, asyncio.Lock())
        try:
            async with within(self._budget, self._api.vendor), lock:
                return await self._file(packet)
        except DeclinedError as error:
            # Who may not log in is an operator's matter: it is filed once that is put right.
            outcome = Outcome.REFUSED if error.reason in _NEVER else Outcome.UNKNOWN
            return WriteResult(outcome, reason=error.reason)
        except SystemOfRecordError as error:
            return WriteResult(Outcome.UNKNOWN, reason=error.message)

    async def find(self, key: str) -> WriteResult | None:
        """The ticket with that packet."""
        try:
            async with within(self._budget, self._api.vendor):
                async for ticket in self._newest():
                    if any(mark[0] == key for mark in ticket.marks()):
                        return WriteResult(Outcome.DONE, str(ticket.id))
        except SystemOfRecordError as error:
            return WriteResult(Outcome.UNKNOWN, reason=error.message)
        return None

    async def _file(self, packet: Packet) -> WriteResult:
        told = _fingerprint(packet)
        thread: int | None = None
        async for ticket in self._newest():
            for key, of, known in ticket.marks():
                if key == packet.key and known != told:
                    return WriteResult(Outcome.REFUSED, reason="key_reused")
                if key == packet.key:
                    return WriteResult(Outcome.DONE, str(ticket.id))
                if of == packet.thread and ticket.status in _OPEN and thread is None:
                    thread = ticket.id
        words = f"{_words(packet)}\n\nwavoice {packet.key} {packet.thread} {told}"
        if thread is not None:
            entry = {"ticket": thread, "title": _title(packet), "comment": words, "public": False}
            await self._post("followups", entry)
            return WriteResult(Outcome.DONE, str(thread))
        grave = HandOff.named(packet.reason).is_grave
        opened = {"queue": self._access.queue, "title": _title(packet), "description": words}
        number = await self._post("tickets", {**opened, "priority": 2 if grave else 3})
        return WriteResult(Outcome.DONE, str(number))

    async def _post(self, what: str, body: Mapping[str, object]) -> int:
        reply = await self._api.call("POST", f"/api/{what}/", headers=self._access.headers, json=body)
        if reply.succeeded().status != HTTPStatus.CREATED:
            raise SystemOfRecordError(f"{self._api.vendor} answered HTTP {reply.status}.")
        return reply.read(_MADE).id

    async def _newest(self) -> AsyncIterator[_Ticket]:
        """The newest tickets, the newest first."""
        page = await self._page("last")
        number = max(1, -(-page.count // PAGE))
        for _ in range(MOST_PAGES):
            for ticket in reversed(page.results):
                yield ticket
            number -= 1
            if number < 1:
                return
            page = await self._page(str(number))

    async def _page(self, number: str) -> _Page:
        params = {"page": number, "page_size": str(PAGE)}
        reply = await self._api.call("GET", "/api/tickets/", headers=self._access.headers, params=params)
        return reply.succeeded().read(_PAGE)


def _title(packet: Packet) -> str:
    who = packet.alias.phone or packet.alias.bsuid or packet.address.contact
    return f"{title_of(packet)}: WhatsApp {who}"[:_LONGEST_TITLE]


def _fingerprint(packet: Packet) -> str:
    """Of everything that is filed: another packet is another one."""
    told = {name: repr(value) for name, value in body_of(packet).items()}
    return hashlib.sha256(rfc8785.dumps(told)).hexdigest()[:16]


def _words(packet: Packet) -> str:
    """What staff read: plain text, the customer's own words indented so that none of them is a mark."""
    parts = [
        packet.summary,
        f"Reason: {packet.reason}. Handed over at turn {packet.turn}, {_time(packet.at)}.",
    ]
    if packet.pending is not None:
        pending = packet.pending
        parts.append(f"Waiting for a yes ({pending.action}, {pending.state}): {_flat(pending.read_back)}")
    if packet.tried:
        parts.append("Tried before: " + "; ".join(packet.tried))
    if packet.transcript:
        parts.append("\n".join(["What was said:", *(_line(line) for line in packet.transcript)]))
    return "\n\n".join("\n".join(f" {line}" for line in part.splitlines()) for part in parts).rstrip()


def _line(line: Line) -> str:
    recording = f" [recording {line.recording}]" if line.recording else ""
    return f"  {_time(line.at)} {line.by}: {_flat(line.text) or '(a voice note)'}{recording}"


def _flat(text: str) -> str:
    return " ".join(text.split())


def _time(at: int) -> str:
    return datetime.fromtimestamp(at / SECOND, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _open(settings: TicketsSettings, around: Around) -> HelpdeskTickets:
    if not (settings.base_url and settings.user and settings.token and (settings.queue or "").isdecimal()):
        raise ConfigError(
            "The backend `helpdesk` needs an address, a user, a password and a queue.",
            remedy="Set tickets.base_url, tickets.user, tickets.token and tickets.queue (its number).",
        )
    try:
        base_url = endpoint(settings.base_url, "https://desk.example.com/helpdesk", "conversations", "token")
    except ValueError as error:
        raise ConfigError(f"tickets.base_url: {error}.") from None
    access = Access(settings.user, resolve_secret(settings.token), int(settings.queue or ""))
    return HelpdeskTickets(Api(around.http, base_url, "The helpdesk"), access, around.write_budget_seconds)


BACKEND = TicketsBackend(_open)
