"""Microphone and speaker, on a scripted sound library and on this machine's own where it has one."""

from __future__ import annotations

import numpy as np
import pytest

from wavoice.sim.clock import VirtualClock
from wavoice.sim.sound.levels import Samples
from wavoice.sim.sound.notes import record_note, samples_of
from wavoice.sim.sound.open import Sound, open_sound
from wavoice.sim.sound.ports import RATE
from wavoice.sim.sound.scripted import ScriptedSound, device


def tone(seconds: float, rate: int, hz: float = 440.0, amplitude: float = 0.5) -> Samples:
    return (amplitude * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def pitch(samples: Samples, rate: int = RATE) -> float:
    """The strongest frequency in Hz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(samples.size)))
    return float(np.argmax(spectrum) * rate / samples.size)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(0)


@pytest.fixture
def library() -> ScriptedSound:
    return ScriptedSound()


@pytest.fixture
def sound(library: ScriptedSound, clock: VirtualClock) -> Sound:
    return open_sound(clock, library)


class TestMicrophone:
    @pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 44_100, 48_000, 96_000])
    def test_a_device_of_any_rate_is_heard_at_16_khz(self, rate: int, clock: VirtualClock) -> None:
        library = ScriptedSound([device("Odd", inputs=1, rate=rate)])
        microphone = open_sound(clock, library).microphone
        assert microphone.start().rate == rate
        library.speak(tone(1.0, rate))
        recording = microphone.stop()
        samples = np.frombuffer(recording.pcm, dtype="<f4")
        assert recording.seconds == pytest.approx(1.0, abs=0.01)
        assert pitch(samples) == pytest.approx(440, abs=2)
        assert float(np.abs(samples).max()) == pytest.approx(0.5, abs=0.03)
        assert (recording.clipped, recording.gaps, recording.problem) == (False, 0, None)
        assert samples_of(record_note(recording.pcm)).size / RATE == pytest.approx(1.0, abs=0.05)
