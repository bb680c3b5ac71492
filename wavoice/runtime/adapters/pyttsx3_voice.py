"""The voice of last resort: pyttsx3 driving espeak-ng. Robotic, quick, and over a hundred languages."""

from __future__ import annotations

import asyncio
import atexit
import threading
import wave
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from wavoice.runtime.adapters.backends import VoiceBackend
from wavoice.runtime.errors import MissingModelError, SpeechError, UnsupportedLanguageError, speech_errors
from wavoice.runtime.model import Speech
from wavoice.runtime.settings_speech import Voice
from wavoice.runtime.tongues import primary

WORDS_PER_MINUTE = 170
"""pyttsx3's own 200 is hard to follow on a telephone."""
LONGEST_WAIT = 10
"""Seconds; a reply takes some ten milliseconds."""
_REMEDY = (
    "Install espeak-ng: `apt install espeak-ng`, `brew install espeak-ng`, "
    "or the installer of github.com/espeak-ng/espeak-ng."
)
# espeak keeps its state per process and pyttsx3 one engine, so every voice shares this one thread
_THREAD = ThreadPoolExecutor(1, thread_name_prefix="espeak")


def unavailable(_: Voice | None = None) -> str | None:
    """Why this voice cannot be used here, with the remedy; None if it can."""
    try:
        import_module("pyttsx3.drivers._espeak")  # loads the shared library, starts nothing
    except (ImportError, OSError, RuntimeError):
        return f"espeak-ng is not on this machine. {_REMEDY}"
    return None


class Pyttsx3Voice:
    """`TextToSpeech` in the languages of espeak-ng, 22.05 kHz."""

    async def warm(self) -> None:
        """Start espeak-ng and speak one word. Raises `MissingModelError` or `SpeechError`."""
        await self.say("Hello.", "en")

    async def say(self, text: str, language: str) -> Speech:
        """Synthesise; of a tag such as `en-IN` the language alone if espeak-ng has no such accent.

        Raises `SpeechError`, and `MissingModelError` if espeak-ng is not there.
        """
        with speech_errors("espeak-ng could not speak"):
            return await asyncio.wrap_future(_THREAD.submit(_speak, text, language))

    async def close(self) -> None:
        """Nothing is held: espeak-ng and its thread belong to the process."""


BACKEND = VoiceBackend(
    open=lambda _: Pyttsx3Voice(),
    describe=lambda _: "espeak-ng through pyttsx3, a robotic voice.",
    unavailable=unavailable,
)


def _speak(text: str, language: str) -> Speech:
    if not text.strip():
        raise SpeechError("There is nothing to speak in that text.")
    engine = _engine()
    voice = _voice(engine, language)
    with TemporaryDirectory(prefix="wavoice-voice-") as folder:
        path = Path(folder) / "reply.wav"
        _save(engine, text, voice, path)
        return _speech(path, voice)


def _voice(engine: Any, language: str) -> str:
    """The espeak-ng voice for a language tag, e.g. `roa/pt-br`."""
    voices = {voice.id.rpartition("/")[2]: voice.id for voice in engine.getProperty("voices")}
    tag = language.lower().replace("_", "-")
    for name in (tag, primary(tag)):
        if name in voices:
            return str(voices[name])
    raise UnsupportedLanguageError(f"espeak-ng does not speak {language!r}: reply in text.")


def _save(engine: Any, text: str, voice: str, path: Path) -> None:
    # espeak-ng works in a thread of its own, for which runAndWait does not wait
    finished = threading.Event()
    token = engine.connect("finished-utterance", lambda **_: finished.set())
    engine.setProperty("rate", WORDS_PER_MINUTE)
    engine.setProperty("voice", voice)
    engine.save_to_file(text, str(path))
    engine.runAndWait()
    done = finished.wait(LONGEST_WAIT)
    engine.disconnect(token)
    if not done:
        raise SpeechError(f"espeak-ng did not finish within {LONGEST_WAIT} s.")


@cache
def _engine() -> Any:
    reason = unavailable()
    if reason:
        raise MissingModelError(reason)
    import pyttsx3  # noqa: PLC0415
    from pyttsx3.drivers import espeak  # noqa: PLC0415

    # the driver prints where it saved a file; redirecting stdout would catch other threads' output too
    espeak.print = _no_print
    # pyttsx3 cannot tidy up any more once the interpreter takes modules down
    atexit.register(_engine.cache_clear)
    return pyttsx3.init("espeak")


def _no_print(*_: object) -> None:
    return


def _speech(path: Path, voice: str) -> Speech:
    with wave.open(str(path), "rb") as file:
        rate = file.getframerate()
        frames = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
    pcm = (frames.astype("<f4") / 32768).tobytes()
    return Speech(pcm=pcm, rate=rate, voice=f"pyttsx3:{voice}")
