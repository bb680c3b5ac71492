"""The manifest: a mistake in it is named by file, entry and key, with the remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from wavoice.runtime.errors import ManifestError
from wavoice.sim.manifest import load_manifest
from wavoice.sim.utterance import Segment, segments

GOOD = """\
version = 1

[defaults]
phone = "+14155550142"
orders = ["1842"]
noise = "street"
snr_db = 20
lead = "400ms"
tail = "0.5s"
max_wer = 0.3

[voices.robot]
engine = "espeak-ng"
model = "en-us"
licence = "none claimed"
provenance = "espeak-ng"

[noises.street]
licence = "Apache-2.0"
provenance = "computed"

[[dialogue]]
name = "reschedule"
about = "The happy path."
voice = "robot"
snr_db = 10
seed = 1

[[dialogue.note]]
id = "ask"
text = "Friday, please."
expect = { outcome = "proposed" }

[[dialogue.note]]
id = "yes"
text = "Yes. [pause 2.5s] [level -25dB] No, wait."
after = "1.2s"
snr_db = 5
expect = { outcome = "committed", writes = [{ action = "reschedule_delivery", order = "1842", day = "Fri" }] }
"""


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    path = tmp_path / "manifest.toml"
    path.write_text(GOOD, encoding="utf-8")
    return path


def refusal(path: Path, old: str, new: str) -> str:
    assert GOOD.count(old) >= 1
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ManifestError) as caught:
        load_manifest(path)
    assert str(path) in str(caught.value)
    return str(caught.value)


def test_defaults_hold_until_a_dialogue_or_a_note_overrides_them(manifest: Path) -> None:
    ask, yes = load_manifest(manifest).dialogues[0].notes
    assert (ask.snr_db, yes.snr_db) == (10, 5)
    assert (ask.lead, ask.tail, ask.voice) == (0.4, 0.5, "robot")
    assert load_manifest(manifest).dialogues[0].phone == "+14155550142"


def test_a_note_knows_its_file_its_words_and_what_must_come_of_it(manifest: Path) -> None:
    ask, yes = load_manifest(manifest).notes
    assert yes.path == manifest.parent / "yes.ogg"
    assert yes.words == "Yes. No, wait."
    assert yes.segments == (Segment("Yes."), Segment("No, wait.", pause_before=2.5, gain_db=-25))
    assert (ask.after, yes.after) == (None, 1_200_000)
    assert ask.expect is not None
    assert yes.expect is not None
    assert yes.expect.writes[0].action == "reschedule_delivery"
    assert yes.expect.writes[0].args == {"order": "1842", "day": "Fri"}
    assert ask.expect.writes == ()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("seed = 1", "sead = 1", "dialogue 'reschedule': unknown key 'sead'; did you mean 'seed'?"),
        ('after = "1.2s"', 'aftr = "1.2s"', "note 'yes': unknown key 'aftr'; did you mean 'after'?"),
        ("max_wer", "max_were", "defaults: unknown key 'max_were'; did you mean 'max_wer'?"),
        ("licence", "license", "voices, robot: unknown key 'license'; did you mean 'licence'?"),
        (
            '{ outcome = "proposed" }',
            '{ outcom = "proposed" }',
            "expect: unknown key 'outcom'; did you mean 'outcome'?",
        ),
        ('text = "Friday, please."\n', "", "dialogue 'reschedule', note 'ask': 'text' is missing."),
        ('text = "Friday, please."', 'text = "[level -3dB]"', "note 'ask': nothing is said"),
        (
            'text = "Friday, please."',
            'text = "Friday [puase 1s] please"',
            "the marks are [pause 2.5s] and [level -25dB]",
        ),
        ('"1.2s"', '"1.2"', "'1.2' is not a duration with its unit"),
        ('"proposed"', '"agreed"', "note 'ask', expect, outcome: Input should be 'answered'"),
        ('voice = "robot"', 'voice = "robto"', "voice 'robto' is not declared; did you mean 'robot'?"),
        ("[noises.street]", "[noises.wind]", "noise 'street' is not declared"),
        ('id = "yes"', 'id = "ask"', "note 'ask' is there 2 times"),
        ("version = 1", "version = 2", "version 2 is newer than 1. Upgrade wavoice"),
        ("version = 1", "", "'version' is missing."),
        ("version = 1", "version = ", "not a TOML file"),
        ("[defaults]", "[[defaults]]", "defaults: write [defaults] once"),
        ('action = "reschedule_delivery", ', "", "a write needs its action"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_remedy(
    manifest: Path, old: str, new: str, message: str
) -> None:
    assert message in refusal(manifest, old, new)


def test_noise_without_a_ratio_is_refused(manifest: Path) -> None:
    text = GOOD.replace("snr_db = 20\n", "").replace("snr_db = 10\n", "")
    manifest.write_text(text, encoding="utf-8")
    with pytest.raises(ManifestError, match="note 'ask': noise 'street' needs its snr_db"):
        load_manifest(manifest)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"absent\.toml: cannot be read"):
        load_manifest(tmp_path / "absent.toml")


@pytest.mark.parametrize("text", ["Yes. [pause 2s]", "[pause 2s]", "", "Yes ]", "Yes [level 3]"])
def test_a_line_that_cannot_be_said_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"pause|nothing is said|marks"):
        segments(text)
