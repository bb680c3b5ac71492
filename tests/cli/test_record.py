"""`wavoice record`: a note, its manifest entry and nothing else, from a file or a microphone."""

from __future__ import annotations

import os
import shutil
import subprocess
import tomllib
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.cli.commands import NOTES, Shell, bare_environment, installed, needs_weights
from wavoice.sim.fixtures import read_built
from wavoice.sim.manifest import load_manifest
from wavoice.sim.sound.notes import samples_of
from wavoice.sim.sound.scripted import HEADSET, ScriptedSound, device

SPOKEN = ("--licence", "CC0-1.0", "--consent", "Sample Customer, agreed")
ASK = NOTES / "move_to_friday__street_10db.ogg"
YES = NOTES / "yes_go_ahead__street_10db.ogg"


@pytest.fixture
def tone(tmp_path: Path) -> Path:
    """Two seconds of stereo at 44.1 kHz."""
    samples = 9000 * np.sin(2 * np.pi * 300 * np.arange(2 * 44_100) / 44_100)
    with wave.open(str(tmp_path / "tone.wav"), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(44_100)
        file.writeframes(np.repeat(samples.astype("<i2"), 2).tobytes())
    return tmp_path / "tone.wav"


def speaks(amplitude: float, *, then_lost: bool = False) -> Callable[[ScriptedSound], None]:
    """Two seconds of a tone as soon as a microphone is open."""

    def hears(library: ScriptedSound) -> None:
        time = np.arange(2 * 48_000) / 48_000
        library.speak((amplitude * np.sin(2 * np.pi * 300 * time)).astype(np.float32))
        if then_lost:
            library.unplug("Headset")

    return hears


@pytest.fixture
def microphone(monkeypatch: pytest.MonkeyPatch) -> Callable[[ScriptedSound | str], None]:
    def plug(found: ScriptedSound | str) -> None:
        monkeypatch.setattr("wavoice.sim.sound.open.find_library", lambda: found)

    return plug


def entries(folder: Path) -> dict[str, object]:
    return tomllib.loads((folder / "manifest.toml").read_text())


class TestImport:
    def test_a_file_becomes_a_note_with_its_entry(self, shell: Shell, tone: Path) -> None:
        done = shell("record", "beep", "--from", tone, "--said", 'be "ep"', *SPOKEN)
        assert (done.code, done.err) == (0, "")
        assert done.out.startswith("fixtures/audio/beep.ogg: 2.0 s, ")
        manifest = load_manifest(Path("fixtures/audio/manifest.toml"))
        (note,) = manifest.notes
        assert (note.id, note.words, note.expect, manifest.is_recorded(note)) == (
            "beep",
            'be "ep"',
            None,
            True,
        )
        voice = manifest.voices["beep"]
        assert (voice.licence, voice.consent) == ("CC0-1.0", "Sample Customer, agreed")
        assert voice.provenance.startswith("imported from tone.wav on ")
        built = read_built(manifest)["beep"]
        assert built.bytes == note.path.stat().st_size
        assert built.seconds == pytest.approx(2.0, abs=0.1)
        assert sorted(path.name for path in Path("fixtures/audio").iterdir()) == [
            "beep.ogg", "built.json", "manifest.toml",
        ]  # fmt: skip

    def test_a_voice_note_is_kept_byte_by_byte(self, shell: Shell) -> None:
        assert shell("record", "ask", "--from", ASK, "--said", "Move it.", *SPOKEN).code == 0
        assert Path("fixtures/audio/ask.ogg").read_bytes() == ASK.read_bytes()

    def test_noise_is_added_and_said(self, shell: Shell, tone: Path) -> None:
        noisy = ("--noise", "street", "--snr", "5")
        assert shell("record", "beep", "--from", tone, "--said", "beep", *SPOKEN, *noisy).code == 0
        (note,) = load_manifest(Path("fixtures/audio/manifest.toml")).notes
        assert (note.noise, note.snr_db) == ("street", 5)
        assert note.path.read_bytes() != tone.read_bytes()

    def test_what_is_there_is_replaced_by_force_only(self, shell: Shell, tone: Path) -> None:
        again = ("record", "beep", "--from", tone, *SPOKEN, "--said")
        assert shell(*again, "beep").code == 0
        before = {path: path.read_bytes() for path in Path("fixtures/audio").iterdir()}
        assert (
            shell.refuses(*again, "boop")
            == "beep is there already in fixtures/audio. Replace it with --force."
        )
        assert {path: path.read_bytes() for path in Path("fixtures/audio").iterdir()} == before
        assert shell(*again, "boop", "--force").code == 0
        assert [note.words for note in load_manifest(Path("fixtures/audio/manifest.toml")).notes] == ["boop"]

    def test_handwriting_stays_and_built_notes_are_left_alone(self, shell: Shell, tone: Path) -> None:
        folder = shell.folder / "notes"
        shutil.copytree(NOTES, folder)
        before = (folder / "manifest.toml").read_text().splitlines()
        to = ("--folder", folder, "--from", tone, "--said", "beep", *SPOKEN)
        assert "builds. Record under another name" in shell.refuses(
            "record", "yes_no_wait_street", *to, "--force"
        )
        done = shell(
            "record", "heart", *to, "--dialogue", "reschedule_yes__street_10db", "--expect", "answered"
        )
        assert (done.code, done.err) == (0, "")
        after = (folder / "manifest.toml").read_text().splitlines()
        assert [line for line in before if line not in after] == []
        manifest = load_manifest(folder / "manifest.toml")
        dialogue = next(one for one in manifest.dialogues if one.name == "reschedule_yes__street_10db")
        assert [note.id for note in dialogue.notes][-1] == "heart"
        assert manifest.voices["heart"].engine == "kokoro"
        assert dialogue.notes[-1].voice == "heart_recorded"
        assert shell("fixtures", "make", "heart", "--manifest", folder / "manifest.toml").out == (
            "heart is a recording: left as it is\n"
        )

    @needs_weights
    @pytest.mark.bulk
    def test_replay_plays_it_at_once(self, shell: Shell) -> None:
        first = ("--said", "Can you move my delivery to Friday, please?", "--expect", "proposed")
        assert shell("record", "ask", "--from", ASK, *first, *SPOKEN).code == 0
        second = (
            "--said", "Yes, please go ahead.", "--dialogue", "ask", "--expect", "committed",
            "--write", "reschedule_delivery order=1842 day=Friday",
        )  # fmt: skip
        assert shell("record", "yes", "--from", YES, *second, *SPOKEN).code == 0
        played = shell("replay")
        assert played.code == 0, played.out
        assert "2 notes, 2 of 2 as expected" in played.out


class TestMicrophone:
    RECORD = ("record", "hum", "--said", "hum", "--seconds", "1", "--yes", *SPOKEN)

    def test_without_a_terminal(self, shell: Shell, microphone: Callable[..., None]) -> None:
        microphone(ScriptedSound(hears=speaks(0.3)))
        done = shell(*self.RECORD)
        assert (done.code, done.err) == (0, "")
        manifest = load_manifest(Path("fixtures/audio/manifest.toml"))
        assert manifest.voices["hum"].provenance.startswith("recorded with Headset on ")
        assert samples_of(manifest.notes[0].path.read_bytes()).size == pytest.approx(16_000, abs=800)

    def test_a_take_that_is_cut_off_is_kept_with_a_warning(
        self, shell: Shell, microphone: Callable[..., None]
    ) -> None:
        microphone(ScriptedSound(hears=speaks(3.0)))
        done = shell(*self.RECORD)
        assert done.code == 0
        assert "too loud and is cut off" in done.err

    @pytest.mark.parametrize(
        ("loudness", "lost", "sentence"),
        [(0.0, False, "Headset delivered silence."), (0.3, True, "Headset is gone.")],
    )
    def test_a_spoilt_take_leaves_nothing(
        self, loudness: float, lost: bool, sentence: str, shell: Shell, microphone: Callable[..., None]
    ) -> None:
        microphone(ScriptedSound(hears=speaks(loudness, then_lost=lost)))
        assert shell.refuses(
            *self.RECORD[:4], "--seconds", "9" if lost else "1", *self.RECORD[6:]
        ).startswith(sentence)
        assert not Path("fixtures").exists()

    def test_no_microphone_says_what_to_do(self, shell: Shell, microphone: Callable[..., None]) -> None:
        microphone("PortAudio is not on this machine. Install it.")
        said = shell.refuses(*self.RECORD)
        assert said.startswith("PortAudio is not on this machine. Install it.")
        assert "--from FILE" in said
        assert not Path("fixtures").exists()

    def test_devices_are_listed_and_chosen(self, shell: Shell, microphone: Callable[..., None]) -> None:
        microphone(ScriptedSound([HEADSET, device("Webcam", inputs=2)], hears=speaks(0.3)))
        assert shell("record", "--devices").out == (
            "  0  Headset  (ALSA, 44100 Hz)  default\n  1  Webcam  (ALSA, 48000 Hz)\n"
        )
        assert shell(*self.RECORD, "--device", "webcam").code == 0
        assert (
            "recorded with Webcam"
            in load_manifest(Path("fixtures/audio/manifest.toml")).voices["hum"].provenance
        )
        assert "There is no microphone 'x'." in shell.refuses(
            "record", "b", *self.RECORD[2:], "--device", "x"
        )


class TestRefusals:
    def test_nobody_to_ask(self, shell: Shell) -> None:
        said = shell.refuses("record", "hum")
        assert said == "Nobody can be asked here. Add --consent, --licence, --said, --seconds or --from."

    @pytest.mark.parametrize(
        ("options", "sentence"),
        [
            (["He llo"], "'He llo' is no name for a note. Use small letters, digits and underscores."),
            (["hum", "--expect", "commited"], "There is no outcome 'commited'. Did you mean committed?"),
            (["hum", "--write", "refund"], "--write needs --expect."),
            (["hum", "--expect", "committed", "--write", "a=b"], "--write 'a=b' is no write."),
            (["hum", "--noise", "rain"], "There is no noise 'rain'."),
            (["hum", "--after", "soon"], "That cannot stand in a manifest: 'soon' is not a duration"),
            (["hum", "--said", "[pause 1s]"], "That cannot stand in a manifest: a pause with nothing"),
            (["hum", "--dialogue", "x"], "There is no dialogue 'x' in fixtures/audio. There are: none."),
            (["hum", "--from", "nowhere.wav"], "There is no file nowhere.wav."),
        ],
    )
    def test_are_said_before_anybody_speaks(self, options: list[str], sentence: str, shell: Shell) -> None:
        said = shell.refuses("record", "--said", "hum", *SPOKEN, "--seconds", "1", *options)
        assert said.startswith(sentence)
        assert not Path("fixtures").exists()

    def test_a_file_that_is_no_recording(self, shell: Shell) -> None:
        Path("x.wav").write_text("nothing")
        assert "x.wav is no recording" in shell.refuses(
            "record", "hum", "--from", "x.wav", "--said", "x", *SPOKEN
        )


def test_at_a_terminal_what_is_missing_is_asked(tmp_path: Path, tone: Path) -> None:
    pty = pytest.importorskip("pty")
    master, slave = pty.openpty()
    with subprocess.Popen(
        [installed(), "record", "beep", "--from", str(tone)],
        cwd=tmp_path, stdin=slave, stderr=slave, stdout=subprocess.PIPE, env=bare_environment(),
    ) as running:  # fmt: skip
        os.close(slave)
        for question, answer in (("Who speaks", "me, agreed"), ("[CC0-1.0]", ""), ("What is said", "a beep")):
            seen = ""
            while question not in seen:
                seen += os.read(master, 4096).decode()
            os.write(master, f"{answer}\n".encode())
        out, _ = running.communicate(timeout=60)
    os.close(master)
    assert running.returncode == 0
    assert out.decode().startswith("fixtures/audio/beep.ogg: 2.0 s")
    manifest = load_manifest(tmp_path / "fixtures/audio/manifest.toml")
    assert (manifest.notes[0].words, manifest.voices["beep"].licence) == ("a beep", "CC0-1.0")
