"""A recording that there is already, as a voice note."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

from wavoice.runtime.adapters.decoder import SandboxedDecoder
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.policy import Policy
from wavoice.sim.emulator.voice_probe import probe_voice
from wavoice.sim.sound.microphone import LONGEST
from wavoice.sim.sound.notes import QUIET, Around, record_note
from wavoice.sim.stt.sound import opened

_LARGEST: Final = 64 * 1024 * 1024
"""Bytes: five minutes of stereo at 48 kHz, with room to spare."""


async def imported(path: Path, around: Around = QUIET) -> bytes:
    """The voice note of a WAV, a FLAC or any audio that WhatsApp carries, in noise if that is wanted.

    A mono Ogg Opus file is kept as it is, byte by byte, unless noise comes into it; of any other kind the
    silence at its ends is cut. Raises `UserInputError`.
    """
    data = await asyncio.to_thread(_read, path)
    decoder = SandboxedDecoder(Policy())
    try:
        audio = await opened(path, "--from", decoder)
    finally:
        await decoder.close()
    if audio.seconds > LONGEST:
        raise UserInputError(f"{path} lasts {audio.seconds:.0f} s; notes last {LONGEST:g} s at most.")
    probe = probe_voice(data)
    if probe.problem is None and not probe.stereo and around.noise == "none":
        return data
    return await asyncio.to_thread(record_note, audio.pcm, around)


def _read(path: Path) -> bytes:
    if not path.is_file():
        raise UserInputError(f"There is no file {path}.", remedy="Check the path.")
    if path.stat().st_size > _LARGEST:
        raise UserInputError(f"{path} is too large.", remedy="Cut out what is said.")
    return path.read_bytes()
