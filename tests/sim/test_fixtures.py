"""The committed voice notes are what the manifest says, and a wrong one is found."""

from __future__ import annotations

import json
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import av
import numpy as np
import pytest
from typer.testing import CliRunner

from wavoice.cli.fixtures import app
from wavoice.runtime.audio.decode import decode_note
from wavoice.runtime.errors import ManifestError, MissingModelError, UserInputError
from wavoice.sim import noise as sound
from wavoice.sim.fixtures import Finding, check, make, read_built, select
from wavoice.sim.manifest import Manifest, Note, Voice, load_manifest
from wavoice.sim.noise import RATE, Signal
from wavoice.sim.studio import Studio
from wavoice.sim.voices import Espeak, Kokoro, speakers
from wavoice.sim.wer import word_error_rate

FOLDER = Path(__file__).parents[2] / "fixtures" / "audio"
COMMITTED = load_manifest(FOLDER / "manifest.toml")
QUIET = [note for note in COMMITTED.notes if note.segments[-1].gain_db < 0]

SMALL = """\
version = 1
defaults = { phone = "+14155550142", orders = ["1842"], lead = "400ms", tail = "500ms", max_wer = 0.3 }

[voices.tone]
engine = "espeak-ng"
model = "tone"
licence = "none"
provenance = "this test"

[noises.babble]
licence = "none"
provenance = "this test"
voices = ["tone"]
sentences = ["one two three"]

[[dialogue]]
name = "small"
about = "Two notes."
voice = "tone"
seed = 1

[[dialogue.note]]
id = "first"
text = "where is my order"
noise = "babble"
snr_db = 10
channel = ["cheap_microphone"]
expect = { outcome = "answered" }

[[dialogue.note]]
id = "second"
text = "yes [pause 1s] [level -20dB] no wait"
noise = "none"
expect = { outcome = "held" }
"""


