"""Panes: every state at every width, in colours that both themes know, and no word of others as markup."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from rich.color import ColorType
from rich.console import Console
from rich.segment import Segment

from tests.journals import talk
from tests.rehearsing import Desk
from tests.sim.chat.views.folding import fold, have, real_time
from wavoice.cli.tui.panes import DRAWS
from wavoice.runtime import journal
from wavoice.runtime.journal import Event, Where
from wavoice.runtime.model import SECOND, Micros, Modality, Stage
from wavoice.sim.chat.facts import Exchange
from wavoice.sim.chat.views import Screen, Strange
from wavoice.sim.trace_file import read_trace

WIDTHS = (38, 120)
REPLAYED = Path(__file__).parents[2] / "sim" / "chat" / "views" / "replayed.jsonl"
WHERE = Where("default", "100", "c_1", "t_1", Modality.VOICE)
NASTY = "[bold red]x[/] [link=file:///etc/passwd]y[/link] \x1b[31mred\x1b[0m \x07 \u202eevil :smile: \\[b]"


def segments(screen: Screen, pane: str, width: int, now: Micros) -> list[Segment]:
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system="truecolor")
    return list(console.render(DRAWS[pane](screen, now, width)))


def drawn(screen: Screen, pane: str, width: int = 80, now: Micros = 0) -> str:
    return "".join(segment.text for segment in segments(screen, pane, width, now))


def nasty(words: str = NASTY) -> Screen:
    """A customer, a shop and a trace that all want to draw on our screen."""
    decode = journal.DecodeFigures("none", 5, -0.2, 0.02, words, words, text=words, words=((words, 0.3),))
    asked: dict[str, Any] = {
        "proposal": "p_1",
        "version": 1,
        "action": words,
        "tier": "R3",
        "digest": "d1:x",
        "facts_version": words,
        "row": "D01",
        "args": {"day": words},
        "money": {"minor": 1, "currency": "EUR"},
        "payee": words,
    }
    bodies: Sequence[journal.Body] = (
        journal.Received("wamid.1", 0, voice=True),
        journal.HeardNote(1.0, 2.0, (decode,), text=words),
        journal.Read(("affirm",), ("Y",), words, words, {"day": words}),
        journal.Decided("D01", words, words, "p_1"),
        journal.Proposed(**asked, read_back=words),
        journal.Confirmed(**asked, message="wamid.1", binding=words, settle_at=5 * SECOND),
        journal.Intended(**asked, key="k", evidence="wamid.1"),
        journal.Failed(**asked, key="k", reason=words),
        journal.Trouble(words, words, words),
        journal.ConsentChanged(words, given=True, status=words, source=words),
        journal.Replied(
            "o_1", "voice+buttons", ("wamid.a", "wamid.b"), proposal="p_1", digest="d1:x", text=words
        ),
        journal.SpanEvent(Stage.DECIDE, 0, 900_000, 900_000, ok=False),
        journal.TurnEnded(words, words, 0, 900_000),
        journal.HandedOff(words),
    )
    strange = Strange(1, words, "c_1", "t_1", words, {"kind": words})
    exchange = Exchange(1, words, words, words, None, 5, words, words)
    return fold(
        [*(Event(number, WHERE, body) for number, body in enumerate(bodies)), strange, exchange], "c_1"
    )


async def everything(at: Desk) -> None:
    await at.types("please move my delivery to Friday")
    await at.types("no wait")
    await at.speaks("yes")


SCREENS: Mapping[str, Callable[[], Screen]] = {
    "nothing": lambda: fold([]),
    "replayed": lambda: fold(read_trace(REPLAYED).events),
    "real time": lambda: fold(real_time()),
    "three writes": lambda: fold(have(talk)),
    "settling": lambda: fold(have(everything)),
    "under way": lambda: fold([Event(5, WHERE, journal.Received("wamid.1", 0, voice=True))]),
    "nasty": nasty,
    "wide letters": lambda: nasty(
        "我想改到星期五 \N{WOMAN}\N{ZERO WIDTH JOINER}\N{PERSONAL COMPUTER} नमस्ते " * 9
    ),
}


@pytest.mark.parametrize("name", SCREENS)
@pytest.mark.parametrize("pane", DRAWS)
def test_fits_every_width_in_colours_of_both_themes(name: str, pane: str) -> None:
    screen = SCREENS[name]()
    now = screen.journal[-1].at if screen.journal else 0
    for width in WIDTHS:
        found = segments(screen, pane, width, now)
        lines = list(Segment.split_lines(found))
        assert lines
        assert max(Segment.get_line_length(line) for line in lines) <= width
        for segment in found:
            colour = segment.style.color if segment.style else None
            assert colour is None or colour.type in (ColorType.STANDARD, ColorType.DEFAULT)
            assert segment.style is None or segment.style.bgcolor is None
            assert segment.style is None or segment.style.link is None


@pytest.mark.parametrize("pane", DRAWS)
def test_words_of_others_are_plain(pane: str) -> None:
    text = drawn(nasty(), pane, 4000)
    for forbidden in ("\x1b", "\x07", "\u202e", "\N{GRINNING FACE WITH SMILING EYES}"):
        assert forbidden not in text
    assert "[bold red]x[/]" in text
    assert "␛[31mred" in text


class TestWaterfall:
    def rows(self, screen: Screen, width: int = 100) -> dict[str, str]:
        lines = [line for line in drawn(screen, "turn", width).splitlines() if line.split()]
        return {line.split()[0]: line for line in reversed(lines)}

    def test_overlap_is_light_and_the_path_solid(self) -> None:
        screen = fold(real_time())
        screen.choose(screen.turns[0].id)
        rows = self.rows(screen)
        assert "░" in rows["look_up"]
        assert "█" not in rows["look_up"]
        assert "█" in rows["fetch"]
        assert rows["path"].split()[1] in ("receive", "queue")

    def test_settle_is_hatched_in_a_gap_of_its_own(self) -> None:
        rows = self.rows(fold(read_trace(REPLAYED).events))
        hatched = rows["settle"].index("\N{BOX DRAWINGS LIGHT DIAGONAL UPPER RIGHT TO LOWER LEFT}")
        assert hatched > rows["decide"].index("█")
        assert hatched < rows["commit"].index("█")
        assert rows["settle"].count("\N{BOX DRAWINGS LIGHT DIAGONAL UPPER RIGHT TO LOWER LEFT}") in (15, 16)
        assert rows["settle"].split()[-2:] == ["2500", "2500"]

    def test_budgets_stand_where_their_work_is(self) -> None:
        """A turn of 900 ms in which one stage takes all: its bar reaches both marks."""
        lines = drawn(nasty("x"), "turn", 100).splitlines()
        heading = next(line for line in lines if "400" in line)
        row = next(line for line in lines if line.startswith("decide"))
        columns = 100 - 10 - 1 - 1 - 13
        for budget in (400, 800):
            assert heading.index(str(budget)) == 11 + budget * columns // 900
        assert row.count("█") == columns
        assert "over 800" in drawn(nasty("x"), "turn", 100)

    def test_the_sums_are_those_of_the_report(self) -> None:
        text = drawn(fold(read_trace(REPLAYED).events), "turn", 120)
        assert "settle 2500 ms" in text
        assert "customer waits" in text
        assert "session, 2 answers  turn p50" in text

    def test_a_session_of_one_answer_has_no_p50(self) -> None:
        text = drawn(fold([*read_trace(REPLAYED).events[:37]]), "turn", 120)
        assert "session, 1 answer  turn p50 - p95 -" in text


class TestOtherPanes:
    def test_a_pending_proposal_counts_down(self) -> None:
        screen = fold(have(everything)[:17])
        assert screen.proposal is not None
        text = drawn(screen, "proposal", now=screen.proposal.expires_at - 125 * SECOND)
        assert "a yes counts for 2:05" in text
        assert "R2" in text
        assert "Order 1842: move it to Friday 27 November?" in text

    def test_a_settling_one_says_when_it_writes(self) -> None:
        screen = fold(have(everything))
        assert screen.proposal is not None
        text = drawn(screen, "proposal", now=(screen.proposal.settle_at or 0) - SECOND)
        assert "writes in 1.0 s" in text
        assert "by sole_open" in text

    def test_the_ledger_shows_each_approval(self) -> None:
        text = drawn(fold(have(talk)), "ledger", 120)
        assert text.startswith("3 of 3 written")
        assert "“Yes” by its button" in text
        assert "2 tries" in text

    def test_words_are_told_with_how_sure_they_are(self) -> None:
        decode = journal.DecodeFigures(
            "words", 5, -0.2, 0.01, "en", "base", words=((" no", 0.98), (" wait", 0.41)), text="no wait"
        )
        bodies = (
            journal.Received("wamid.1", 0, voice=True),
            journal.HeardNote(1.0, 2.0, (decode,), text="no wait"),
        )
        text = drawn(fold(Event(1, WHERE, body) for body in bodies), "heard")
        assert "no 0.98" in text
        assert "wait 0.41" in text

    def test_words_of_an_answer_are_told_with_the_passes_that_heard_them(self) -> None:
        passes = (("negative", 1, "Yes, please wait."), ("none", 5, "Yes please no."))
        decodes = tuple(
            journal.DecodeFigures(prompt, beam, -0.2, 0.01, "en", "base", text=text)
            for prompt, beam, text in passes
        )
        bodies = (
            journal.Received("wamid.1", 0, voice=True),
            journal.HeardNote(1.0, 2.0, decodes, text="Yes please no."),
        )
        text = " ".join(drawn(fold(Event(1, WHERE, body) for body in bodies), "heard", 200).split())
        assert "by word Yes ✓✓ please ✓✓ wait. for a yes only no. transcript only" in text

    def test_the_window_and_the_memory_run_out(self) -> None:
        screen = fold(have(everything))
        wrote = screen.session.wrote_at or 0
        assert "3 of 10 turns" in drawn(screen, "session", now=wrote)
        later = drawn(screen, "session", now=wrote + 26 * 3600 * SECOND)
        assert "closed: templates only" in later
        assert "0 of 10 turns" in later

    def test_the_journal_says_what_it_skipped(self) -> None:
        assert "1 events of a newer program are not understood" in drawn(nasty("x"), "journal")

    def test_http_shows_requests_without_an_answer(self) -> None:
        assert "no answer" in drawn(nasty("x"), "http")
