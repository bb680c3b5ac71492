"""The laws of scenarios in replays: nobody asks for them, and who breaks one is told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from wavoice.runtime.adapters.clock import SystemClock
from wavoice.runtime.build import Parts
from wavoice.runtime.model import SECOND, Stage
from wavoice.sim.clock import CountingIds, SkippingClock
from wavoice.sim.rehearsal import SHOP_URL, Rehearsal, rehearsal_settings, rehearse
from wavoice.sim.replay import Replay, Script, Take
from wavoice.sim.replay_laws import broken_laws
from wavoice.sim.report import NoteResult
from wavoice.sim.scenario.notes import Faults, ScriptedDecoder
from wavoice.sim.scripted import Line, ScriptedEars, ToneVoice
from wavoice.sim.trace_file import read_trace

NOTE = b'{"seconds": 1.5}'
"""What a decoder by script takes for a voice note."""
MOVE = ("move my delivery to Friday", "yes")
LINKED = ("change my address to 7 Lake View www.example.com", "yes", "where is my order")
"""The question and the answer repeat what the customer said: a link."""


def parts(words: Sequence[str], until: Stage | None = None) -> Parts:
    """Ears that hear these words, one note after the other."""
    return Parts(
        ears=ScriptedEars(Line(said) for said in words),
        voice=ToneVoice(),
        decoder=ScriptedDecoder(Faults()),
        ids=CountingIds(),
        until=until,
    )


@dataclass(frozen=True, slots=True)
class Replayed:
    """A replay of notes whose words are scripted."""

    folder: Path

    async def __call__(
        self, *words: str, until: Stage | None = None, real_time: bool = False
    ) -> list[NoteResult]:
        note = self.folder / "note.ogg"
        note.write_bytes(NOTE)
        replay = Replay(rehearsal_settings(), parts(words, until), real_time, self.folder)
        takes = tuple(Take(f"note {number}", note) for number, _ in enumerate(words, 1))
        return await replay.dialogue(Script("talk", takes))


@pytest.fixture
def replayed(tmp_path: Path) -> Replayed:
    return Replayed(tmp_path)


@asynccontextmanager
async def spoken(*words: str) -> AsyncIterator[tuple[Rehearsal, SkippingClock]]:
    """A dialogue whose last word has just been said."""
    clock = SkippingClock(SystemClock())
    async with rehearse(rehearsal_settings(), parts(words), clock) as rehearsal:
        for _ in words:
            clock.skip_to(clock.now() + 5 * SECOND)
            await rehearsal.phone.records(NOTE)
            await rehearsal.idle()
        yield rehearsal, clock


class TestReplays:
    async def test_a_lawful_dialogue_has_no_problems(self, replayed: Replayed) -> None:
        asked, approved = await replayed(*MOVE)
        assert (asked.outcome, approved.outcome) == ("proposed", "committed")
        assert (asked.problems, approved.problems) == ((), ())
        assert asked.ok
        assert approved.ok

    async def test_a_question_that_stays_open_is_lawful(self, replayed: Replayed) -> None:
        """Its expiry, days later, says nothing."""
        (asked,) = await replayed(MOVE[0])
        assert (asked.outcome, asked.problems) == ("proposed", ())

    async def test_a_broken_law_is_a_problem_of_the_dialogues_last_note(self, replayed: Replayed) -> None:
        asked, approved, last = await replayed(*LINKED)
        assert approved.outcome == "committed"
        assert (asked.problems, approved.problems) == ((), ())
        assert last.problems == (
            "L10: a reply holds a link that the policy does not list: www.example.com?",
            "L10: a reply holds a link that the policy does not list: www.example.com.",
        )
        assert not last.ok

    async def test_a_rehearsal_that_ends_early_on_purpose_keeps_less(self, replayed: Replayed) -> None:
        (heard,) = await replayed(LINKED[0], until=Stage.TRANSCRIBE)
        assert (heard.outcome, heard.problems) == ("stopped", ())

    async def test_in_real_time_nobody_waits_for_days(self, replayed: Replayed) -> None:
        (asked,) = await replayed(LINKED[0], real_time=True)
        assert (asked.outcome, asked.problems) == ("proposed", ())

    async def test_the_journal_is_kept_as_it_was_at_the_end_of_the_dialogue(self, replayed: Replayed) -> None:
        """What the laws did afterwards, time and webhooks again, is not in it."""
        await replayed(MOVE[0])
        trace = read_trace(replayed.folder / "talk.jsonl")
        kinds = [event.kind for event in trace.events]
        assert (trace.zone, kinds.count("received"), kinds.count("proposed")) == ("UTC", 1, 1)
        assert "expired" not in kinds


class TestBrokenLaws:
    async def test_none_by_a_dialogue_that_is_over(self) -> None:
        async with spoken("where is my order") as (rehearsal, clock):
            assert await broken_laws(rehearsal, clock) == []

    async def test_a_write_that_nobody_confirmed(self) -> None:
        async with spoken("where is my order") as (rehearsal, clock):
            write = {"action": "reschedule_delivery", "args": {"order": "1842", "day": "2030-01-01"}}
            async with httpx.AsyncClient(transport=rehearsal.world.transport(), base_url=SHOP_URL) as shop:
                done = await shop.put("/effects/key", json={**write, "if_version": "v1"})
            assert done.status_code == 200
            (broken,) = await broken_laws(rehearsal, clock)
        assert (broken.kind, broken.reason) == (
            "L1", "the shop was written to, and the journal does not say why",
        )  # fmt: skip
        assert broken.got == "reschedule_delivery 1842 2030-01-01"

    async def test_what_comes_after_the_end_is_found(self) -> None:
        """A yes whose settle window is still open is written later, which nobody waited for."""
        async with spoken(*MOVE) as (rehearsal, clock):
            broken = await broken_laws(rehearsal, clock)
        assert {failure.kind for failure in broken} == {"L9"}
        assert [failure.reason for failure in broken] == ["something was sent", "something was written"]
