"""Speech to a voice note that WhatsApp plays."""

from __future__ import annotations

from wavoice.runtime.audio.opus import BIT_RATE, REPLY_COMPLEXITY, encode, note_of
from wavoice.runtime.errors import SpeechError
from wavoice.runtime.model import Speech


def to_voice_note(
    speech: Speech, max_bytes: int, complexity: int = REPLY_COMPLEXITY, bit_rate: int = BIT_RATE
) -> bytes:
    """Encode as Ogg Opus, mono, tuned for voice; at 16 kbit/s a second takes about 2 kB.

    Raises `SpeechError` if there is nothing to encode or the file is larger than `max_bytes`.
    """
    note = note_of(encode(speech, complexity, bit_rate))
    if len(note) > max_bytes:
        raise too_large(max_bytes)
    return note


def too_large(max_bytes: int) -> SpeechError:
    """The error for a note that WhatsApp would show as a download."""
    return SpeechError(
        f"The spoken reply takes more than the {max_bytes} bytes that play inline.",
        remedy="Shorten the reply or send it as text.",
    )
