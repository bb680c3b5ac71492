"""What a file really is that a business sends as a voice note, and how handsets will show it.

Cloud API, "Audio messages" (voice: Ogg with Opus, mono; up to 512 KB it shows a play icon, above
that a download icon). The demuxer is named by the file's first bytes, never detected: FFmpeg's
detection opens other local files when a text file asks for them.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wavoice.runtime.audio.ogg import check_one_stream
from wavoice.runtime.errors import MediaError
from wavoice.sim.emulator.media_rules import RULES

PLAYS_INLINE_BYTES = 512 * 1024
"""A larger voice note shows a download icon instead of a play icon."""

if TYPE_CHECKING:
    from av.container import InputContainer

_AV_TIME_BASE = 1_000_000
"""FFmpeg's unit of a container's duration: microseconds."""
_EBML = b"\x1a\x45\xdf\xa3"
_TAKEN: Mapping[str, tuple[str, str]] = {
    "audio/mp4": ("mp4", "mov"),
    "audio/amr": ("amr", "amr"),
    "audio/aac": ("aac", "aac"),
    "audio/mpeg": ("mp3", "mp3"),
}
"""Container and demuxer of what WhatsApp takes as audio, but not as a voice note."""


@dataclass(frozen=True, slots=True)
class VoiceProbe:
    """What was found in the bytes, whatever was said of them."""

    container: str
    """`ogg`, `wav`, `mp3`, `aac`, `amr`, `mp4`, `webm` or `unknown`."""
    codec: str | None
    """As FFmpeg names it, e.g. `opus`, `vorbis`, `pcm_s16le`; None if nothing could be opened."""
    channels: int
    sample_rate: int
    """In Hz; Opus always runs at 48,000."""
    seconds: float
    """0.0 if the container does not say."""
    size: int
    """Bytes."""
    intact: bool
    """All of an Ogg file's pages are whole and match their checksums, and there is one stream."""

    @property
    def problem(self) -> str | None:
        """Why WhatsApp refuses it as a voice note (131053); None if it is one."""
        if self.container != "ogg" or self.codec != "opus":
            found = f"{self.container}/{self.codec}" if self.codec else self.container
            return f"A voice message must be an Ogg file with an Opus stream; this is {found}"
        if not self.intact:
            return "The Ogg file is damaged, or holds more than one stream"
        return None

    @property
    def stereo(self) -> bool:
        """It is sent, but WhatsApp asks for mono: no transcript is made of it."""
        return self.channels > 1

    @property
    def download_icon(self) -> bool:
        """It has to be fetched by hand before it plays."""
        return self.size > PLAYS_INLINE_BYTES


def probe_voice(data: bytes) -> VoiceProbe:
    """Open the file with the demuxer of its own container, and look; raises nothing."""
    import av  # noqa: PLC0415 -- a simulator starts without it

    container, demuxer = _container(data)
    if demuxer is None:
        return VoiceProbe(container, None, 0, 0, 0.0, len(data), intact=False)
    intact = container != "ogg" or _is_one_stream(data)
    try:
        with av.open(io.BytesIO(data), mode="r", format=demuxer, metadata_errors="ignore") as opened:
            return _look(opened, container, len(data), intact=intact)
    except (av.FFmpegError, ValueError):
        # The answer to the question: it opens with these bytes and is no such file.
        return VoiceProbe(container, None, 0, 0, 0.0, len(data), intact=False)


def _look(opened: InputContainer, container: str, size: int, *, intact: bool) -> VoiceProbe:
    if not opened.streams.audio:
        return VoiceProbe(container, None, 0, 0, 0.0, size, intact=False)
    stream = opened.streams.audio[0]
    context = stream.codec_context
    seconds = 0.0
    if stream.duration is not None and stream.time_base is not None:
        seconds = float(stream.duration * stream.time_base)
    elif opened.duration is not None:
        seconds = opened.duration / _AV_TIME_BASE
    codec = context.codec.canonical_name
    return VoiceProbe(container, codec, context.channels, context.sample_rate or 0, seconds, size, intact)


def _container(data: bytes) -> tuple[str, str | None]:
    """Name of the container and of its demuxer."""
    if data.startswith(b"OggS"):
        return "ogg", "ogg"
    if data.startswith(b"RIFF") and data[8:12] == b"WAVE":
        return "wav", "wav"
    if data.startswith(_EBML):
        return "webm", "matroska"
    return next((names for mime, names in _TAKEN.items() if RULES[mime].fits(data)), ("unknown", None))


def _is_one_stream(data: bytes) -> bool:
    try:
        check_one_stream(data)
    except MediaError:
        return False
    return True
