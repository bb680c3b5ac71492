"""Report, table and baseline are functions of the journal alone: events in, figures out."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from wavoice.cli.replay_table import print_results
from wavoice.runtime import journal
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.journal import Body, Event, Where
from wavoice.runtime.journal_lines import from_json, to_json
from wavoice.runtime.model import Stage
from wavoice.sim.baseline import read_results, to_line, worse
from wavoice.sim.report import NoteResult, Reference, StageTime, results

MOVE = {"order": "1842", "day": "2026-11-27"}
PROPOSAL = ("p_1", 2, "reschedule_delivery", "R2", "digest", "v7")
HEARD = journal.HeardNote(
    speech_seconds=1.234,
    note_seconds=2.005,
    decodes=(
        journal.DecodeFigures("negative", 1, -0.25, 0.01, "en", "base", 0.91, text="yes please"),
        journal.DecodeFigures("none", 5, -0.12345, 0.02, "en", "base", None, text="yes cheese"),
    ),
    text="yes cheese",
)
READ = journal.Read(acts=("affirm",), marks=("Y",), intent=None, decided_by="rules")
UNCLEAR = dataclasses.replace(READ, acts=("unclear",), marks=())
TROUBLE = journal.Trouble(stage="clean", code="not_audio", detail="x")
CONFIRMED = journal.Confirmed(*PROPOSAL, row="D03", args=MOVE)
COMMITTED = journal.Committed(*PROPOSAL, row="D03", args=MOVE, key="k")
ANSWERED = journal.TurnEnded("answered", "D03", 0, 3_000_000)


def events(*bodies: Body, turn: str = "t_1", message: str = "wamid.1") -> list[Event]:
    where = Where("default", "1", "c_1", turn)
    return [Event(at, where, body) for at, body in enumerate([journal.Received(message, 0), *bodies])]


def reference(**more: object) -> Reference:
    return Reference(**{"fixture": "note", "dialogue": "talk", "message": "wamid.1", **more})  # type: ignore[arg-type]


def one(*bodies: Body, **more: object) -> NoteResult:
    (result,) = results(events(*bodies), [reference(**more)])
    return result


def ended(how: str) -> journal.TurnEnded:
    return dataclasses.replace(ANSWERED, how=how)


class TestOutcomes:
    @pytest.mark.parametrize(
        ("bodies", "outcome"),
        [
            ([READ, ANSWERED], "answered"),
            ([READ, ended("silent")], "silent"),
            ([READ, CONFIRMED], "settled"),
            ([READ, CONFIRMED, COMMITTED, ANSWERED], "committed"),
            ([READ, CONFIRMED, journal.Unknown(*PROPOSAL), ANSWERED], "unknown"),
            ([READ, CONFIRMED, journal.Unknown(*PROPOSAL), COMMITTED, ANSWERED], "committed"),
            ([READ, CONFIRMED, journal.Failed(*PROPOSAL), ANSWERED], "failed"),
            ([READ, CONFIRMED, ended("overtaken")], "overtaken"),
            ([READ, journal.Held(*PROPOSAL), ANSWERED], "held"),
            ([READ, journal.Cancelled(*PROPOSAL), ANSWERED], "cancelled"),
            ([READ, journal.Superseded(*PROPOSAL), journal.Proposed(*PROPOSAL), ANSWERED], "superseded"),
            ([READ, journal.Reprompted(*PROPOSAL), ANSWERED], "reprompted"),
            ([READ, journal.Proposed(*PROPOSAL), ANSWERED], "proposed"),
            ([READ, journal.HandedOff("asked"), journal.Cancelled(*PROPOSAL), ANSWERED], "handed_off"),
            ([UNCLEAR, ANSWERED], "unclear"),
            ([TROUBLE, UNCLEAR, ANSWERED], "unclear"),
            ([HEARD, ended("stopped")], "stopped"),
            ([HEARD], "unfinished"),
            ([], "unfinished"),
        ],
    )
    def test_what_a_turn_came_to(self, bodies: list[Body], outcome: str) -> None:
        assert one(*bodies).outcome == outcome

    def test_a_note_that_never_arrived_is_unfinished(self) -> None:
        (lost,) = results([], [reference(said="hello")])
        assert (lost.outcome, lost.heard, lost.wer, lost.turn_ms) == ("unfinished", None, None, 0)
        assert (lost.stages, lost.customer_wait_ms) == ({}, None)


class TestContent:
    def test_what_was_heard_against_what_was_said(self) -> None:
        result = one(HEARD, READ, ANSWERED, said="Yes, please!")
        assert (result.said, result.heard, result.wer) == ("Yes, please!", "yes cheese", 0.5)
        assert result.acts == ("affirm",)
        assert result.evidence["speech_seconds"] == 1.23
        assert [(d["prompt"], d["avg_logprob"], d["min_word_p"]) for d in result.evidence["decodes"]] == [
            ("negative", -0.25, 0.91),
            ("none", -0.123, None),
        ]

    def test_without_a_transcript_there_is_no_error_rate(self) -> None:
        assert one(HEARD, READ, ANSWERED).wer is None

    def test_proposal_writes_row_and_reply(self) -> None:
        told = journal.Replied("o_1", "voice", ("wamid.9",), text="Done.")
        decided = journal.Decided("D03", "approve", "plain yes")
        result = one(HEARD, READ, decided, CONFIRMED, COMMITTED, told, ANSWERED)
        assert result.proposal == {
            "id": "p_1",
            "version": 2,
            "action": "reschedule_delivery",
            "args": MOVE,
            "event": "committed",
            "digest": "digest",
        }
        assert result.writes == ({"action": "reschedule_delivery", **MOVE},)
        assert (result.row, result.reply_kind, result.reply_text) == ("D03", "voice", "Done.")

    def test_turns_do_not_mix_and_references_keep_their_order(self) -> None:
        mixed = [
            event
            for pair in zip(
                events(HEARD, READ, CONFIRMED, ended("overtaken")),
                events(UNCLEAR, journal.Held(*PROPOSAL), TROUBLE, ANSWERED, turn="t_2", message="wamid.2"),
                strict=True,
            )
            for event in pair
        ]
        found = results(mixed, [reference(message="wamid.2"), reference(message="wamid.1")])
        assert [(result.outcome, result.heard) for result in found] == [
            ("held", None),
            ("overtaken", "yes cheese"),
        ]

    def test_a_journal_read_back_gives_the_same_report(self) -> None:
        lived = events(HEARD, READ, CONFIRMED, COMMITTED, ANSWERED)
        stored = [from_json(json.loads(json.dumps(to_json(event)))) for event in lived]
        asked = [reference(said="yes please", outcome="committed")]
        assert results(stored, asked) == results(lived, asked) == results(lived, asked)


def span(stage: Stage, start: int, end: int, on_path: int) -> journal.SpanEvent:
    return journal.SpanEvent(stage, start, end, on_path)


TIMED: Sequence[Body] = (
    span(Stage.FETCH, 0, 40_000, 40_000),
    span(Stage.IDENTIFY, 10_000, 30_000, 0),
    span(Stage.DECIDE, 50_000, 60_000, 10_000),
    span(Stage.DECIDE, 60_000, 61_500, 1_500),
    journal.Waited(40_000, 50_000),
    span(Stage.SETTLE, 61_500, 2_561_500, 0),
    span(Stage.SEND, 2_561_500, 2_600_000, 38_500),
    dataclasses.replace(ANSWERED, ended_at=2_600_000),
)


class TestTimes:
    def test_everything_adds_up(self) -> None:
        result = one(READ, *TIMED, journal.Replied("o_1", "text", ("wamid.9",), text="Done."))
        assert result.stages == {
            "fetch": StageTime(ms=40.0, on_path=40.0),
            "identify": StageTime(ms=20.0, on_path=0.0),
            "decide": StageTime(ms=11.5, on_path=11.5),
            "settle": StageTime(ms=2500.0, on_path=0.0),
            "send": StageTime(ms=38.5, on_path=38.5),
        }
        assert (result.queue_ms, result.settle_ms) == (10.0, 2500.0)
        assert (result.turn_ms, result.customer_wait_ms) == (100.0, 2600.0)
        assert sum(stage.on_path for stage in result.stages.values()) + result.queue_ms == result.turn_ms

    def test_who_got_no_reply_did_not_wait_for_one(self) -> None:
        assert one(READ, *TIMED).customer_wait_ms is None


class TestProblems:
    def test_as_expected(self) -> None:
        result = one(
            READ,
            COMMITTED,
            ANSWERED,
            outcome="committed",
            writes=({"action": "reschedule_delivery", **MOVE},),
        )
        assert (result.ok, result.problems, result.expected) == (True, (), "committed")

    def test_another_outcome(self) -> None:
        result = one(READ, journal.Held(*PROPOSAL), ANSWERED, outcome="committed")
        assert result.problems == ("expected committed, got held",)

    def test_a_write_too_many(self) -> None:
        result = one(READ, COMMITTED, ANSWERED, outcome="committed", writes=())
        assert result.problems == ("expected writes none, got reschedule_delivery 1842 2026-11-27",)

    def test_a_write_too_few(self) -> None:
        result = one(READ, ANSWERED, writes=({"action": "reschedule_delivery", **MOVE},))
        assert result.problems == ("expected writes reschedule_delivery 1842 2026-11-27, got none",)

    def test_nothing_is_expected_of_a_loose_note(self) -> None:
        assert one(READ, COMMITTED, ANSWERED).ok

    def test_a_turn_stopped_on_purpose_is_not_judged(self) -> None:
        assert one(HEARD, ended("stopped"), outcome="committed", writes=()).ok


GOOD = one(HEARD, READ, *TIMED, COMMITTED, said="yes please", outcome="committed", fixture="good_note")
BAD = one(READ, ANSWERED, outcome="held", fixture="bad_note")


class TestBaseline:
    def test_lines_are_read_back(self, tmp_path: Path) -> None:
        file = tmp_path / "before.jsonl"
        file.write_text(f"{to_line(GOOD)}\n\n{to_line(BAD)}\n", encoding="utf-8")
        assert [to_line(result) for result in read_results(file)] == [to_line(GOOD), to_line(BAD)]
        assert list(worse(read_results(file), [BAD, GOOD])) == []

    def test_a_broken_line_is_named(self, tmp_path: Path) -> None:
        file = tmp_path / "before.jsonl"
        file.write_text(f"{to_line(GOOD)}\n{{}}\n", encoding="utf-8")
        with pytest.raises(UserInputError, match=r"before\.jsonl:2 is not a replay result"):
            read_results(file)

    @pytest.mark.parametrize(
        ("before", "now", "said"),
        [
            (GOOD, None, "good_note was not replayed"),
            (
                GOOD,
                {"problems": ("expected committed, got held",)},
                "good_note: expected committed, got held",
            ),
            (GOOD, {"wer": 0.6}, "good_note: word error rate was 0.5, is 0.6"),
            (GOOD, {"wer": None}, "good_note: word error rate was 0.5, is None"),
            (GOOD, {"wer": 0.51}, None),
            (GOOD, {"wer": 0.1}, None),
            (BAD, {"problems": ()}, None),
            (
                dataclasses.replace(GOOD, expected=None),
                {"outcome": "held"},
                "good_note: was committed, is held",
            ),
        ],
    )
    def test_what_counts_as_worse(
        self, before: NoteResult, now: dict[str, object] | None, said: str | None
    ) -> None:
        after = [] if now is None else [dataclasses.replace(before, **now)]  # type: ignore[arg-type]
        assert list(worse([before], after)) == ([said] if said else [])


def printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, found: list[NoteResult], columns: int
) -> list[str]:
    """What a plain terminal of that width shows."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    for name, value in {"COLUMNS": str(columns), "LINES": "50", "TERM": "dumb"}.items():
        monkeypatch.setenv(name, value)
    print_results(found)
    return capsys.readouterr().out.splitlines()


