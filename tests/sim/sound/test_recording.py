"""Takes until one is kept, by count-down, meter and keys; a folder that is changed whole or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from wavoice.runtime.errors import ManifestError, UserInputError
from wavoice.runtime.model import SECOND, Micros
from wavoice.sim.clock import VirtualClock
from wavoice.sim.manifest import load_manifest
from wavoice.sim.recorded import Recorded, keep
from wavoice.sim.recording import Choice, Plan, Question, make_recording
from wavoice.sim.sound.notes import record_note, samples_of
from wavoice.sim.sound.open import open_sound
from wavoice.sim.sound.ports import Recording
from wavoice.sim.sound.scripted import ScriptedSound
from wavoice.sim.sound.takes import Count, Listening, one_take
from wavoice.sim.whole_files import replace_all

RATE = 44_100


class Talking(VirtualClock):
    """A clock that is moved by whoever waits, and a customer who talks meanwhile."""

    def __init__(self, library: ScriptedSound, meanwhile: Callable[[], None] = lambda: None) -> None:
        super().__init__(0)
        self.library = library
        self.meanwhile = meanwhile

    async def wait(self, poke: asyncio.Event, until: Micros | None) -> None:
        await asyncio.sleep(0)
        if poke.is_set() or until is None:
            return
        passed = (until - self.now()) / SECOND
        time = np.arange(round(passed * RATE)) / RATE
        self.library.speak((0.3 * np.sin(2 * np.pi * 300 * time)).astype(np.float32))
        self.advance_to(until)
        self.meanwhile()


@dataclass
class Somebody:
    """A desk with somebody who stops each take after a second and then decides."""

    choices: list[Choice]
    answers: Mapping[str, str] = field(default_factory=dict)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    shown: list[Count | Listening] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    remarks: list[tuple[str, ...]] = field(default_factory=list)

    async def answer(self, open_questions: tuple[Question, ...]) -> Mapping[str, str]:
        self.asked += [one.key for one in open_questions]
        return self.answers

    def show(self, moment: Count | Listening) -> None:
        self.shown.append(moment)
        if isinstance(moment, Listening) and moment.meter.seconds >= 1:
            self.stop.set()

    def say(self, line: str) -> None:
        self.said.append(line)

    async def choose(self, recording: Recording, remarks: tuple[str, ...]) -> Choice:
        self.remarks.append(remarks)
        self.stop.clear()
        return self.choices.pop(0)


NOTE = Recorded("hum", "hum", "CC0-1.0", "Sample Customer, agreed", "")


@pytest.fixture
def library() -> ScriptedSound:
    return ScriptedSound()


async def record(plan: Plan, desk: Somebody, library: ScriptedSound) -> Recorded | None:
    clock = Talking(library)
    return await make_recording(plan, desk, open_sound(clock, library), clock)


async def test_counted_down_metered_and_kept(tmp_path: Path, library: ScriptedSound) -> None:
    desk = Somebody(["keep"])
    kept = await record(Plan(NOTE, tmp_path / "notes"), desk, library)
    assert kept is not None
    assert desk.shown[:3] == [Count(3), Count(2), Count(1)]
    meters = [moment.meter for moment in desk.shown if isinstance(moment, Listening)]
    assert {round(meter.level.peak_db) for meter in meters[1:]} == {-10}
    (note,) = load_manifest(tmp_path / "notes" / "manifest.toml").notes
    assert samples_of(note.path.read_bytes()).size / 16_000 == pytest.approx(1, abs=0.15)
    assert desk.remarks == [()]
    assert all(stream.closed for stream in library.streams)


async def test_a_take_can_be_heard_and_done_again(tmp_path: Path, library: ScriptedSound) -> None:
    desk = Somebody(["play", "again", "keep"])
    await record(Plan(NOTE, tmp_path, countdown=0), desk, library)
    assert [stream.kind for stream in library.streams] == ["input", "output", "input"]
    assert all(stream.closed for stream in library.streams)
    assert (tmp_path / "hum.ogg").is_file()


async def test_who_quits_leaves_nothing(tmp_path: Path, library: ScriptedSound) -> None:
    notes = tmp_path / "notes"
    assert await record(Plan(NOTE, notes), Somebody(["quit"]), library) is None
    assert not notes.exists()


async def test_only_what_nobody_has_said_is_asked_and_it_is_checked(
    tmp_path: Path, library: ScriptedSound
) -> None:
    note = Recorded("hum", "", "", "me, agreed", "")
    desk = Somebody(["keep"], {"said": "hum", "licence": "CC0-1.0"})
    await record(Plan(note, tmp_path), desk, library)
    assert desk.asked == ["licence", "said"]
    assert load_manifest(tmp_path / "manifest.toml").voices["hum"].licence == "CC0-1.0"
    with pytest.raises(UserInputError, match="cannot stand in a manifest"):
        await record(Plan(note, tmp_path / "b"), Somebody([], {"said": "[x]", "licence": "x"}), library)
    assert not (tmp_path / "b").exists()


async def test_a_bad_take_is_remarked_on(tmp_path: Path, library: ScriptedSound) -> None:
    desk = Somebody(["quit"])
    clock = Talking(library)

    def meanwhile() -> None:
        if clock.now() > SECOND / 2 and library.streams[-1].running:
            library.unplug("Headset")

    clock.meanwhile = meanwhile
    await make_recording(Plan(NOTE, tmp_path, countdown=0), desk, open_sound(clock, library), clock)
    assert desk.remarks == [("Headset is gone. Plug it in, or choose another device.",)]


async def test_whoever_is_cancelled_lets_go_of_the_microphone(library: ScriptedSound) -> None:
    clock, stop = VirtualClock(0), asyncio.Event()
    microphone = open_sound(clock, library).microphone
    opened = asyncio.Event()
    take = asyncio.create_task(one_take(microphone, clock, lambda _: opened.set(), stop=stop, countdown=0))
    await opened.wait()
    assert [stream.running for stream in library.streams] == [True]
    take.cancel()
    with pytest.raises(asyncio.CancelledError):
        await take
    assert not microphone.recording
    assert all(stream.closed for stream in library.streams)


class TestWholeFiles:
    def test_all_or_nothing(self, tmp_path: Path) -> None:
        old = tmp_path / "old"
        old.write_bytes(b"before")
        (tmp_path / "folder").mkdir()
        with pytest.raises(UserInputError, match="cannot be written"):
            replace_all({tmp_path / "a" / "b" / "new": b"1", old: b"2", tmp_path / "folder": b"3"})
        assert old.read_bytes() == b"before"
        assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "old"]

    def test_ctrl_c_between_two_of_them(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        keep(tmp_path, NOTE, _tone(), force=False)
        before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
        replace = Path.replace

        def interrupted(self: Path, target: Path) -> Path:
            if target.name == "manifest.toml":
                raise KeyboardInterrupt
            return replace(self, target)

        monkeypatch.setattr(Path, "replace", interrupted)
        with pytest.raises(KeyboardInterrupt):
            keep(tmp_path, Recorded("hum", "other", "x", "y", "z"), _tone(), force=True)
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before

    def test_a_manifest_that_cannot_be_added_to_is_left_alone(self, tmp_path: Path) -> None:
        text = (
            'version = 1\nvoices = {}\nnoises = {}\n[[dialogue]]\nname = "a"\n'
            'about = """\n[[dialogue]]\n"""\n'
            'phone = "+14155550142"\norders = []\nnote = []\n'
        )
        (tmp_path / "manifest.toml").write_text(text)
        with pytest.raises(ManifestError):
            keep(tmp_path, NOTE, _tone())
        assert (tmp_path / "manifest.toml").read_text() == text
        assert len(list(tmp_path.iterdir())) == 1


def _tone() -> bytes:
    return record_note((0.2 * np.sin(2 * np.pi * 300 * np.arange(16_000) / 16_000)).astype("<f4").tobytes())
