"""Recordings heard: each in each of its conditions, one after the other, and how long that took."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from wavoice.runtime.errors import SpeechError
from wavoice.runtime.model import Heard
from wavoice.runtime.ports import Clock, Decoder, Hint, SpeechToText
from wavoice.sim.stt.acts import Answering
from wavoice.sim.stt.conditions import Condition, Plan
from wavoice.sim.stt.rows import Sample


@dataclass(frozen=True, slots=True)
class Trial:
    """A recording heard once."""

    sample: Sample
    condition: Condition
    heard: Heard | None
    """None: the ears failed, as `trouble` says; then nothing was heard and everything was missed."""
    ms: float
    """From handing over the samples to having the words; opening and mixing are not part of it."""
    seconds: float
    """Length of the note."""
    trouble: str = ""

    @property
    def text(self) -> str:
        """What was heard."""
        return self.heard.transcript.text if self.heard else ""


@dataclass(frozen=True, slots=True)
class Listener:
    """Hears as the runtime does: twice where a yes is awaited, else with the names of the catalogue."""

    decoder: Decoder
    ears: SpeechToText
    clock: Clock
    answering: Answering
    asked: bool = False
    """A question is open whatever is said; otherwise only where the recording answers one."""

    async def trials(self, samples: Iterable[Sample], plan: Plan) -> AsyncIterator[Trial]:
        """Hear all of them, one at a time. Raises `UserInputError` for a file that is no recording."""
        names = self.answering.judge.catalogue.words  # as the runtime does: never while a yes is awaited
        for sample in samples:
            awaits = self.asked or self.answering.answers(sample)
            hint = Hint(language=sample.language, awaiting_yes=awaits, words=() if awaits else names)
            async for condition, audio in plan.made(sample, self.decoder):
                began = self.clock.ticks()
                heard, trouble = None, ""
                try:
                    heard = await self.ears.hear(audio, hint)
                except SpeechError as error:
                    trouble = str(error)
                took = (self.clock.ticks() - began) / 1000
                yield Trial(sample, condition, heard, took, audio.seconds, trouble)