class Tone:
    """Says a beep of 200 ms a word."""

    version = "1"

    def say(self, text: str, voice: Voice) -> Signal:
        time = np.arange(len(text.split()) * RATE // 5) / RATE
        return 0.3 * np.sin(2 * np.pi * 300 * voice.speed * time)

    def tools(self) -> Mapping[str, str]:
        return {"tone": self.version}


@pytest.fixture
def small(tmp_path: Path) -> Manifest:
    path = tmp_path / "manifest.toml"
    path.write_text(SMALL, encoding="utf-8")
    return load_manifest(path)


def reread(manifest: Manifest, old: str, new: str) -> Manifest:
    path = manifest.folder / "manifest.toml"
    assert old in SMALL
    path.write_text(SMALL.replace(old, new), encoding="utf-8")
    return load_manifest(path)


def studio(manifest: Manifest, speaker: Tone | None = None) -> Studio:
    return Studio(manifest, {"espeak-ng": speaker or Tone()})


def built(manifest: Manifest) -> Manifest:
    assert len([*make(manifest, manifest.notes, studio(manifest))]) == len(manifest.notes)
    return manifest


def findings(manifest: Manifest, speaker: Tone | None = None) -> dict[str, Finding]:
    return {each.note: each for each in check(manifest, manifest.notes, studio(manifest, speaker))}


def decoded(note: Note) -> tuple[Signal, str, int]:
    with av.open(BytesIO(note.path.read_bytes()), mode="r", format="ogg") as container:
        stream = container.streams.audio[0]
        resampler = av.AudioResampler("dbl", "mono", RATE)
        parts = [part for frame in container.decode(stream) for part in resampler.resample(frame)]
        parts += resampler.resample(None)
        codec, channels = stream.codec_context.name, stream.codec_context.channels
    return np.concatenate([part.to_ndarray()[0] for part in parts]), codec, channels


class TestCommitted:
    def test_there_is_enough_to_rehearse_with(self) -> None:
        assert len(COMMITTED.notes) >= 16
        assert len(COMMITTED.dialogues) >= 6
        assert {note.noise for note in COMMITTED.notes} >= {"street", "babble", "wind"}
        assert {effect for note in COMMITTED.notes for effect in note.channel} >= {
            "cheap_microphone",
            "clipping",
        }
        assert {note.snr_db for note in COMMITTED.notes} >= {20, 10, 5}
        assert {COMMITTED.voices[note.voice].engine for note in COMMITTED.notes} == {"espeak-ng", "kokoro"}
        assert len({note.voice for note in COMMITTED.notes}) >= 4

    def test_files_manifest_and_record_name_the_same_notes(self) -> None:
        names = [note.id for note in COMMITTED.notes]
        assert sorted(path.stem for path in FOLDER.glob("*.ogg")) == sorted(names)
        assert [*read_built(COMMITTED)] == names

    def test_the_folder_stays_small(self) -> None:
        assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 1_000_000

    @pytest.mark.parametrize("note", COMMITTED.notes, ids=lambda note: note.id)
    def test_a_note_is_what_was_built_and_what_the_manifest_asks_for(self, note: Note) -> None:
        record = read_built(COMMITTED)[note.id]
        samples, codec, channels = decoded(note)
        assert (codec, channels) == ("opus", 1)
        assert 1 <= samples.size / RATE <= 12
        assert samples.size / RATE == pytest.approx(record.seconds, abs=0.08)
        assert note.path.stat().st_size == record.bytes
        assert record.recipe_sha256 == Studio(COMMITTED, {}).recipe(note)
        assert record.snr_db == pytest.approx(note.snr_db, abs=0.5)
        assert record.peak_db < 0

    @pytest.mark.parametrize("note", QUIET, ids=lambda note: note.id)
    def test_the_quiet_tail_is_there_at_its_level_and_survives_trimming(self, note: Note) -> None:
        samples, _, _ = decoded(note)
        head, *_, tail = read_built(COMMITTED)[note.id].said
        loud, quiet = (samples[int(part.start * RATE) : int(part.end * RATE)] for part in (head, tail))
        pause = samples[int((head.end + 0.3) * RATE) : int((tail.start - 0.3) * RATE)]
        assert tail.start - head.end >= 2
        measured = sound.decibels(sound.active_level(quiet) / sound.active_level(loud))
        assert measured == pytest.approx(tail.gain_db, abs=3)
        assert sound.active_level(quiet) > sound.amplitude(6) * sound.rms(pause)
        audio = decode_note(note.path.read_bytes(), 12.1)
        assert audio.seconds - audio.trimmed_end >= tail.end

    def test_one_tail_is_25_db_down(self) -> None:
        assert min(note.segments[-1].gain_db for note in QUIET) == -25

    def test_espeak_says_the_same_samples_again(self) -> None:
        note = select(COMMITTED, ["when_will_it_arrive__wind_10db"])[0]
        again, record = Studio(COMMITTED, speakers(None)), read_built(COMMITTED)[note.id]
        try:
            tools = again.tools(note)
        except MissingModelError as missing:
            pytest.skip(str(missing))
        if tools != record.tools:
            pytest.skip(f"other tools: {tools}, built with {record.tools}")
        assert again.render(note).sha256 == record.pcm_sha256


class TestMakeAndCheck:
    def test_what_was_made_passes(self, small: Manifest) -> None:
        assert [*findings(built(small)).values()] == [Finding("first", ()), Finding("second", ())]

    def test_the_record_says_where_each_segment_lies(self, small: Manifest) -> None:
        yes, no_wait = read_built(built(small))["second"].said
        assert (yes.start, yes.end, yes.gain_db) == (0.4, 0.6, 0)
        assert (no_wait.start, no_wait.end, no_wait.gain_db) == (1.6, 2.0, -20)

    def test_one_note_can_be_made_and_the_others_stay(self, small: Manifest) -> None:
        before = read_built(built(small))
        (only,) = make(small, select(small, ["second"]), studio(small))
        assert only[0].id == "second"
        after = read_built(small)
        assert after["first"] == before["first"]
        assert after["second"].pcm_sha256 == before["second"].pcm_sha256

    def test_a_changed_manifest_is_noticed(self, small: Manifest) -> None:
        built(small)
        changed = findings(reread(small, "snr_db = 10", "snr_db = 8"))["first"]
        assert "the manifest has changed since it was built" in changed.problems
        assert any("8.0 dB" in problem for problem in changed.problems)

    def test_a_swapped_a_broken_and_a_lost_file_are_noticed(self, small: Manifest) -> None:
        first, second = built(small).notes
        first.path.write_bytes(second.path.read_bytes())
        second.path.write_bytes(b"OggS, but not really")
        found = findings(small)
        assert found["first"].problems[0] == "the file is not the one that was built"
        assert "lasts" in found["first"].problems[1]
        assert any("cannot be played" in problem for problem in found["second"].problems)
        first.path.unlink()
        assert "not built" in findings(small)["first"].problems[0]

    def test_other_samples_from_the_same_tools_are_a_problem(self, small: Manifest) -> None:
        class OutOfTune(Tone):
            def say(self, text: str, voice: Voice) -> Signal:
                return super().say(text, voice.model_copy(update={"speed": 1.1}))

        class NewVersion(OutOfTune):
            version = "2"

        built(small)
        assert findings(small, OutOfTune())["second"].problems == (
            "the same tools make other samples than they did",
        )
        assert findings(small, NewVersion())["second"].problems == ()

    def test_a_voice_that_is_not_installed_is_not_run_and_no_problem(self, small: Manifest) -> None:
        class Absent(Tone):
            def say(self, text: str, voice: Voice) -> Signal:
                raise MissingModelError("espeak-ng is not installed.")

        found = findings(built(small), Absent())["first"]
        assert found == Finding("first", (), ("not rebuilt: espeak-ng is not installed.",))

    def test_ears_that_hear_something_else_are_a_problem(self, small: Manifest) -> None:
        def hear(data: bytes) -> str:
            assert data.startswith(b"OggS")
            return "Where is my order?"

        first, second = check(built(small), small.notes, studio(small), hear)
        assert first.problems == ()
        assert "heard 'Where is my order?': word error rate" in second.problems[0]

    def test_a_note_of_half_a_minute_is_refused(self, small: Manifest) -> None:
        long = reread(small, "[pause 1s]", "[pause 30s]")
        with pytest.raises(ManifestError, match=r"'second' lasts 31.5 s\. Notes last 1 to 12 s"):
            [*make(long, select(long, ["second"]), studio(long))]

    def test_an_unknown_name_is_answered_with_the_nearest(self, small: Manifest) -> None:
        with pytest.raises(UserInputError, match="Did you mean second"):
            select(small, ["secnd"])
        assert select(small, ["small"]) == small.notes


class TestVoices:
    VOICE = Voice(engine="kokoro", model="af_heart", licence="", provenance="")

    def test_kokoro_without_voices_says_how_to_get_them(self, tmp_path: Path) -> None:
        with pytest.raises(MissingModelError, match="npm pack kokoro-js"):
            Kokoro(None).say("yes", self.VOICE)
        with pytest.raises(MissingModelError, match=r"af_heart\.bin is not in"):
            Kokoro(tmp_path).say("yes", self.VOICE)

    def test_espeak_that_is_not_installed_says_how_to_get_it(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(MissingModelError, match="apt install espeak-ng"):
            Espeak().say("yes", self.VOICE)


class TestCommand:
    def test_list_shows_what_each_dialogue_is_for(self) -> None:
        shown = CliRunner().invoke(app, ["list", "--manifest", str(FOLDER / "manifest.toml")])
        assert shown.exit_code == 0
        for dialogue in COMMITTED.dialogues:
            assert f"{dialogue.name}\n  {dialogue.about}\n" in shown.stdout

    def test_check_ends_with_1_and_names_the_problem(self, small: Manifest) -> None:
        manifest = str(small.folder / "manifest.toml")
        done = CliRunner().invoke(app, ["check", "--manifest", manifest, "--json", "-"])
        assert done.exit_code == 1
        assert [each["problems"] for each in json.loads(done.stdout)["notes"]] == [
            ["is not built: run `wavoice fixtures make`"]
        ] * 2


def test_case_and_punctuation_are_no_errors() -> None:
    assert word_error_rate("Yes, please.", "yes please") == 0
    assert word_error_rate("No, wait.", "No way") == 0.5