class TestTable:
    def test_wide(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        lines = printed(capsys, monkeypatch, [GOOD, BAD], 140)
        assert lines[0].split()[:5] == ["note", "heard", "WER", "decided", "written"]
        assert "✓ good_note" in lines[1]
        assert "yes cheese" in lines[1]
        assert max(map(len, lines)) <= 140
        assert lines[-2] == "✗ bad_note: expected held, got answered"
        assert lines[-1] == "2 notes, 1 of 2 as expected, mean WER 0.500"

    def test_narrow(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        lines = printed(capsys, monkeypatch, [GOOD, BAD], 60)
        assert lines[0].strip() == "✓ good_note"
        assert lines[1].split() == ["heard", "yes", "cheese"]
        assert max(map(len, lines)) <= 60
        assert any(line.split()[:3] == ["written", "reschedule_delivery", "1842"] for line in lines)

    def test_where_the_time_went(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lines = printed(capsys, monkeypatch, [GOOD], 80)
        rows = {line.split()[0]: line.split()[1:] for line in lines if line.strip()}
        assert rows["fetch"][:3] == ["40.0", "40.0", "40.0"]
        assert rows["identify"][:3] == ["0.0", "0.0", "20.0"]
        assert rows["turn"] == ["100.0", "100.0"]
        assert rows["settle"] == ["(chosen)", "2500.0", "2500.0"]
        assert rows["fetch"][3].count("█") > rows["decide"][3].count("█") > 0

    def test_a_pipe_gets_the_wide_one(self, capsys: pytest.CaptureFixture[str]) -> None:
        print_results([GOOD])
        out = capsys.readouterr().out
        assert "\x1b" not in out
        assert out.startswith("note")

    @pytest.mark.parametrize("columns", [60, 140])
    def test_brackets_are_shown_as_they_were_said(
        self, columns: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What customers say is never taken for markup."""
        odd = dataclasses.replace(
            GOOD,
            heard="[red]yes[/red] [/]",
            writes=({"action": "change_address", "address": "[bold]4 [/] Mill Lane"},),
            problems=("got [blue]x[/]",),
        )
        shown = " ".join(" ".join(printed(capsys, monkeypatch, [odd], columns)).split())
        assert "[red]yes[/red] [/]" in shown
        assert "got [blue]x[/]" in shown
        assert "[bold]4" in shown

    def test_no_notes(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        assert printed(capsys, monkeypatch, [], 80) == ["0 notes"]
