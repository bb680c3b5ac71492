"""How the customer speaks: in which voice, language and surroundings a typed line becomes a voice note."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast, get_args

from wavoice.runtime.errors import UserInputError
from wavoice.sim.manifest import NoiseKind

if TYPE_CHECKING:
    from wavoice.sim.sound.notes import Around
    from wavoice.sim.sound.say import Talker

NOISES: tuple[str, ...] = get_args(NoiseKind)
LOUDEST, SOFTEST = -10.0, 60.0
"""Noise, in dB below the voice: as for `wavoice record`."""


@dataclass(frozen=True, slots=True)
class Manner:
    """What `/say` and the microphone do unless they are told otherwise."""

    language: str = "en"
    voice: str | None = None
    """None: the best one that this machine has for the language."""
    noise: NoiseKind = "none"
    snr_db: float = 10.0
    """Speech over noise."""

    def in_noise(self, kind: str, snr_db: float | None) -> Manner:
        """The same in other surroundings. Raises `UserInputError` for a noise that cannot be made."""
        if kind not in NOISES:
            raise UserInputError(f"There is no noise {kind!r}.", remedy=f"Use one of {', '.join(NOISES)}.")
        if snr_db is not None and not LOUDEST <= snr_db <= SOFTEST:  # `nan` is not, either
            raise UserInputError(
                f"Noise is {LOUDEST:g} to {SOFTEST:g} dB below the voice.", remedy="As in /noise babble 10."
            )
        return replace(self, noise=cast("NoiseKind", kind), snr_db=self.snr_db if snr_db is None else snr_db)


@dataclass(slots=True)
class Mouth:
    """Makes voice notes of lines and of recordings. The same line gets the same noise every time."""

    manner: Manner = field(default_factory=Manner)
    _talker: Talker | None = None

    def voices(self) -> Sequence[str]:
        """Names of the voices that this machine has."""
        return self._speaker().voices()

    async def say(self, text: str, manner: Manner) -> bytes:
        """Say a line; return Ogg Opus. Raises `MissingModelError` with the remedy where nobody can speak."""
        talker, around = self._speaker(), self._around(manner)
        return await talker.note(text, manner.language, manner.voice, around)

    def recorded(self, pcm: bytes) -> bytes:
        """A recording of the microphone (16 kHz mono float32) as a voice note, set in the chosen noise."""
        from wavoice.sim.sound.notes import record_note  # noqa: PLC0415

        return record_note(pcm, self._around(self.manner))

    async def close(self) -> None:
        """Let go of the voices."""
        if self._talker is not None:
            await self._talker.__aexit__(None, None, None)

    @staticmethod
    def _around(manner: Manner) -> Around:
        from wavoice.sim.sound.notes import Around  # noqa: PLC0415

        return Around(noise=manner.noise, snr_db=manner.snr_db)

    def _speaker(self) -> Talker:
        from wavoice.sim.sound.say import Talker  # noqa: PLC0415 -- half a second of libraries

        if self._talker is None:
            self._talker = Talker()
        return self._talker
