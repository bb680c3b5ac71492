"""Customers' recordings: the very bytes, by consent, until they are due, without a name; gone with a card."""

from __future__ import annotations

import os
import stat
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.rehearsing import MONDAY, Desk, desk
from wavoice.runtime.adapters.recordings import Recordings
from wavoice.runtime.build import Parts
from wavoice.runtime.errors import StoreError
from wavoice.runtime.model import SECOND, Address, Micros
from wavoice.runtime.policy import HOUR, Policy

ANNA, BERT = Address("default", "106", "c_anna"), Address("default", "106", "c_bert")
AT: Micros = 1_795_000_000 * SECOND
KEEP = "you may keep my recordings"
KEEP_NOTHING = "do not keep my recordings"


def files(folder: Path) -> Sequence[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file()) if folder.exists() else ()


@pytest.fixture
def media(tmp_path: Path) -> Recordings:
    return Recordings(tmp_path / "kept")


# --- the folder ----------------------------------------------------------------------------------


async def test_what_is_kept_comes_back_as_it_was_and_to_nobody_else(media: Recordings) -> None:
    await media.keep(ANNA, "t_1", b"anna one", AT)
    await media.keep(ANNA, "t_2", b"anna two", AT)
    await media.keep(BERT, "t_3", b"bert", AT)
    assert await media.get(ANNA, "t_1") == b"anna one"
    assert await media.get(BERT, "t_1") is None
    assert await media.get(BERT, "t_3") == b"bert"


async def test_a_repeated_turn_replaces_its_recording(media: Recordings, tmp_path: Path) -> None:
    await media.keep(ANNA, "t_1", b"first", AT)
    await media.keep(ANNA, "t_1", b"second", AT + 1)
    assert await media.get(ANNA, "t_1") == b"second"
    assert len(files(tmp_path)) == 1


async def test_names_of_files_and_folders_tell_nobody(media: Recordings, tmp_path: Path) -> None:
    odd = Address("../../etc", "106", "c_anna/..")
    await media.keep(odd, "t_/../../1", b"x", AT)
    (file,) = files(tmp_path)
    assert file.parent.parent == tmp_path / "kept"
    assert "anna" not in str(file.relative_to(tmp_path))
    assert await media.get(odd, "t_/../../1") == b"x"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


async def test_forgetting_takes_one_or_all_of_a_contact(media: Recordings) -> None:
    for turn in ("t_1", "t_2", "t_3"):
        await media.keep(ANNA, turn, b"anna", AT)
    await media.keep(BERT, "t_1", b"bert", AT)
    await media.forget(ANNA, "t_1")
    assert [await media.get(ANNA, turn) for turn in ("t_1", "t_2")] == [None, b"anna"]
    await media.forget(ANNA)
    assert [await media.get(ANNA, turn) for turn in ("t_2", "t_3")] == [None, None]
    assert await media.get(BERT, "t_1") == b"bert"
    await media.forget(ANNA)
    await media.forget(BERT, "t_9")


