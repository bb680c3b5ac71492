"""`/say` and noise: a typed line as a customer's note, and the pack that every installation has."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from wavoice.runtime.errors import MissingModelError, UserInputError
from wavoice.runtime.model import Speech
from wavoice.sim.emulator.voice_probe import probe_voice
from wavoice.sim.fixtures import read_built
from wavoice.sim.manifest import load_manifest
from wavoice.sim.noise import RATE, active_level, decibels
from wavoice.sim.pack import pack_folder, talkers
from wavoice.sim.packing import DIALOGUES, LARGEST
from wavoice.sim.sound import say
from wavoice.sim.sound.notes import Around, record_note, samples_of
from wavoice.sim.sound.say import Talker

ROOT = Path(__file__).parents[3]


class Hums:
    """A voice that hums a second for every word."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []

    async def say(self, text: str, language: str) -> Speech:
        self.said.append((text, language))
        count = len(text.split()) * 22_050
        pcm = (0.1 * np.sin(2 * np.pi * 200 * np.arange(count) / 22_050)).astype("<f4")
        return Speech(pcm.tobytes(), 22_050, "hum")

    async def warm(self) -> None:
        return

    async def close(self) -> None:
        return


@pytest.fixture
def hums() -> Hums:
    return Hums()


@pytest.fixture
def talker(hums: Hums) -> Talker:
    return Talker({"hum": lambda: hums})


def loudness(samples: np.ndarray[tuple[int], np.dtype[np.float32]]) -> float:
    return decibels(float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))))


class TestSaying:
    async def test_a_line_is_a_note_of_a_phone(self, talker: Talker, hums: Hums) -> None:
        note = await talker.note("yes no wait", "en")
        probe = probe_voice(note)
        assert (probe.problem, probe.channels) == (None, 1)
        samples = samples_of(note)
        assert samples.size / RATE == pytest.approx(0.4 + 3 + 0.5, abs=0.1)
        assert decibels(active_level(samples.astype(np.float64))) == pytest.approx(-23, abs=1)
        assert hums.said == [("yes no wait", "en")]

    async def test_pauses_and_quiet_parts(self, talker: Talker, hums: Hums) -> None:
        samples = samples_of(await talker.note("yes [pause 2s] [level -20dB] no"))
        assert [text for text, _ in hums.said] == ["yes", "no"]

        def at(start: float, end: float) -> float:
            return loudness(samples[round(start * RATE) : round(end * RATE)])

        assert at(1.6, 3.2) < -60
        assert at(0.6, 1.2) - at(3.6, 4.2) == pytest.approx(20, abs=1.5)

    async def test_noise_at_a_ratio_from_a_seed(self, talker: Talker) -> None:
        for noise in ("street", "wind", "babble"):
            noisy = await talker.note("yes", around=Around(noise, 10, seed=3))
            assert noisy == await talker.note("yes", around=Around(noise, 10, seed=3))
            assert noisy != await talker.note("yes", around=Around(noise, 10, seed=4))
        quiet = samples_of(await talker.note("yes"))
        loud = samples_of(await talker.note("yes", around=Around("street", 0, seed=3)))
        assert loudness(loud) - loudness(quiet) > 2

    async def test_what_cannot_be_said(self, talker: Talker) -> None:
        with pytest.raises(UserInputError, match="That cannot be said: nothing is said"):
            await talker.note(" ")
        with pytest.raises(UserInputError, match=r"There is no voice .bariton.\. There are: hum"):
            await talker.note("yes", voice="bariton")


class TestVoices:
    async def test_the_natural_one_speaks_english_and_the_other_the_rest(self) -> None:
        natural, robot = Hums(), Hums()
        talker = Talker({"piper": lambda: natural, "espeak-ng": lambda: robot})
        await talker.note("yes", "en-IN")
        await talker.note("haan", "hi")
        await talker.note("yes", "en", voice="espeak-ng")
        assert (natural.said, robot.said) == ([("yes", "en-IN")], [("haan", "hi"), ("yes", "en")])

    async def test_none_at_all_says_what_to_install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(say, "_missing", lambda name: f"{name} is not installed.")
        assert Talker().voices() == ()
        assert Talker().unavailable() == "piper is not installed. espeak-ng is not installed."
        with pytest.raises(MissingModelError, match=r"No voice here speaks .hi.\. espeak-ng is not"):
            await Talker().note("haan", "hi")

    @pytest.mark.bulk
    async def test_the_voices_of_this_machine(self) -> None:
        async with Talker() as talker:
            if reason := talker.unavailable():
                pytest.skip(reason)
            note = await talker.note("Yes.")
        assert samples_of(note).size > RATE


def test_the_microphone_is_set_in_noise_as_well() -> None:
    tone = (0.05 * np.sin(2 * np.pi * 300 * np.arange(RATE) / RATE)).astype("<f4")
    assert loudness(samples_of(record_note(tone.tobytes(), Around("babble", 0)))) > loudness(tone) + 1.5
    silence = np.zeros(RATE, "<f4").tobytes()
    assert not np.abs(samples_of(record_note(silence, Around("street", 0)))).max() > 0.001


class TestPack:
    def test_is_what_the_fixtures_are(self) -> None:
        whole = load_manifest(ROOT / "fixtures" / "audio" / "manifest.toml")
        with pack_folder() as folder:
            pack = load_manifest(folder / "manifest.toml")
            assert tuple(sorted(one.name for one in pack.dialogues)) == tuple(sorted(DIALOGUES))
            dialogues = [one.model_dump() for one in whole.dialogues]
            assert [one.name for one in pack.dialogues if one.model_dump() not in dialogues] == []
            changed = [one.id for one in pack.notes if one.path.read_bytes() != _of(whole.folder, one.id)]
            assert changed == []
            assert read_built(pack) == {note.id: read_built(whole)[note.id] for note in pack.notes}
            used = {note.voice for note in pack.notes} | set(pack.noises["babble"].voices)
            assert set(pack.voices) == used
            assert {voice.licence for voice in pack.voices.values()} == {"Apache-2.0"}
            files = [path for path in folder.rglob("*") if path.suffix in {".ogg", ".toml", ".json"}]
            assert sum(path.stat().st_size for path in files) <= LARGEST
            crowd = {path.stem for path in (folder / "crowd").iterdir()}
            assert crowd == set(pack.noises["babble"].voices)

    def test_somebody_talks_behind_the_speaker(self) -> None:
        assert len(talkers()) == 4
        assert all(decibels(active_level(one)) == pytest.approx(-23, abs=0.1) for one in talkers())

    @pytest.mark.bulk
    def test_is_in_the_wheel(self, tmp_path: Path) -> None:
        build = ["uv", "build", "--wheel", "-q", "-o", str(tmp_path)]
        subprocess.run(build, cwd=ROOT, check=True, timeout=300)
        (wheel,) = tmp_path.glob("*.whl")
        names = zipfile.ZipFile(wheel).namelist()
        with pack_folder() as folder:
            expected = {f"wavoice/sim/pack/{path.relative_to(folder)}" for path in folder.rglob("*.ogg")}
        assert len(expected) > 20
        assert expected | {"wavoice/sim/pack/manifest.toml", "wavoice/sim/pack/built.json"} <= set(names)


def _of(folder: Path, name: str) -> bytes:
    return (folder / f"{name}.ogg").read_bytes()


def test_the_sound_starts_light() -> None:
    code = "import sys, wavoice.sim.sound.open; print({'av', 'pydantic', 'sounddevice'} & set(sys.modules))"
    command = [sys.executable, "-I", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "set()"
