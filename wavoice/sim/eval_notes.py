"""Recorded replies: decoded and heard as the runtime does it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from wavoice.runtime.adapters.clock import SystemClock
from wavoice.runtime.adapters.decoder import SandboxedDecoder
from wavoice.runtime.adapters.ears import open_ears
from wavoice.runtime.errors import MediaError, UserInputError
from wavoice.runtime.model import Audio, Heard
from wavoice.runtime.policy import Policy
from wavoice.runtime.ports import Decoder, Hint, SpeechToText
from wavoice.runtime.settings import Settings
from wavoice.sim.eval_rows import Row


@asynccontextmanager
async def production_decoder() -> AsyncIterator[Decoder]:
    """The sandboxed decoder."""
    decoder = SandboxedDecoder(Policy())
    decoder.start()
    try:
        yield decoder
    finally:
        await decoder.close()


async def production_ears(settings: Settings) -> SpeechToText:
    """The recogniser that the settings name, warm."""
    ears, _ = open_ears(settings.ears, SystemClock())
    await ears.warm()
    return ears


async def check_recordings(rows: Iterable[Row], decoder: Decoder) -> None:
    """Open each recording once, so that none is found wanting after an hour of listening.

    Raises `UserInputError` that names file and line.
    """
    for row in rows:
        if row.audio is not None:
            await _opened(row, decoder)


async def listen(row: Row, decoder: Decoder, ears: SpeechToText) -> Heard:
    """Hear a recorded reply as the runtime does while a yes is awaited: decodes A and B."""
    return await ears.hear(await _opened(row, decoder), Hint(language=row.language, awaiting_yes=True))


async def _opened(row: Row, decoder: Decoder) -> Audio:
    if row.audio is None:
        raise ValueError("no recording")
    try:
        return await decoder.decode(row.audio.read_bytes())
    except (OSError, MediaError) as error:
        raise UserInputError(
            f"{row.where}: {row.audio} is no voice note that can be heard: {error}",
            remedy="Give it as Ogg Opus.",
        ) from error
