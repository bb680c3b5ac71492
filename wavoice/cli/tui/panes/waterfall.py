"""The latency waterfall of a turn: a row a stage, overlap and critical path visible, settle hatched.

The axis is work: milliseconds without the settle window, which is a gap of its own width, hatched. What
everybody waited for is solid; what ran meanwhile is light. The budgets of 400 and 800 ms are marks on
the axis.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from rich.style import Style
from rich.text import Text

from wavoice.cli.tui.panes.ink import BAD, DIM, DOUBT, GOOD, NOTE, STRONG, Part, fitted, line, ms
from wavoice.runtime.model import Micros, Stage
from wavoice.sim.chat.views.turns import BUDGETS, Bar, BarForm, Figures, TurnView

SOLID, LIGHT, QUEUE, UNSEEN, MARK = "█", "░", "·", "?", "┊"
HATCH = "\N{BOX DRAWINGS LIGHT DIAGONAL UPPER RIGHT TO LOWER LEFT}"
_LABEL = 10
_SCALES = (100, 200, 420, 840)
"""Milliseconds of the whole axis, so that the next budget is in sight; longer turns take what they need."""
_COLOURS: dict[str, str] = {
    Stage.RECEIVE: "blue",
    Stage.FETCH: "blue",
    Stage.CLEAN: "cyan",
    Stage.TRANSCRIBE: "green",
    Stage.IDENTIFY: "magenta",
    Stage.INTERPRET: "yellow",
    Stage.LOOK_UP: "magenta",
    Stage.DECIDE: "yellow",
    Stage.SETTLE: "bright_black",
    Stage.COMMIT: "red",
    Stage.SPEAK: "green",
    Stage.SEND: "blue",
}
_STEP = 1000
"""Microseconds."""
_NONE = "No turn yet: say something."


def waterfall(width: int, turn: TurnView | None, figures: Figures) -> Iterator[Text]:
    """The lines of the pane; none is wider than `width`."""
    if turn is None:
        yield fitted(line((_NONE, DIM)), width)
        return
    yield fitted(line(_ended(turn), f"  {turn.words or '(no words)'}"), width)
    yield from _sums(turn, width)
    axis = _axis(turn, width)
    yield axis.heading()
    for stage, bars in _rows(turn.bars):
        yield axis.row(stage, bars)
    yield from _path(turn, width)
    yield from _session(figures, width)


def _ended(turn: TurnView) -> Part:
    if turn.ended_at is None:
        return turn.how.replace("_", " "), DOUBT
    return turn.how, GOOD if turn.how == "answered" else NOTE


def _sums(turn: TurnView, width: int) -> Iterator[Text]:
    """What it came to, in as many lines as that takes."""
    over = turn.over
    budget: list[Part] = [(f" over {over[-1]}", BAD)] if over else []
    parts: list[list[Part]] = [[("turn ", DIM), (ms(turn.turn_ms), STRONG), *budget]]
    if turn.settle_ms:
        parts.append([("settle ", DIM), ms(turn.settle_ms)])
    parts.append([("customer waits ", DIM), (ms(turn.customer_wait_ms), STRONG)])
    if turn.row:
        parts.append([("row ", DIM), turn.row])
    if turn.trouble:
        parts.append([(" ".join(turn.trouble), BAD)])
    yield from _flowing(parts, width)


def _flowing(parts: Iterable[Sequence[Part]], width: int) -> Iterator[Text]:
    """Parts beside each other, on a new line where they would not fit."""
    row = Text()
    for part in parts:
        text = line(*part)
        if row.cell_len and row.cell_len + 2 + text.cell_len > width:
            yield fitted(row, width)
            row = Text()
        row.append_text(Text("  ") if row.cell_len else Text()).append_text(text)
    if row.cell_len:
        yield fitted(row, width)


def _rows(bars: Sequence[Bar]) -> Iterator[tuple[str, Sequence[Bar]]]:
    """Stages in the order in which they began; a stage that ran several times is one row."""
    for stage in dict.fromkeys(bar.stage for bar in bars):
        yield str(stage), [bar for bar in bars if bar.stage == stage]


@dataclass(frozen=True, slots=True)
class _Axis:
    """From moments of a turn to columns."""

    turn: TurnView
    columns: int
    """Of the bars, the settle window included."""
    figures: int
    """Columns of the figures on the right."""
    scale: float
    """Microseconds of work a column."""
    gap: int
    """Columns of the settle window."""

    def heading(self) -> Text:
        """The budgets above their columns."""
        marks = [" "] * self.columns
        for budget in BUDGETS:
            label, column = f"{budget}", self._of_work(budget * 1000)
            begin = min(column, self.columns - len(label))
            if column <= self.columns and all(each == " " for each in marks[begin : begin + len(label)]):
                marks[begin : begin + len(label)] = label
        text = Text(" " * (_LABEL + 1)).append("".join(marks), DIM)
        return text.append(f" {'waited   ran' if self.figures > 8 else 'waited':>{self.figures}}", DIM)

    def row(self, stage: str, bars: Sequence[Bar]) -> Text:
        """One stage: its bars, how long everybody waited for it, and how long it ran."""
        cells = [(" ", DIM)] * self.columns
        for budget in BUDGETS:
            if (column := self._of_work(budget * 1000)) < self.columns:
                cells[column] = (MARK, DIM)
        for bar in bars:
            self._draw(cells, bar)
        style = (
            BAD
            if not all(bar.ok for bar in bars)
            else DIM
            if not any(bar.on_path for bar in bars)
            else STRONG
        )
        text = Text(f"{stage:<{_LABEL}} ", style)
        for sign_style, run in groupby(cells, key=itemgetter(1)):
            text.append("".join(sign for sign, _ in run), sign_style)
        return text.append(" ").append(self._sums(bars))

    def _sums(self, bars: Sequence[Bar]) -> Text:
        waited = sum(bar.on_path for bar in bars) / 1000
        ran = sum(bar.end - bar.start for bar in bars) / 1000
        if self.figures <= 8:
            return Text(f"{_figure(waited):>{self.figures}}")
        return Text(f"{_figure(waited):>6}").append(f"{_figure(ran):>{self.figures - 6}}", DIM)

    def _draw(self, cells: list[tuple[str, Style]], bar: Bar) -> None:
        if bar.form is BarForm.SETTLE:
            self._fill(cells, bar.start, bar.end, (HATCH, DIM))
            return
        colour = Style(color=_COLOURS.get(bar.stage, "white"))
        style = colour if bar.ok else BAD
        match bar.form:
            case BarForm.QUEUE:
                self._fill(cells, bar.start, bar.end, (QUEUE, DOUBT))
            case BarForm.UNSEEN:
                self._fill(cells, bar.start, bar.end, (UNSEEN, BAD))
            case _:
                self._fill(cells, bar.start, bar.end, (LIGHT, style))
                if bar.on_path:
                    self._fill(cells, bar.path_start, bar.path_start + bar.on_path, (SOLID, style))

    def _fill(
        self, cells: list[tuple[str, Style]], start: Micros, end: Micros, cell: tuple[str, Style]
    ) -> None:
        """At least one column: what ran is seen."""
        first = min(math.floor(self._column(start)), self.columns - 1)
        last = max(first + 1, math.ceil(self._column(end) - 1e-9))
        for column in range(max(0, first), min(last, self.columns)):
            cells[column] = cell

    def _column(self, at: Micros) -> float:
        """Of a moment: its work, and as much of the gap as has passed by then."""
        windows = self._windows()
        whole = sum(bar.end - bar.start for bar in windows)
        passed = sum(max(0, min(bar.end, at) - bar.start) for bar in windows)
        return self.turn.work(at) / self.scale + (self.gap * passed / whole if whole else 0.0)

    def _of_work(self, work: Micros) -> int:
        """The column of so much work, behind a settle window that begins at it or earlier."""
        before = sum(1 for bar in self._windows() if self.turn.work(bar.start) <= work)
        return math.floor(work / self.scale) + (self.gap if before else 0)

    def _windows(self) -> Sequence[Bar]:
        return [bar for bar in self.turn.bars if bar.form is BarForm.SETTLE]


def _axis(turn: TurnView, width: int) -> _Axis:
    figures = 13 if width >= 60 else 7
    columns = max(8, width - _LABEL - 1 - 1 - figures)
    settles = any(bar.form is BarForm.SETTLE for bar in turn.bars)
    gap = max(3, columns // 5) if settles else 0
    ends = [turn.work(max(bar.start, bar.end)) for bar in turn.bars]
    longest = max(ends, default=0) / 1000
    whole = next((scale for scale in _SCALES if longest <= scale), longest)
    return _Axis(turn, columns, figures, whole * 1000 / (columns - gap), gap)


def _figure(milliseconds: float) -> str:
    if milliseconds >= 100 or milliseconds == 0:
        return f"{milliseconds:.0f}"
    return f"{milliseconds:.1f}"


def _path(turn: TurnView, width: int) -> Iterator[Text]:
    """The critical path in words: what took a millisecond or more, and all the rest together."""
    if not turn.path:
        return
    steps = [bar for bar in turn.path if bar.on_path >= _STEP]
    rest = sum(bar.on_path for bar in turn.path if bar.on_path < _STEP)
    told = [(str(bar.stage), bar.on_path) for bar in steps] + ([("the rest", rest)] if rest else [])
    parts: list[list[Part]] = [[name, (f" {_figure(took / 1000)}", NOTE)] for name, took in told]
    yield from _flowing([[("path", DIM)], *parts], width)


def _session(figures: Figures, width: int) -> Iterator[Text]:
    runs = "1 answer" if figures.runs == 1 else f"{figures.runs} answers"
    turn, wait = figures.turn_ms, figures.customer_wait_ms
    yield from _flowing(
        [
            [(f"session, {runs}", DIM)],
            [("turn p50 ", DIM), ms(turn.p50), (" p95 ", DIM), ms(turn.p95)],
            [("wait p50 ", DIM), ms(wait.p50), (" p95 ", DIM), ms(wait.p95)],
        ],
        width,
    )
