"""Whatever a customer sends as a note gets a truthful answer, and approves nothing that waits for a yes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.rehearsing import Desk, desk
from tests.runtime.audio_files import container, made, tone
from tests.runtime.test_decoder_hostile import opus_head, page, silent_hours
from wavoice.runtime.adapters.decoder import SandboxedDecoder
from wavoice.runtime.audio.encode import to_voice_note
from wavoice.runtime.build import Parts
from wavoice.runtime.model import Alias, Arrived, MediaRef, Modality, Speech
from wavoice.runtime.policy import Policy
from wavoice.runtime.replies import english
from wavoice.sim.emulator.wire import Business
from wavoice.sim.rehearsal import Customer
from wavoice.sim.scripted import Line

pytestmark = pytest.mark.asyncio(loop_scope="module")
FIRST = 2
NOTE = to_voice_note(Speech(tone(1.0).tobytes(), 16_000, "test"), 1 << 20)
PLAYLIST = b"#EXTM3U\n#EXTINF:10,\nnote.ogg\n"
FFCONCAT = b"ffconcat version 1.0\nfile note.ogg\n"
BOMB = silent_hours(8 * 3600, claimed=3.0)
AMR_BOMB = b"#!AMR\n" + b"\x7c" * (8 * 3600 * 50 // 2)
QUESTION = "Order 1842: move it to Friday 27 November? Reply yes or no."

BAD = [
    pytest.param(b"", "not_audio", id="nothing"),
    pytest.param(b"\0" * 5000, "not_audio", id="zeros"),
    pytest.param(PLAYLIST, "not_audio", id="a playlist named .ogg"),
    pytest.param(FFCONCAT, "not_audio", id="a list of files named .ogg"),
    pytest.param(page([opus_head()], 0, 0, FIRST) + PLAYLIST, "corrupt", id="a playlist behind a header"),
    pytest.param(b"%PDF-1.7\n" + bytes(900), "not_audio", id="a document"),
    pytest.param(container("mp4", "aac", picture="film"), "not_audio", id="a film"),
    pytest.param(NOTE[: len(NOTE) // 2], "corrupt", id="half a note"),
    pytest.param(BOMB, "too_long", id="eight hours in half a megabyte"),
    pytest.param(AMR_BOMB, "too_long", id="four hours of amr in 0.7 megabytes"),
    pytest.param(NOTE + bytes(16 * 1024 * 1024), "too_large", id="over 16 MB"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def decoder() -> AsyncIterator[SandboxedDecoder]:
    """One for all: none may leave it worse than it was."""
    decoder = SandboxedDecoder(Policy())
    yield decoder
    await decoder.close()


@pytest_asyncio.fixture(loop_scope="module")
async def at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, decoder: SandboxedDecoder
) -> AsyncIterator[Desk]:
    """A desk that answers in writing, with a file beside it that no note may reach."""
    (tmp_path / "note.ogg").write_bytes(NOTE)
    monkeypatch.chdir(tmp_path)
    async with desk(parts=Parts(decoder=decoder), voice=False) as opened:
        yield opened


async def sends(at: Desk, data: bytes, *, heard: str | None = None, voice: bool = True) -> list[str]:
    """Send these bytes as a note; return what the phone shows since."""
    await at.wait(5)
    if heard is not None:
        at.ears.lines.append(Line(heard))
    await at.rehearsal.phone.records(data, voice=voice)
    return await at.news()


@pytest.mark.parametrize(("data", "trouble"), BAD)
async def test_what_cannot_be_heard_is_said_so_and_answers_no_question(
    at: Desk, data: bytes, trouble: str
) -> None:
    assert await at.types("move order 1842 to friday") == [QUESTION]
    told = await sends(at, data)
    assert told == [f"{english.MEDIA_TROUBLE[trouble]} {QUESTION}"]
    assert [event.body.code for event in await at.journal("trouble")] == [trouble]
    assert not await at.journal("heard")
    await at.wait(60)
    assert at.writes == []
    await at.types("yes")
    await at.wait(60)
    assert len(at.writes) == 1, "the question still stands"
    assert at.rehearsal.emulator.leaks == ()


async def test_where_nothing_is_asked_the_reason_is_all_that_is_said(at: Desk) -> None:
    assert await sends(at, b"") == [english.MEDIA_TROUBLE["not_audio"]]


async def test_it_stops_a_yes_that_settles(at: Desk) -> None:
    await at.types("move order 1842 to friday")
    await at.rehearsal.phone.says("yes")
    await at.rehearsal.phone.records(b"")
    await at.wait(60)
    assert at.writes == []


@pytest.mark.parametrize("name", ["aac", "amr", "mp3", "m4a"])
async def test_an_audio_file_is_heard_and_approves_nothing(at: Desk, name: str) -> None:
    """Recorded elsewhere or forwarded, it may be anybody's voice (D50)."""
    data = made(1.0)[name]
    assert await sends(at, data, heard="move order 1842 to friday", voice=False)
    await sends(at, data, heard="yes", voice=False)
    await at.wait(60)
    assert at.writes == []
    kept = [event.body for event in await at.journal("media_kept")]
    assert {one.codec for one in kept} <= {"aac", "amr_nb", "mp3"}
    assert len(kept) == 2


