"""Microphone and speaker, on a scripted sound library and on this machine's own where it has one."""

from __future__ import annotations

import asyncio
import os
import sys

import numpy as np
import pytest

from wavoice.runtime.adapters.clock import SystemClock
from wavoice.runtime.model import SECOND
from wavoice.sim.clock import VirtualClock
from wavoice.sim.sound.hush import libraries_hushed
from wavoice.sim.sound.levels import Samples
from wavoice.sim.sound.microphone import PortAudioMicrophone
from wavoice.sim.sound.notes import record_note, samples_of
from wavoice.sim.sound.open import Sound, open_sound
from wavoice.sim.sound.ports import RATE, SILENCE, SoundError
from wavoice.sim.sound.scripted import HEADSET, ScriptedError, ScriptedSound, device


def tone(seconds: float, rate: int, hz: float = 440.0, amplitude: float = 0.5) -> Samples:
    return (amplitude * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def pitch(samples: Samples, rate: int = RATE) -> float:
    """The strongest frequency in Hz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(samples.size)))
    return float(np.argmax(spectrum) * rate / samples.size)


def position(sound: Sound) -> float | None:
    return sound.speaker.position


def ended(sound: Sound) -> str | None:
    return sound.microphone.meter.ended


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

    def test_stereo_becomes_mono(self, clock: VirtualClock) -> None:
        library = ScriptedSound([device("Pair", inputs=2)], needs_all_channels=True)
        microphone = open_sound(clock, library).microphone
        microphone.start()
        assert [stream.channels for stream in library.streams] == [2]
        library.speak(tone(0.5, 48_000))
        assert microphone.stop().seconds == pytest.approx(0.5, abs=0.01)

    def test_the_meter_follows_the_voice_and_marks_clipping(
        self, library: ScriptedSound, sound: Sound
    ) -> None:
        microphone = sound.microphone
        assert (microphone.meter.level, microphone.recording) == (SILENCE, False)
        microphone.start()
        library.speak(tone(0.2, 44_100, amplitude=0.5))
        meter = microphone.meter
        assert meter.level.peak_db == pytest.approx(-6, abs=0.1)
        assert meter.level.rms_db == pytest.approx(-9, abs=0.1)
        assert (meter.clipped, meter.ended) == (False, None)
        assert meter.seconds == pytest.approx(0.2)
        library.speak(tone(0.2, 44_100, amplitude=4.0))
        assert microphone.meter.level.clipped
        library.speak(tone(0.2, 44_100, amplitude=0.01))
        meter = microphone.meter
        assert (meter.level.clipped, meter.clipped) == (False, True)
        assert microphone.stop().clipped

    def test_sound_that_was_missed_is_told(self, library: ScriptedSound, sound: Sound) -> None:
        sound.microphone.start()
        library.speak(tone(0.01, 44_100), late=True)
        assert sound.microphone.stop().gaps == 1

    def test_one_recording_at_a_time_and_none_without_a_start(self, sound: Sound) -> None:
        with pytest.raises(SoundError, match="Nothing is being recorded"):
            sound.microphone.stop()
        sound.microphone.start()
        assert sound.microphone.recording
        with pytest.raises(SoundError, match="under way"):
            sound.microphone.start()
        assert (
            sound.microphone.stop().problem
            == "Headset delivered silence. Unmute it, or choose another device."
        )
        assert not sound.microphone.recording

    def test_a_forgotten_recording_ends_by_itself(self, library: ScriptedSound, clock: VirtualClock) -> None:
        microphone = PortAudioMicrophone(library, clock, longest=1.0)
        microphone.start()
        library.speak(tone(1.5, 44_100))
        assert microphone.meter.ended == "The recording has reached 1 s and was ended."
        assert microphone.stop().seconds == pytest.approx(1.0)


class TestLosing:
    @pytest.mark.parametrize("silently", [False, True])
    def test_what_was_said_before_is_kept(
        self, silently: bool, library: ScriptedSound, sound: Sound, clock: VirtualClock
    ) -> None:
        sound.microphone.start("headset")
        library.speak(tone(0.5, 44_100))
        assert ended(sound) is None
        library.unplug("Headset", silently=silently)
        clock.advance_to(clock.now() + 4 * SECOND)
        why = ended(sound)
        assert why is not None
        assert why.startswith("Headset sends no sound any more." if silently else "Headset is gone.")
        recording = sound.microphone.stop()
        assert recording.problem == why
        assert recording.seconds == pytest.approx(0.5, abs=0.01)

    def test_what_is_plugged_in_again_is_found(self, library: ScriptedSound, sound: Sound) -> None:
        sound.microphone.start("Headset")
        library.unplug("Headset")
        assert sound.microphone.stop().problem is not None
        with pytest.raises(SoundError, match="There is no microphone 'Headset'"):
            sound.microphone.start("Headset")
        library.plugged.append(HEADSET)
        assert sound.microphone.start("Headset").name == "Headset"
        library.speak(tone(0.5, 44_100))
        assert sound.microphone.stop().problem is None

    def test_the_first_microphone_may_come_later(self, clock: VirtualClock) -> None:
        library = ScriptedSound([])
        sound = open_sound(clock, library)
        assert sound.microphone.unavailable() is not None
        library.plugged.append(HEADSET)
        assert sound.microphone.start().name == "Headset"

    def test_what_plays_is_not_cut_off_by_a_look_at_the_devices(
        self, library: ScriptedSound, sound: Sound
    ) -> None:
        sound.speaker.play(record_note(tone(1.0, RATE).tobytes()))
        sound.microphone.start("Webcam")
        library.unplug("Webcam")
        sound.microphone.stop()
        sound.microphone.start("Headset")
        assert position(sound) == 0.0

    def test_a_slow_headset_is_waited_for(self, sound: Sound, clock: VirtualClock) -> None:
        sound.microphone.start()
        clock.advance_to(4 * SECOND)
        assert ended(sound) is None
        clock.advance_to(6 * SECOND)
        assert ended(sound) is not None


class TestChoosing:
    @pytest.mark.parametrize(
        ("wanted", "name"), [(None, "Headset"), (1, "Webcam"), ("1", "Webcam"), ("cam", "Webcam")]
    )
    def test_by_number_or_part_of_the_name(self, wanted: str | int | None, name: str, sound: Sound) -> None:
        assert sound.microphone.start(wanted).name == name

    def test_what_is_not_there_or_not_clear_lists_what_is(self, sound: Sound) -> None:
        with pytest.raises(SoundError) as missing:
            sound.microphone.start("studio")
        assert str(missing.value) == "There is no microphone 'studio'. Name one of: 0 Headset, 1 Webcam."
        with pytest.raises(
            SoundError, match=r"Several microphones match 'e'\. Name one of: 0 Headset, 1 Webcam\."
        ):
            sound.microphone.start("e")

    def test_a_device_that_several_sound_systems_offer_is_one(self, clock: VirtualClock) -> None:
        twice = [device("Headset", inputs=1), device("Headset", inputs=1)]
        assert open_sound(clock, ScriptedSound(twice)).microphone.start("headset").index == 0

    def test_a_machine_without_devices_says_so_and_what_helps(self, clock: VirtualClock) -> None:
        sound = open_sound(clock, ScriptedSound([]))
        for port, name in ((sound.microphone, "microphone"), (sound.speaker, "speaker")):
            reason = port.unavailable()
            assert reason is not None
            assert reason.startswith(f"This machine has no {name}. Plug one in")
        with pytest.raises(SoundError, match="This machine has no microphone"):
            sound.microphone.start()


class TestRefusals:
    @pytest.mark.parametrize(
        ("error", "sentence"),
        [
            (ScriptedError("Device unavailable", -9985), "Headset is in use by another program. Close that"),
            (ScriptedError("Invalid device", -9996), "Headset is not there any more. Plug it in, or choose"),
            (ScriptedError("Invalid sample rate", -9997), "Headset cannot be opened: Invalid sample rate."),
            (
                ScriptedError("Unanticipated host error", -9999, (0, -13, "Permission denied")),
                "Headset may not be used by this program. Allow it",
            ),
            (
                ScriptedError("Unanticipated host error", -9999, (0, -2147024891, "")),
                "Headset may not be used by this program. Allow it",
            ),
            (
                ScriptedError("Unanticipated host error", -9999, (0, -5, "I/O error")),
                "Headset does not work: I/O error. Choose another device",
            ),
        ],
    )
    def test_are_sentences_with_a_remedy(
        self, error: Exception, sentence: str, library: ScriptedSound, sound: Sound
    ) -> None:
        library.refuses = error
        with pytest.raises(SoundError) as refused:
            sound.microphone.start()
        assert str(refused.value).startswith(sentence)
        assert sound.microphone.start().name == "Headset"

    def test_no_library_is_a_microphone_and_a_speaker_that_say_so(self, clock: VirtualClock) -> None:
        sound = open_sound(clock, "PortAudio is not on this machine. Install it.")
        assert (
            sound.microphone.unavailable()
            == sound.speaker.unavailable()
            == "PortAudio is not on this machine. Install it."
        )
        assert (sound.microphone.devices(), sound.speaker.devices(), sound.speaker.position) == ((), (), None)
        with pytest.raises(SoundError, match="PortAudio is not on this machine"):
            sound.microphone.start()
        with pytest.raises(SoundError, match="PortAudio is not on this machine"):
            sound.speaker.play(b"")
        sound.speaker.stop()


class TestSpeaker:
    def note(self) -> bytes:
        return record_note(tone(1.0, RATE).tobytes())

    def test_a_note_is_played_at_the_rate_of_the_device(self, library: ScriptedSound, sound: Sound) -> None:
        sound.speaker.play(self.note())
        assert position(sound) == 0.0
        first = library.pull(0.5)
        assert position(sound) == pytest.approx(0.5)
        assert pitch(first, 44_100) == pytest.approx(440, abs=3)
        library.pull(1.0)
        assert position(sound) is None
        assert all(stream.closed for stream in library.streams)

    def test_the_next_note_and_a_stop_silence_it(self, library: ScriptedSound, sound: Sound) -> None:
        sound.speaker.play(self.note())
        sound.speaker.play(self.note(), "Headset")
        assert [stream.closed for stream in library.streams] == [True, False]
        sound.speaker.stop()
        assert sound.speaker.position is None
        assert all(stream.closed for stream in library.streams)
        sound.speaker.stop()

    def test_what_is_no_note_is_refused(self, sound: Sound) -> None:
        with pytest.raises(SoundError, match="no voice note"):
            sound.speaker.play(b"OggS is not enough")
        assert sound.speaker.position is None

    def test_a_speaker_that_is_pulled_out_falls_silent(self, library: ScriptedSound, sound: Sound) -> None:
        sound.speaker.play(self.note())
        library.unplug("Headset")
        assert sound.speaker.position is None


async def test_this_machines_own_microphone_and_speaker() -> None:
    clock = SystemClock()
    sound = open_sound(clock)
    for reason in (sound.microphone.unavailable(), sound.speaker.unavailable()):
        if reason:
            pytest.skip(reason)
    sound.speaker.play(record_note(tone(0.2, RATE, amplitude=0.01).tobytes()))
    device = await asyncio.to_thread(sound.microphone.start)
    until = clock.now() + 10 * SECOND
    while sound.microphone.meter.seconds == 0 and clock.now() < until:
        await clock.wait(asyncio.Event(), clock.now() + SECOND // 20)
    recording = await asyncio.to_thread(sound.microphone.stop)
    sound.speaker.stop()
    assert recording.seconds > 0, (device, recording.problem)


def test_c_libraries_are_hushed_and_python_is_not(capfd: pytest.CaptureFixture[str]) -> None:
    with libraries_hushed():
        os.write(2, b"Expression failed in pa_linux_alsa.c\n")
        print("seen", file=sys.stderr)
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "seen\nafter\n"
