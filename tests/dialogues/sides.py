"""Both ends of a dialogue: WhatsApp, the shop, ears and interpreter, as small as the ports allow.

What the next call does wrong, and what arrives while it runs, is set by the script.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from tests.dialogues.log import Entry, Heard, Sent, Tried, Unheard
from tests.dialogues.words import reading
from wavoice.runtime.errors import ChannelError, SpeechError, SystemOfRecordError
from wavoice.runtime.model import (
    SECOND,
    Alias,
    Audio,
    Customer,
    Decode,
    Effect,
    MediaRef,
    Micros,
    Order,
    Outcome,
    Outgoing,
    Reading,
    WriteResult,
)
from wavoice.runtime.model import Heard as HeardNote
from wavoice.runtime.ports import Accepted, Hint, Situation
from wavoice.runtime.token import CommitToken

ORDER = "1842"


class Clock:
    """`ports.Clock` that moves when the script says so."""

    def __init__(self, start: Micros) -> None:
        self.moment = start

    def now(self) -> Micros:
        return self.moment

    def ticks(self) -> Micros:
        return self.moment

    async def wait(self, poke: object, until: Micros | None) -> None:
        """A status that is a moment late is waited for (D55), and nothing happens meanwhile."""
        if until is not None:
            self.moment = max(self.moment, until)


@dataclass(frozen=True, slots=True)
class Note:
    """A voice note as the ears take it."""

    decodes: tuple[Heard, ...]
    seconds: float
    speech: float
    logprob: float
    no_speech: float
    took: Micros


@dataclass(slots=True)
class Sides:
    """Ports of one dialogue but the store; entries go to `log`."""

    clock: Clock
    log: list[Entry]
    faults: list[str] = field(default_factory=list)
    arriving: dict[str, list[Callable[[], Awaitable[None]]]] = field(default_factory=dict)
    words: dict[str, Heard] = field(default_factory=dict)
    """By the text of a typed message, or by decode and id of a note."""
    notes: dict[str, Note] = field(default_factory=dict)
    order: Order = field(
        default_factory=lambda: Order(
            ORDER, "cus_1", "packed", date(2026, 11, 26), "12 Hill Road", ("kettle",), "v1"
        )
    )
    seen: str | None = None
    """Version of the order that the runtime read last."""
    done: dict[str, WriteResult] = field(default_factory=dict)
    sent: int = 0

    def fault(self, *kinds: str) -> str | None:
        """The next thing that goes wrong, if it is one of these."""
        found = next((kind for kind in self.faults if kind in kinds), None)
        if found is not None:
            self.faults.remove(found)
        return found

    async def meanwhile(self, place: str) -> None:
        """What was to arrive during this."""
        for arrive in self.arriving.pop(place, ()):
            await arrive()

    # --- ports.Channel

    async def seen_by_us(self, message: str) -> None:
        """A courtesy that nothing depends on."""

    async def fetch(self, media: MediaRef, max_bytes: int) -> bytes:
        return media.id.encode()

    async def upload(self, data: bytes, mime_type: str) -> str:
        raise NotImplementedError("nothing is spoken in a dialogue")

    async def send(self, message: Outgoing) -> Accepted:
        await self.meanwhile("send")
        if self.fault("unsent"):
            raise ChannelError("The script says so.", retryable=True)
        self.sent += 1
        kind, _, about = message.buttons[0].id.partition(":") if message.buttons else ("", "", "")
        digest = about if kind in ("yes", "no") else None  # others are wishes, and ask nothing
        sent = Sent(
            self.clock.moment,
            f"out{self.sent}",
            message.to.phone or "",
            message.text or "",
            digest,
            message.reference.partition("/")[0],
        )
        self.log.append(sent)
        return Accepted(sent.id, sent.at)

    # --- ports.Orders

    async def customers(self, alias: Alias) -> Sequence[Customer]:
        return (Customer(f"cus_{alias.phone}", "Asha", alias.phone or ""),)

    async def orders(self, customer: str) -> Sequence[Order]:
        if self.fault("down"):
            raise SystemOfRecordError("The script says so.")
        await self.meanwhile("read")
        self.seen = self.order.version
        return (self.order,) if customer == "cus_1" else ()

    async def write(self, effect: Effect, token: CommitToken) -> WriteResult:
        fault = self.fault("lost", "timeout", "refuse", "fail")
        result = self.done.get(effect.key)
        fresh = result is None and effect.facts_version == self.order.version
        applied = fresh and fault in (None, "lost")
        self.log.append(
            Tried(
                self.clock.moment,
                effect.key,
                effect.proposal,
                effect.action,
                dict(effect.args),
                effect.facts_version,
                self.seen,
                applied=applied,
                answered=fault is None,
                token=(token.key, token.digest, token.evidence, token.deadline),
            )
        )
        if applied:
            day = date.fromisoformat(effect.args["day"])
            self.order = replace(self.order, day=day, version=f"v{int(self.order.version[1:]) + 1}")
            result = self.done[effect.key] = WriteResult(Outcome.DONE, "ref")
        await self.meanwhile("write")
        match fault:
            case "lost" | "timeout":
                self.clock.moment += 5 * SECOND
                return WriteResult(Outcome.UNKNOWN)
            case "refuse":
                return WriteResult(Outcome.REFUSED, reason="refused")
            case "fail":
                return WriteResult(Outcome.FAILED, reason="failed")
        return result or WriteResult(Outcome.REFUSED, reason="version")

    async def look_up(self, key: str) -> WriteResult | None:
        if self.fault("blind"):
            return WriteResult(Outcome.UNKNOWN)
        return self.done.get(key)

    # --- ears and interpreter

    async def decode(self, data: bytes) -> Audio:
        note = self.notes[data.decode()]
        return Audio(pcm=data, seconds=note.seconds, bytes_in=len(data))

    async def hear(self, audio: Audio, hint: Hint) -> HeardNote:
        key = audio.pcm.decode()
        note = self.notes[key]
        if hint.find_language:
            return HeardNote((), note.speech, note.seconds)
        self.clock.moment += note.took
        await self.meanwhile("hear")
        if self.fault("deaf"):
            self.log.append(Unheard(self.clock.moment, key))
            raise SpeechError("The script says so.")
        names = ("none",) if len(note.decodes) == 1 or not hint.awaiting_yes else ("negative", "none")
        decodes = tuple(
            Decode(
                f"{name} {key}" if words.text else "",
                note.logprob,
                note.no_speech,
                words.language,
                name,
                5 if name == "none" else 1,
            )
            for name, words in zip(names, note.decodes[-len(names) :], strict=True)
        )
        return HeardNote(decodes, note.speech, note.seconds)

    def read(self, text: str, situation: Situation) -> Reading:
        words = self.words.get(text)
        if words is None and " " in text:  # typed messages that were joined: the last word counts
            words = self.words.get(text.rpartition(" ")[2])
        return reading(words or Heard(text=text))


class Channel:
    """`ports.Channel`."""

    def __init__(self, sides: Sides) -> None:
        self.seen, self.fetch = sides.seen_by_us, sides.fetch
        self.upload, self.send = sides.upload, sides.send