async def test_somebody_elses_voice_in_a_forwarded_note_approves_nothing(at: Desk) -> None:
    await at.types("move order 1842 to friday")
    at.ears.lines.append(Line("yes, go ahead"))
    await at.rehearsal.phone.records(at.note, forwarded=True)
    told = await at.news()
    await at.wait(60)
    assert at.writes == []
    assert "Reply yes or no." in told[-1]


@pytest.mark.parametrize("fault", ["truncate", "cut", "wrong_hash", "fail", "gone"])
async def test_trouble_on_the_way_is_mended_once_and_said_the_second_time(at: Desk, fault: str) -> None:
    at.rehearsal.emulator.media_fault(fault)  # type: ignore[arg-type]
    told = await sends(at, at.note, heard="where is order 1842")
    assert "Order 1842" in told[-1]
    at.rehearsal.emulator.media_fault(fault, 2)  # type: ignore[arg-type]
    assert await sends(at, at.note) == [english.MEDIA_TROUBLE["media_gone"]]
    told = await sends(at, at.note, heard="where is order 1842")
    assert "Order 1842" in told[-1]


async def test_without_an_announced_hash_a_cut_download_is_fetched_again_and_bad_audio_is_not_heard(
    at: Desk,
) -> None:
    """Nobody can tell one from the other before: other bytes are another try, the same are bad audio."""
    at.rehearsal.emulator.media_fault("truncate")
    assert "Order 1842" in (await unannounced(at, NOTE, heard="where is order 1842"))[-1]
    assert await unannounced(at, NOTE[: len(NOTE) // 2]) == [english.MEDIA_TROUBLE["corrupt"]]
    fetches = [event.body for event in await at.journal("span") if event.body.stage == "fetch"]
    assert len(fetches) == 4


async def unannounced(at: Desk, data: bytes, *, heard: str | None = None) -> list[str]:
    """A note whose webhook says no hash."""
    if heard is not None:
        at.ears.lines.append(Line(heard))
    phone, now = at.rehearsal.phone, at.clock.now()
    kept = phone.network.keep(data, "audio/ogg")
    media = MediaRef(id=kept["id"], mime_type="audio/ogg", sha256="", voice=True)
    customer = Customer()
    arrived = Arrived(
        number=Business().number,
        id=f"wamid.{kept['id']}",
        alias=Alias(customer.phone, customer.bsuid),
        sent_at=now,
        modality=Modality.VOICE,
        type="audio",
        body={},
        media=media,
    )
    assert await at.rehearsal.runtime.bot.receive(arrived, now)
    return await at.news()