async def test_the_sweep_takes_what_is_due_and_tells_when_it_is_needed_again(
    media: Recordings, tmp_path: Path
) -> None:
    assert await media.sweep(AT) is None, "nothing was ever kept"
    await media.keep(ANNA, "t_1", b"x", AT + 5)
    await media.keep(BERT, "t_2", b"y", AT + 9)
    unfinished = files(tmp_path)[0].with_name(f"{AT + 3}-t_0.part")
    unfinished.write_bytes(b"half")
    (tmp_path / "kept" / "note.txt").write_text("somebody's own")
    assert await media.sweep(AT) == AT + 3
    assert await media.sweep(AT + 3) == AT + 5
    assert not unfinished.exists()
    assert await media.sweep(AT + 5) == AT + 9
    assert await media.sweep(AT + 9) is None
    assert [file.name for file in files(tmp_path)] == ["note.txt"]


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
async def test_a_folder_that_cannot_be_written_is_an_error_of_the_store(tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    with pytest.raises(StoreError, match="cannot be kept"):
        await Recordings(tmp_path / "locked" / "kept").keep(ANNA, "t_1", b"x", AT)


async def test_a_file_where_the_folder_should_be_is_an_error_of_the_store(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file")
    with pytest.raises(StoreError, match="cannot be kept"):
        await Recordings(tmp_path / "kept").keep(ANNA, "t_1", b"x", AT)


# --- the bot -------------------------------------------------------------------------------------


@asynccontextmanager
async def keeping(folder: Path, policy: Policy | None = None) -> AsyncIterator[Desk]:
    """A shop whose store is a file; recordings lie beside it."""
    parts = Parts(policy=policy or Policy())
    async with desk(parts=parts, store=str(folder / "bot.sqlite"), voice=False) as at:
        yield at


def kept(folder: Path) -> list[bytes]:
    return [file.read_bytes() for file in files(folder / "bot.recordings")]


async def test_the_bytes_of_a_note_are_kept_beside_the_store(tmp_path: Path) -> None:
    async with keeping(tmp_path) as at:
        await at.speaks("where is order 1842")
        assert kept(tmp_path) == [at.note]


async def test_without_consent_nothing_is_kept_and_a_withdrawal_takes_all(tmp_path: Path) -> None:
    async with keeping(tmp_path) as at:
        await at.speaks("where is order 1842")
        await at.speaks("move order 1842 to friday")
        assert len(kept(tmp_path)) == 2
        answer = await at.types(KEEP_NOTHING)
        assert kept(tmp_path) == []
        assert "do not keep" in answer[-1]
        await at.speaks("where is order 1842")
        assert kept(tmp_path) == []


async def test_a_note_that_withdraws_is_not_kept_itself(tmp_path: Path) -> None:
    async with keeping(tmp_path) as at:
        await at.speaks("where is order 1842")
        await at.speaks(KEEP_NOTHING)
        assert kept(tmp_path) == []


async def test_a_note_with_a_card_number_is_never_kept(tmp_path: Path) -> None:
    async with keeping(tmp_path) as at:
        answer = await at.speaks("my card is 6011 0009 9013 9424")
        assert "did not keep it" in answer[-1]
        assert kept(tmp_path) == []


@pytest.mark.parametrize("spoken", [True, False], ids=["spoken", "typed"])
async def test_the_second_half_of_a_card_takes_the_recording_of_the_first(
    tmp_path: Path, spoken: bool
) -> None:
    async with keeping(tmp_path) as at:
        await at.speaks("where is my order")
        await at.speaks("it starts with 60110009")
        assert len(kept(tmp_path)) == 2
        await (at.speaks if spoken else at.types)("then 9013 9424")
        assert kept(tmp_path) == [at.note], "the first note, which has nothing to do with it"


async def test_silence_is_not_kept(tmp_path: Path) -> None:
    async with keeping(tmp_path) as at:
        await at.speaks("")
        assert kept(tmp_path) == []


async def test_recordings_go_when_they_are_due_and_their_figures_later(tmp_path: Path) -> None:
    """400 days on the clock: nothing is older than policy says, at any moment that the sweep knows of."""
    async with keeping(tmp_path, Policy(keep_recordings=24 * HOUR, keep_figures=48 * HOUR)) as at:
        await at.speaks("where is order 1842")
        await at.wait(600)
        await at.speaks("where is order 1842")
        assert len(kept(tmp_path)) == 2
        await passes(at, MONDAY + 24 * HOUR + 30 * SECOND)
        assert len(kept(tmp_path)) == 1
        await passes(at, MONDAY + 24 * HOUR + 700 * SECOND)
        assert kept(tmp_path) == []
        assert await figures(at) == 2
        await passes(at, MONDAY + 400 * 24 * HOUR)
        assert await figures(at) == 0


async def passes(at: Desk, until: Micros) -> None:
    """Move the clock to every moment that somebody waits for, up to then."""
    while (due := at.clock.next_wake) is not None and due <= until:
        at.clock.advance_to(due)
        while at.clock.next_wake == due or at.clock.next_wake is None:
            await at.rehearsal.idle()
    at.clock.advance_to(until)
    await at.rehearsal.idle()


async def figures(at: Desk) -> int:
    database = at.rehearsal.runtime.store._database  # type: ignore[attr-defined]
    return int(database.execute("SELECT count(*) FROM media").fetchone()[0])


async def test_a_disk_that_refuses_is_noted_and_the_customer_answered(tmp_path: Path) -> None:
    (tmp_path / "bot.recordings").write_text("a file where the folder should be")
    async with keeping(tmp_path) as at:
        assert "Order 1842" in (await at.speaks("where is order 1842"))[-1]
        assert [event.body.stage for event in await at.journal("trouble")] == ["keep"]


async def test_none_kept_by_policy_makes_no_folder_and_figures_still_go(tmp_path: Path) -> None:
    async with keeping(tmp_path, Policy(keep_recordings=0)) as at:
        await at.speaks("where is order 1842")
        assert await figures(at) == 1
        await passes(at, MONDAY + 32 * 24 * HOUR)
        assert await figures(at) == 0
    assert not (tmp_path / "bot.recordings").exists()
