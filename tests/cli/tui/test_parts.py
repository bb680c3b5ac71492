"""Parts of the app that draw nothing by themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from typing import ClassVar

import pytest

from wavoice.cli.tui.bubble import drawn
from wavoice.cli.tui.completions import Completions
from wavoice.cli.tui.entry import Completion
from wavoice.cli.tui.layout import TITLES, shown, size_of
from wavoice.cli.tui.plain import shortened, visible
from wavoice.cli.tui.wave import bars, length
from wavoice.sim.chat.views.bubble import Bubble


class TestPlainText:
    def test_markup_is_left_alone(self) -> None:
        assert visible("[bold]x[/bold] [@click=app.quit]y[/]") == "[bold]x[/bold] [@click=app.quit]y[/]"

    @pytest.mark.parametrize(
        ("text", "drawn"),
        [
            ("\x1b[31mred", "␛[31mred"),
            ("a\x07b\x7f", "a␇b␡"),
            ("a\rb", "a␍b"),
            ("\u202egnp.exe", "\ufffdgnp.exe"),
            ("\x9b0m", "\ufffd0m"),
            ("a\u2028b", "a\ufffdb"),
        ],
    )
    def test_what_steers_a_terminal_is_shown(self, text: str, drawn: str) -> None:
        assert visible(text) == drawn

    @pytest.mark.parametrize("text", ["हाँ, ठीक है", "👩\u200d🚚 ❤️", "شكرا", "naïve"])
    def test_words_of_all_scripts_stay(self, text: str) -> None:
        assert visible(text) == text

    def test_lines_stay_only_where_they_may(self) -> None:
        assert visible("a\nb") == "a b"
        assert visible("a\nb", lines=True) == "a\nb"

    def test_what_is_shortened_says_so(self) -> None:
        assert shortened("move my delivery", 8) == "move my…"
        assert shortened("two\nlines", 20) == "two lines"


class TestWaveform:
    def test_each_bar_is_the_loudest_of_its_part(self) -> None:
        assert bars((0.0, 1.0, 0.0, 0.5), 2) == "█▅"

    def test_fewer_peaks_than_bars(self) -> None:
        assert bars((0.0, 1.0), 4) == "▁▁██"

    @pytest.mark.parametrize("peaks", [(), (0.0,) * 48])
    def test_silence_is_flat(self, peaks: tuple[float, ...]) -> None:
        assert bars(peaks, 6) == "▁" * 6

    def test_values_beyond_the_scale_do_not_break_it(self) -> None:
        assert bars((-1.0, 7.0), 2) == "▁█"

    def test_a_note_of_unknown_length_shows_none(self) -> None:
        note = Bubble("wamid.1", mine=False, form="voice", text="", at=0)
        assert "0:0" not in drawn(note, UTC).plain.replace("00:00", "")
        assert "0:03" in drawn(replace(note, seconds=3.4), UTC).plain

    def test_length(self) -> None:
        assert [length(seconds) for seconds in (0.2, 3.4, 61)] == ["0:00", "0:03", "1:01"]


class TestLayout:
    @pytest.mark.parametrize(
        ("columns", "lines", "size"),
        [(80, 24, "narrow"), (99, 60, "narrow"), (100, 24, "wide"), (200, 39, "wide"), (160, 40, "huge")],
    )
    def test_the_window_says_how_much_is_shown(self, columns: int, lines: int, size: str) -> None:
        assert size_of(columns, lines) == size

    def test_a_narrow_window_shows_one_thing(self) -> None:
        assert all(shown("narrow", pane).panes == (pane,) for pane in TITLES)

    def test_a_wide_one_always_has_conversation_and_turn(self) -> None:
        assert {shown("wide", pane).panes[:2] for pane in TITLES} == {("chat", "turn")}
        assert shown("wide", "ledger").active == "ledger"

    def test_a_huge_one_shows_all_but_what_is_raw(self) -> None:
        assert shown("huge", "chat").panes == ("chat", "turn", "heard", "proposal", "session", "ledger")
        assert shown("huge", "http").panes == ("chat", "http")

    @pytest.mark.parametrize("size", ["narrow", "wide", "huge"])
    def test_the_active_pane_can_be_chosen(self, size: str) -> None:
        for pane in TITLES:
            now = shown(size, pane)  # type: ignore[arg-type]
            assert now.active in now.tabs


class _Command:
    def __init__(self, name: str, arguments: str, choices: object | None = None) -> None:
        self.name, self.arguments, self.help, self.choices = name, arguments, f"does {name}", choices


class TestCompletion:
    FAULTS: ClassVar = {"stt-low": "unsure", "stt-hang": "never ends", "duplicate": "twice"}

    def complete(self, line: str, *before: str) -> list[Completion]:
        asked: list[str] = []
        complete = Completions(
            [_Command("fault", "NAME [n]", self.FAULTS), _Command("stop", "")], asked.append
        )
        for each in (*before, line):
            found = complete(each)
            while asked:
                complete.learn(asked.pop(), self.FAULTS)
                found = complete(each)
        return list(found)

    def test_names_of_commands(self) -> None:
        assert [(one.line, one.whole) for one in self.complete("/")] == [("/fault ", False), ("/stop", True)]
        assert [one.shown for one in self.complete("/f")] == ["/fault NAME [n]"]

    def test_known_arguments(self) -> None:
        assert [one.line for one in self.complete("/fault stt")] == ["/fault stt-low", "/fault stt-hang"]

    def test_values_are_asked_for_once_each_time_that_the_command_is_typed(self) -> None:
        asked: list[str] = []
        complete = Completions([_Command("fault", "NAME", self.FAULTS)], asked.append)
        for line in ("/fault", "/fault ", "/fault s", "/fault ", "/fault", "/fault "):
            complete(line)
        assert asked == ["fault", "fault"]

    @pytest.mark.parametrize("line", ["hello", "/nothing", "/fault stt-low", "/fault stt-low 2", "/stop x"])
    def test_what_needs_no_completion(self, line: str) -> None:
        assert self.complete(line) == []
