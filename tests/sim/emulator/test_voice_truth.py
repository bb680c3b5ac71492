"""A voice note that is none fails as it does at Meta: later."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.sim.emulator.audio_files import opus, tone
from tests.sim.emulator.emulated_world import World
from wavoice.sim.emulator.voice_probe import probe_voice


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    yield made
    await made.emulator.close()


class TestProbe:
    @pytest.mark.parametrize(
        ("file", "container", "codec", "channels"),
        [
            (("ogg", "libopus"), "ogg", "opus", 1),
            (("ogg", "libopus", "stereo"), "ogg", "opus", 2),
            (("ogg", "vorbis", "stereo"), "ogg", "vorbis", 2),
            (("wav", "pcm_s16le"), "wav", "pcm_s16le", 1),
            (("mp3", "libmp3lame"), "mp3", "mp3", 1),
            (("webm", "libopus"), "webm", "opus", 1),
            (("mp4", "aac"), "mp4", "aac", 1),
            (("adts", "aac"), "aac", "aac", 1),
        ],
    )
    def test_tells_what_a_file_is(
        self, file: tuple[str, ...], container: str, codec: str, channels: int
    ) -> None:
        data = tone(*file)
        probe = probe_voice(data)
        assert (probe.container, probe.codec, probe.channels) == (container, codec, channels)
        assert (probe.sample_rate, probe.size, probe.intact) == (48_000, len(data), True)
        if codec != "vorbis":  # whose little files count their length from the first block
            assert probe.seconds == pytest.approx(0.3, abs=0.05)
        assert (probe.problem is None) is (container == "ogg" and codec == "opus")

    def test_damage_is_found(self) -> None:
        """Every page carries a checksum; FFmpeg alone would play the rest."""
        note = bytearray(tone("ogg", "libopus"))
        note[-20] ^= 1
        probe = probe_voice(bytes(note))
        assert not probe.intact
        assert probe.problem is not None
        assert probe_voice(bytes(note[:-20])).problem is not None
        assert probe_voice(opus() + opus(2)).problem is not None

    @pytest.mark.parametrize("data", [b"", b"OggS", b"#EXTM3U\nfile:///etc/passwd", b"ID3" + bytes(99)])
    def test_what_is_no_audio(self, data: bytes) -> None:
        probe = probe_voice(data)
        assert (probe.codec, probe.seconds, probe.size) == (None, 0.0, len(data))
        assert probe.problem is not None


@pytest.mark.conformance("S49")
class TestVoice:
    async def test_a_note(self, world: World) -> None:
        wamid = await world.speak(tone("ogg", "libopus"))
        message = await world.anna.hears(0)
        assert message.kind == "voice"
        assert message.probe is not None
        assert (message.probe.stereo, message.probe.download_icon) == (False, False)
        assert world.emulator.sent(wamid).probe == message.probe

    @pytest.mark.parametrize(
        ("file", "mime_type"),
        [
            (("mp3", "libmp3lame"), "audio/mpeg"),
            (("mp4", "aac"), "audio/mp4"),
            (("adts", "aac"), "audio/aac"),
        ],
    )
    async def test_another_type_fails_after_acceptance(
        self, world: World, file: tuple[str, ...], mime_type: str
    ) -> None:
        """200 and a wamid first; then `failed` with 131053, and nothing is shown."""
        wamid = await world.speak(tone(*file), mime_type)
        await world.emulator.idle()
        (status,) = world.bot.statuses
        assert (status.status.value, status.error_code, status.message) == ("failed", 131053, wamid)
        assert world.anna.messages == []
        assert (await world.speak(tone(*file), mime_type, voice=False)) != wamid
        assert (await world.anna.hears(0)).kind == "audio"

    async def test_a_damaged_note_fails_after_acceptance(self, world: World) -> None:
        note = bytearray(tone("ogg", "libopus"))
        note[-20] ^= 1
        await world.speak(bytes(note))
        await world.emulator.idle()
        assert [status.error_code for status in world.bot.statuses] == [131053]

    async def test_stereo_is_sent_and_flagged(self, world: World) -> None:
        await world.speak(tone("ogg", "libopus", "stereo"))
        message = await world.anna.hears(0)
        assert message.probe is not None
        assert message.probe.stereo
        await world.emulator.idle()
        assert [status.status.value for status in world.bot.statuses] == ["sent", "delivered"]


@pytest.mark.conformance("S50")
class TestSize:
    @pytest.mark.parametrize(("size", "icon"), [(512 * 1024, False), (512 * 1024 + 1, True)])
    async def test_a_large_note_shows_a_download_icon(self, world: World, size: int, icon: bool) -> None:
        await world.speak(opus(size=size))
        message = await world.anna.hears(0)
        assert (message.kind, message.download_icon) == ("voice", icon)

    @pytest.mark.parametrize(("size", "status"), [(16 * 1024 * 1024, 200), (16 * 1024 * 1024 + 1, 400)])
    async def test_more_than_16_mb_are_not_taken(self, world: World, size: int, status: int) -> None:
        assert (await world.upload(opus(size=size), "audio/ogg")).status_code == status
