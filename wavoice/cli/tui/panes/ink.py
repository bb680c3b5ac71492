"""How panes are written: plain texts, few styles, times and lengths.

Colours are the terminal's own sixteen by name: an app draws them as its theme says, light or dark, and a
terminal as its user chose. Nothing is told by colour alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.style import Style
from rich.text import Text

from wavoice.cli.tui.plain import visible
from wavoice.runtime.model import SECOND, Micros

STRONG = Style(bold=True)
DIM = Style(dim=True)
GOOD = Style(color="green")
BAD = Style(color="red", bold=True)
DOUBT = Style(color="yellow")
NOTE = Style(color="cyan")
SAID = Style(italic=True)
NOTHING = Style()

Part = str | tuple[str, Style]
MINUTE, HOUR = 60 * SECOND, 3600 * SECOND


def line(*parts: Part) -> Text:
    """One line of plain parts; nothing in them is markup, and nothing moves the cursor."""
    text = Text(overflow="fold")
    for part in parts:
        words, style = part if isinstance(part, tuple) else (part, NOTHING)
        text.append(visible(words, lines=False), style)
    return text


def field(name: str, *parts: Part) -> Text:
    """A line that begins with a name in its column."""
    return line((f"{name:<10} ", DIM), *parts)


@dataclass(frozen=True, slots=True)
class Page:
    """Lines below each other, written for the columns that there are when they are drawn.

    Two pages that say the same are equal.
    """

    write: Callable[..., Iterable[Text]]
    """Gets the columns, then what it writes about."""
    about: tuple[object, ...]
    """Values that do not change any more."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        text = Text("\n", overflow="fold").join(self.write(options.max_width, *self.about))
        text.overflow = "fold"
        yield text

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(1, options.max_width)


def fitted(text: Text, width: int) -> Text:
    """The line cut to so many columns, double-width letters counted twice."""
    text.truncate(max(1, width), overflow="ellipsis")
    return text


def joined(parts: Iterable[str]) -> str:
    """The parts that hold anything, with dots between."""
    return " · ".join(part for part in parts if part)


def ms(figure: float | None) -> str:
    """A figure in milliseconds; long ones in seconds."""
    if figure is None:
        return "-"
    if figure >= 10_000:
        return f"{figure / 1000:.1f} s"
    return f"{figure:.0f} ms" if figure >= 10 or figure == int(figure) else f"{figure:.1f} ms"


def lasts(micros: Micros) -> str:
    """A length for people: 1.8 s, 4:07, 23 h 51 min."""
    if micros < 10 * SECOND:
        return f"{micros / SECOND:.1f} s"
    seconds = micros // SECOND
    if micros < HOUR:
        return f"{seconds // 60}:{seconds % 60:02d}"
    return f"{seconds // 3600} h {seconds // 60 % 60:02d} min"


def clock(at: Micros, zone: tzinfo, *, fine: bool = False) -> str:
    """A time of day in that zone; `fine`: to the millisecond."""
    moment = datetime.fromtimestamp(at / SECOND, UTC).astimezone(zone)
    return f"{moment:%H:%M:%S}" + (f".{at % SECOND // 1000:03d}" if fine else "")


def named(args: Iterable[tuple[str, object]]) -> str:
    """Arguments as `name=value`."""
    return " ".join(f"{name}={value}" for name, value in args)


def gauge(share: float, width: int) -> str:
    """How much is left, as a bar of so many columns."""
    full = round(max(0.0, min(1.0, share)) * width)
    return "█" * full + "░" * (width - full)


def short(name: str) -> str:
    """Enough of a long id to tell it from others."""
    return name if len(name) <= 20 else f"{name[:9]}…{name[-6:]}"
