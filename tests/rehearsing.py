"""A rehearsal for tests: the production runtime over the emulator, on a virtual clock."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from wavoice.runtime.adapters.decoder import SandboxedDecoder
from wavoice.runtime.build import Parts
from wavoice.runtime.journal import Event
from wavoice.runtime.model import SECOND, Address, Micros
from wavoice.runtime.policy import Policy
from wavoice.runtime.ports import SpeechToText, TextToSpeech, UnitOfWork
from wavoice.sim.clock import CountingIds, VirtualClock
from wavoice.sim.emulator.handset.message import PhoneMessage
from wavoice.sim.rehearsal import Customer, Rehearsal, rehearsal_settings, rehearse
from wavoice.sim.scripted import Line, ScriptedEars, ToneVoice
from wavoice.sim.world import World

NOTE = Path(__file__).parent.parent / "fixtures" / "audio" / "no_wait__street_10db.ogg"
MONDAY = int(datetime(2026, 11, 23, 10, tzinfo=UTC).timestamp()) * SECOND


async def nobody_is_told(address: Address, tx: UnitOfWork) -> None:
    """In the place of `Bot.nudge`: what is stored lies there until something else wakes its contact."""


_DECODERS: dict[tuple[int, float], SandboxedDecoder] = {}


def warm_decoder(policy: Policy | None = None) -> SandboxedDecoder:
    """The decoder of all tests that allow as much: its process takes longer to start than most of them last.

    Loops come and go. Nobody waits for one of its places, which would tie it to a loop.
    """
    policy = policy or Policy()
    allowed = policy.max_media_bytes, policy.max_note_seconds
    if allowed not in _DECODERS:
        _DECODERS[allowed] = SandboxedDecoder(policy, at_once=1_000)
    return _DECODERS[allowed]


async def end_decoders() -> None:
    """End their processes."""
    for decoder in _DECODERS.values():
        await decoder.close()


@dataclass(slots=True, repr=False)
class Desk:
    """Verbs of a customer and of time, over one rehearsal."""

    rehearsal: Rehearsal
    clock: VirtualClock
    ears: ScriptedEars
    heard: int = 0
    note: bytes = field(default_factory=NOTE.read_bytes)

    @property
    def world(self) -> World:
        return self.rehearsal.world

    @property
    def day(self) -> str:
        """When order 1842 is due now."""
        return self.world.orders["1842"].day.isoformat()

    @property
    def writes(self) -> list[tuple[str, dict[str, str]]]:
        return [(applied.action, dict(applied.args)) for applied in self.world.ledger]

    async def types(self, text: str, after: float = 5, **more: object) -> list[str]:
        """Type `text` that many seconds after the last thing; return what the phone shows since."""
        await self.wait(after)
        await self.rehearsal.phone.says(text, **more)  # type: ignore[arg-type]
        return await self.news()

    async def speaks(self, text: str, after: float = 5, **line: object) -> list[str]:
        """Record a note that the ears hear as `text`."""
        await self.wait(after)
        self.ears.lines.append(Line(text, **line))  # type: ignore[arg-type]
        await self.rehearsal.phone.records(self.note)
        return await self.news()

    async def taps(self, choice: str, after: float = 5) -> list[str]:
        await self.wait(after)
        await self.rehearsal.phone.taps(choice)
        return await self.news()

    async def wait(self, seconds: float) -> list[str]:
        """Let time pass, stopping at every moment that somebody waits for."""
        await self.rehearsal.idle()
        end = self.clock.now() + round(seconds * SECOND)
        while (due := await self._next(end)) is not None:
            self.clock.advance_to(max(due, self.clock.now()))
            await self.rehearsal.idle()
        self.clock.advance_to(max(end, self.clock.now()))
        await self.rehearsal.idle()
        return await self.news()

    async def _next(self, end: Micros) -> Micros | None:
        due = await self.rehearsal.next_due()
        return due if due is not None and due <= end else None

    async def news(self) -> list[str]:
        """Texts that arrived since the last call; a voice note shows as `(voice)` and its words."""
        await self.rehearsal.idle()
        fresh = self.messages[self.heard :]
        self.heard = len(self.messages)
        spoken = {
            wamid: event.body.text
            for event in await self.journal("replied", "noticed")
            for wamid in event.body.messages
        }
        return [message.text or f"(voice) {spoken[message.wamid]}" for message in fresh]

    @property
    def messages(self) -> list[PhoneMessage]:
        return self.rehearsal.phone.messages

    async def journal(self, *kinds: str) -> Sequence[Event]:
        return [event for event in await self.rehearsal.journal() if not kinds or event.kind in kinds]

    async def rows(self) -> list[str]:
        """Rows of the decision table, in the order in which they decided."""
        return [event.body.row for event in await self.journal("decided")]


@asynccontextmanager
async def desk(
    *,
    parts: Parts | None = None,
    world: World | None = None,
    store: str = ":memory:",
    customer: Customer | None = None,
    voice: bool = True,
    zone: str = "Asia/Kolkata",
    whatsapp: Mapping[str, object] | None = None,
    sequential: bool = False,
    sections: Mapping[str, object] | None = None,
    speaks_with: TextToSpeech | None = None,
    hears_with: SpeechToText | None = None,
) -> AsyncIterator[Desk]:
    """Open a rehearsal on Monday 23 November 2026, 10:00 UTC; order 1842 is due on Thursday 26.

    `whatsapp`: settings of that section that differ; `sections`: whole other sections.
    """
    clock = VirtualClock(MONDAY)
    ears = hears_with if isinstance(hears_with, ScriptedEars) else ScriptedEars()
    settings = rehearsal_settings(store=store)
    shop = settings.shop.model_copy(update={"zone": zone})
    ours = settings.whatsapp.model_copy(update=dict(whatsapp or {}))
    how = settings.runtime.model_copy(update={"sequential": sequential})
    settings = settings.model_copy(
        update={"shop": shop, "whatsapp": ours, "runtime": how, **(sections or {})}
    )
    parts = parts or Parts()
    parts = replace(
        parts,
        decoder=parts.decoder or warm_decoder(parts.policy),
        ears=hears_with or ears,
        voice=(speaks_with or ToneVoice()) if voice else None,
        speaks=voice,
        ids=CountingIds(),
    )
    async with rehearse(settings, parts, clock, customer, world) as rehearsal:
        yield Desk(rehearsal, clock, ears)
