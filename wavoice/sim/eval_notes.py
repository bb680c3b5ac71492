"""Recorded replies: decoded and heard as the runtime does it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol, TypeVar

from wavoice.runtime.adapters.clock import SystemClock
from wavoice.runtime.adapters.decoder import SandboxedDecoder
from wavoice.runtime.adapters.ears import open_ears
from wavoice.runtime.errors import MediaError, UserInputError
from wavoice.runtime.model import Audio, Heard
from wavoice.runtime.policy import Policy
from wavoice.runtime.ports import Decoder, Hint, SpeechToText
from wavoice.runtime.settings import Settings


class Recorded(Protocol):
    """A labelled row that may be a recording."""

    @property
    def where(self) -> str:
        """`FILE:line`."""
        ...

    @property
    def audio(self) -> Path | None:
        """None if it is typed."""
        ...

    @property
    def language(self) -> str:
        """ISO 639-1."""
        ...


R = TypeVar("R", bound=Recorded)


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


async def check_recordings(rows: Iterable[Recorded], decoder: Decoder) -> None:
    """Open each recording once, so that none is found wanting after an hour of listening.

    Raises `UserInputError` that names file and line.
    """
    for row in rows:
        if row.audio is not None:
            await _opened(row, decoder)


async def heard(
    rows: Sequence[R],
    settings: Settings,
    shown: Callable[[str, Sequence[R]], Iterable[R]],
    *,
    awaiting_yes: bool = True,
) -> AsyncIterator[tuple[R, Heard | None]]:
    """Each row in order, with what the ears of the settings hear in it; None where it is typed.

    All recordings are opened before models are loaded: raises `UserInputError` that names file and line.
    `shown` goes through the rows for it, and shows how far it is.
    """
    async with production_decoder() as decoder:
        await check_recordings(shown("opening", rows), decoder)
        ears = await production_ears(settings)
        for row in shown("listening", rows):
            yield row, await listen(row, decoder, ears, awaiting_yes=awaiting_yes) if row.audio else None


async def listen(row: Recorded, decoder: Decoder, ears: SpeechToText, *, awaiting_yes: bool = True) -> Heard:
    """Hear a recording as the runtime does; while a yes is awaited, in decodes A and B."""
    hint = Hint(language=row.language, awaiting_yes=awaiting_yes)
    return await ears.hear(await _opened(row, decoder), hint)


async def _opened(row: Recorded, decoder: Decoder) -> Audio:
    if row.audio is None:
        raise ValueError("no recording")
    try:
        return await decoder.decode(row.audio.read_bytes())
    except (OSError, MediaError) as error:
        raise UserInputError(
            f"{row.where}: {row.audio} is no voice note that can be heard: {error}",
            remedy="Give it as Ogg Opus.",
        ) from error
