"""Delivers webhooks as WhatsApp does: signed, at least once, repeated until answered with 200.

Whatever waits for a moment (a first try that chaos holds back, a repetition, a redelivery) is data in
`Webhooks.state` too, so that a saved world goes on with it.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from http import HTTPStatus
from typing import Any, Protocol

from pydantic import BaseModel, Field

from wavoice.runtime.model import SECOND, Micros
from wavoice.runtime.ports import Clock
from wavoice.sim.background import Background
from wavoice.sim.emulator.batches import merge
from wavoice.sim.emulator.chaos import UNHARMED, Chaos, Fate
from wavoice.sim.emulator.deliveries import Attempt, Delivery, DeliveryLog
from wavoice.sim.emulator.subscriptions import Subscriptions, Target
from wavoice.sim.emulator.wire import encode, field_of, sign, status_of

FIRST_GAP: Micros = SECOND
LONGEST_GAP: Micros = 6 * 3600 * SECOND
GIVE_UP_AFTER: Micros = 7 * 24 * 3600 * SECOND
"""Published; the gaps are not, only that they grow."""
ANSWER_KEPT = 200
"""Bytes of an answer that are kept."""
USER_AGENT = "facebookexternalua"
"""Reported by other emulators' authors; not verified."""


class Answer(Protocol):
    """What a webhook was answered with."""

    @property
    def status_code(self) -> int:
        """HTTP status."""
        ...

    @property
    def content(self) -> bytes:
        """The body; it decides in the handshake, else its beginning is kept for whoever looks."""
        ...


class WebhookClient(Protocol):
    """Reaches the bot: an `httpx.AsyncClient`, or something lighter in process."""

    async def post(self, url: str, *, content: bytes, headers: Mapping[str, str]) -> Answer:
        """Post exactly these bytes, follow no redirect. Raises `httpx.HTTPError` without an answer."""
        ...

    async def get(self, url: str, *, headers: Mapping[str, str]) -> Answer:
        """Get this, follow no redirect. Raises `httpx.HTTPError` without an answer."""
        ...


@dataclass(frozen=True, slots=True)
class Job:
    """A try that is due later."""

    due: Micros
    fate: Fate = UNHARMED
    gap: Micros = 0
    """Of a redelivery: how long it has waited since the try before; 0 for a first try."""
    until: Micros = 0
    """Of a redelivery: when it is given up."""


class WaitingJob(BaseModel, defer_build=True):
    """A try that is due later, and of what."""

    job: Job
    delivery: str


class WebhooksState(BaseModel, defer_build=True):
    """The log, and all that is still to come."""

    made: int = 0
    """Deliveries so far."""
    tried: int = 0
    """POSTs so far."""
    drawn: int = 0
    """Webhooks whose fate chaos has drawn so far."""
    deliveries: list[Delivery] = Field(default_factory=list)
    jobs: list[WaitingJob] = Field(default_factory=list)
    """In the order in which they were set."""
    pot: list[WaitingJob] = Field(default_factory=list)
    """What is gathered for one burst or batch; all are due together."""


