"""The bench itself: its notes, and whole runs with scripted ears beside the real recogniser."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.commands import NOTES, needs_weights
from tests.rehearsing import warm_decoder
from wavoice.runtime.audio.decode import decode_note
from wavoice.runtime.build import Parts
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.settings import Settings
from wavoice.sim.bench.cold import ColdRunner
from wavoice.sim.bench.notes import LENGTHS, BenchNote, bench_notes
from wavoice.sim.bench.runners import TurnRunner
from wavoice.sim.bench.stand import Reply, open_stand, trouble
from wavoice.sim.bench.turn import Plan, measure, stored
from wavoice.sim.reach import Wire
from wavoice.sim.rehearsal import rehearsal_settings
from wavoice.sim.scripted import Line, ScriptedEars, ToneVoice


@pytest.fixture
def note() -> BenchNote:
    return bench_notes(NOTES, (2,))[0]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return stored(rehearsal_settings(Settings()), tmp_path / "bot.db")


def scripted(note: BenchNote, words: str = "where is my order", *, speaks: bool = True) -> Parts:
    """Ears that hear the same in every note, and a voice that takes no time."""
    ears = ScriptedEars(by_size={len(note.ogg): Line(words)})
    return Parts(ears=ears, voice=ToneVoice() if speaks else None, speaks=speaks, decoder=warm_decoder())


class TestNotes:
    @pytest.mark.bulk
    def test_they_are_as_long_as_they_are_called(self) -> None:
        notes = bench_notes(NOTES)
        assert [note.name for note in notes] == [f"{length} s" for length in LENGTHS]
        for note, length in zip(notes, LENGTHS, strict=True):
            assert note.seconds == pytest.approx(length, abs=0.5)
            assert decode_note(note.ogg, 120).seconds == pytest.approx(note.seconds, abs=0.01)

    def test_joined_notes_are_the_same_bytes_every_time(self) -> None:
        assert bench_notes(NOTES, (8,))[0].sha256 == bench_notes(NOTES, (8,))[0].sha256

    def test_another_length_is_refused(self) -> None:
        with pytest.raises(UserInputError, match="no note of 3 s"):
            bench_notes(NOTES, (2, 3))

    def test_without_fixtures_it_says_where_they_are(self, tmp_path: Path) -> None:
        with pytest.raises(UserInputError, match="--fixtures"):
            bench_notes(tmp_path, (4,))


class TestTurns:
    @pytest.mark.parametrize("reply", Reply)
    async def test_a_turn_adds_up(self, reply: Reply, note: BenchNote, settings: Settings) -> None:
        async with open_stand(settings, scripted(note)) as stand:
            runner = TurnRunner(stand, reply, "overlapped")
            first, second = await runner.run(note), await runner.run(note)
        assert (first.problem, second.problem) == (None, None)
        assert sum(second.on_path.values()) + second.queue_ms == pytest.approx(second.turn_ms, abs=1)
        assert ("speak" in second.on_path) == (reply is not Reply.TEXT)

    async def test_every_customer_hears_another_number_unless_it_is_wanted_again(
        self, note: BenchNote, settings: Settings
    ) -> None:
        async with open_stand(settings, scripted(note)) as stand:
            askers = [await stand.asker() for _ in range(3)]
            said = [(await stand.ask(asker, note)).reply_text for asker in askers]
            stand.leave(askers[0])
            again = await stand.ask(await stand.asker(like=askers[0].order), note)
        assert len(set(said)) == 3
        assert again.reply_text == said[0]

    async def test_other_words_are_another_turn(self, note: BenchNote, settings: Settings) -> None:
        async with open_stand(settings, scripted(note, "lovely weather")) as stand:
            found = await TurnRunner(stand, Reply.SPOKEN, "overlapped").run(note)
        assert found.problem is not None

    async def test_without_a_voice_the_reply_is_another(self, note: BenchNote, settings: Settings) -> None:
        async with open_stand(settings, scripted(note, speaks=False)) as stand:
            result = await stand.ask(await stand.asker(), note)
        assert trouble(result, Reply.SPOKEN) == "the reply was text, not voice"
        assert trouble(result, Reply.TEXT) is None

    async def test_a_network_is_really_crossed(self, note: BenchNote, settings: Settings) -> None:
        async with open_stand(settings, scripted(note), Wire("wifi", seed=7)) as stand:
            result = await stand.ask(await stand.asker(), note)
        assert trouble(result, Reply.SPOKEN) is None
        # There and back, twice: more than the fastest tenth of this profile's crossings takes.
        assert result.stages["send"].ms >= 4 * 3
        assert result.stages["fetch"].ms >= 2 * 3


@needs_weights
class TestWholeRuns:
    @pytest.mark.bulk
    async def test_everything_that_is_promised_is_measured(self, note: BenchNote, settings: Settings) -> None:
        told: list[str] = []
        plan = Plan([note], rounds=1, warm_up=0, cold_rounds=0, flight_runs=1, at_once=(1, 2))
        report = await measure(settings, plan, lambda what, _far: told.append(what), scripted(note))
        assert report.missing == ()
        ways = {(row.how, row.reply) for row in report.rows}
        assert ways == {
            *((how, str(reply)) for how in ("overlapped", "sequential") for reply in Reply),
            *(("floor", "transcript"), ("naive", "spoken")),
        }
        assert all(row.turn_ms.p50 is not None and row.turn_ms.p95 is None for row in report.rows)
        ours = report.row("2 s", "spoken", "overlapped")
        assert ours is not None
        assert None not in (ours.ratio.sequential, ours.ratio.naive, ours.ratio.floor)
        naive = report.row("2 s", "spoken", "naive")
        assert naive is not None
        assert list(naive.stages) == [
            "download", "to wav", "transcribe", "decide", "speak", "to opus", "upload", "send",
        ]  # fmt: skip
        assert [(flight.reply, flight.in_flight) for flight in report.flights] == [
            (reply, lanes) for reply in ("transcript", "spoken", "cached") for lanes in (1, 2)
        ]
        assert all(flight.per_second for flight in report.flights)
        assert told[0] == "loading models"

    @pytest.mark.bulk
    async def test_a_cold_turn_has_a_process_of_its_own(self, note: BenchNote) -> None:
        found = await ColdRunner(Wire()).run(note)
        # On a machine that is busy with other tests, speech may be too late and the reply a text.
        assert found.problem in (None, "the reply was text, not voice")