class Webhooks:
    """All callbacks of all apps. Time-outs are those of the given client."""

    def __init__(
        self,
        subscriptions: Subscriptions,
        http: WebhookClient,
        clock: Clock,
        background: Background,
        chaos: Chaos | None = None,
        log_size: int = 10_000,
    ) -> None:
        self._subscriptions = subscriptions
        self._http = http
        self._clock = clock
        self._background = background
        self._chaos = chaos
        self._log = DeliveryLog(log_size)
        self._tried = self._drawn = 0
        self._jobs: dict[int, tuple[Job, Delivery]] = {}
        self._set = 0
        self._pot: list[tuple[Job, Delivery]] = []
        self._awaited: dict[str, asyncio.Event] = {}

    @property
    def log(self) -> tuple[Delivery, ...]:
        """Every delivery, oldest first; of those that are done only the newest."""
        return tuple(self._log)

    @property
    def posted(self) -> tuple[bytes, ...]:
        """Every body that was tried, in the order of its first try."""
        tried = (one for one in self._log if one.attempts)
        return tuple(dict.fromkeys(one.body for one in sorted(tried, key=lambda one: one.attempts[0].number)))

    @property
    def dropped(self) -> tuple[bytes, ...]:
        """Bodies given up after a week, oldest first."""
        return tuple(one.body for one in self._log if one.state == "dropped")

    def suffer(self, chaos: Chaos | None) -> None:
        """Let this chaos have what is posted from now on; what it holds back already stays held."""
        self._chaos = chaos

    async def post(self, payload: Mapping[str, Any], *, surely: bool = False) -> Delivery:
        """Return its delivery after the first try; if it was not answered with 200, repeat in the background.

        Chaos may hold it back: then this returns at once. `surely` keeps chaos away. It goes to every app
        that has asked for its field, and nowhere if none has; a field that cannot be asked for goes to all.
        """
        field = field_of(payload)
        delivery = self._log.make(field, encode(payload), self._clock.now())
        if not self._subscriptions.targets(field):
            self._log.end(delivery, "unsubscribed")
            return delivery
        fate = UNHARMED if surely else self._fate()
        if self._awaited and (seen := self._awaited.get(status_of(payload))) is not None:
            await self._deliver(delivery, UNHARMED)
            seen.set()
        elif fate.held:
            self._later(Job(self._clock.now() + fate.held, replace(fate, held=0)), delivery)
        elif surely:
            await self._deliver(delivery, UNHARMED)
        else:
            await self._suffer(delivery, fate)
        return delivery

    async def again(self, body: bytes) -> None:
        """Send exactly these bytes once to whoever got them, whatever the answer."""
        known = next((one for one in self._log if one.body == body), None)
        for target in self._subscriptions.targets(known.field if known else "messages"):
            await self._post(target, body)

    async def redeliver(self, delivery: str) -> bool:
        """Try a delivery of the log once more, whatever became of it; False if there is none of that id.

        The try stands in the log; nothing else follows from its answer.
        """
        found = self._log.get(delivery)
        if found is not None:
            await self._try(found)
        return found is not None

    @contextmanager
    def awaiting(self, wamid: str) -> Iterator[asyncio.Event]:
        """Meanwhile statuses of this message are spared by chaos; the event is set once one was tried."""
        self._awaited[wamid] = asyncio.Event()
        try:
            yield self._awaited[wamid]
        finally:
            del self._awaited[wamid]

    @property
    def state(self) -> WebhooksState:
        """All that must survive; a copy."""
        waiting = [*self._jobs.values(), *self._pot]
        known = {one.id: one for one in self._log} | {one.id: one for _, one in waiting}
        return WebhooksState(
            made=self._log.made,
            tried=self._tried,
            drawn=self._drawn,
            deliveries=[_copy(known[key]) for key in sorted(known, key=lambda key: known[key].number)],
            jobs=[WaitingJob(job=job, delivery=delivery.id) for job, delivery in self._jobs.values()],
            pot=[WaitingJob(job=job, delivery=delivery.id) for job, delivery in self._pot],
        )

    def load(self, state: WebhooksState) -> None:
        """Go on from there; only before anything was posted. What was due meanwhile is tried at once."""
        self._log.load([_copy(one) for one in state.deliveries], state.made)
        self._tried, self._drawn = state.tried, state.drawn
        known = {one.id: one for one in self._log}
        for waiting in state.jobs:
            self._later(waiting.job, known[waiting.delivery])
        self._pot = [(waiting.job, known[waiting.delivery]) for waiting in state.pot]
        if self._pot:
            self._background.later(self._pot[0][0].due - self._clock.now(), self._empty_pot)

    def _fate(self) -> Fate:
        if self._chaos is None:
            return UNHARMED
        self._drawn += 1
        return self._chaos.fate(self._drawn - 1)

    async def _suffer(self, delivery: Delivery, fate: Fate) -> None:
        if self._chaos is None or not self._chaos.gathers:
            await self._deliver(delivery, fate)
            return
        due = self._pot[0][0].due if self._pot else self._clock.now() + self._chaos.gathers
        self._pot.append((Job(due, fate), delivery))
        if len(self._pot) == 1:
            self._background.later(self._chaos.gathers, self._empty_pot)

    async def _empty_pot(self) -> None:
        """Deliver all at once: none waits for another's answer."""
        pot, self._pot = self._pot, []
        for delivery, fate in self._merged(pot):
            self._background.start(self._deliver(delivery, fate))

    def _merged(self, pot: list[tuple[Job, Delivery]]) -> Iterator[tuple[Delivery, Fate]]:
        """What goes out: each for itself, or merged with others that go to the same apps."""
        if self._chaos is None or self._chaos.batch < 2:
            yield from ((delivery, job.fate) for job, delivery in pot)
            return
        by_targets: dict[tuple[Target, ...], list[tuple[Job, Delivery]]] = {}
        for job, delivery in pot:
            by_targets.setdefault(self._subscriptions.targets(delivery.field), []).append((job, delivery))
        for alike in by_targets.values():
            seed, first = f"{self._chaos.seed}/batch/{alike[0][1].id}", 0
            for body, count in merge([one.body for _, one in alike], self._chaos.batch, seed):
                fate, delivery = alike[first][0].fate, alike[first][1]
                if count > 1:
                    for _, part in alike[first : first + count]:
                        self._log.forget(part)
                    delivery = self._log.make(delivery.field, body, delivery.made_at, count)
                yield delivery, fate
                first += count

    def _later(self, job: Job, delivery: Delivery) -> None:
        self._set += 1
        self._jobs[self._set] = (job, delivery)
        self._background.later(job.due - self._clock.now(), partial(self._run, self._set))

    async def _run(self, number: int) -> None:
        job, delivery = self._jobs.pop(number)
        if job.gap == 0:
            await self._suffer(delivery, job.fate)
        elif not await self._try(delivery):
            self._repeat(delivery, min(2 * job.gap, LONGEST_GAP), job.until)

    async def _deliver(self, delivery: Delivery, fate: Fate) -> None:
        if not await self._try(delivery, lost=fate.lost):
            self._repeat(delivery, FIRST_GAP, self._clock.now() + GIVE_UP_AFTER)
        if fate.again:
            self._later(Job(self._clock.now() + fate.again), delivery)
        elif fate.again is not None:
            await self._deliver(delivery, UNHARMED)

    def _repeat(self, delivery: Delivery, gap: Micros, until: Micros) -> None:
        due = self._clock.now() + gap
        if due <= until:
            self._later(Job(due, gap=gap, until=until), delivery)
        else:
            self._log.end(delivery, "dropped")

    async def _try(self, delivery: Delivery, *, lost: bool = False) -> bool:
        """Post to all apps that want it: WhatsApp repeats for all, also for those that have answered."""
        targets = self._subscriptions.targets(delivery.field)
        if not targets:
            self._log.end(delivery, "unsubscribed")
            return True
        taken = True
        for target in targets:
            self._tried += 1
            number, at, since = self._tried, self._clock.now(), self._clock.ticks()
            delivery.attempts.append(Attempt(number, target.app, at, 0, None, lost))
            place = len(delivery.attempts) - 1
            answer = None if lost else await self._post(target, delivery.body)
            took = self._clock.ticks() - since
            status = None if answer is None else answer.status_code
            said = "" if answer is None else answer.content[:ANSWER_KEPT].decode(errors="replace")
            delivery.attempts[place] = Attempt(number, target.app, at, took, status, lost, said)
            taken = taken and status == HTTPStatus.OK
        if taken:
            self._log.end(delivery, "delivered")
        return taken

    async def _post(self, target: Target, body: bytes) -> Answer | None:
        """Return the answer; None if none came, which is one of the answers that are not 200."""
        import httpx  # noqa: PLC0415 -- see late_client

        secret = target.secret
        headers = {
            "Content-Type": "application/json",
            "User-Agent": USER_AGENT,
            "X-Hub-Signature": f"sha1={hmac.digest(secret, body, hashlib.sha1).hex()}",
            "X-Hub-Signature-256": sign(body, secret.decode()),
        }
        try:
            return await self._http.post(target.url, content=body, headers=headers)
        except httpx.HTTPError:
            return None


def _copy(delivery: Delivery) -> Delivery:
    return replace(delivery, attempts=list(delivery.attempts))
