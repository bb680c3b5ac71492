"""Two themes of our own; any other of Textual's may be chosen in the command palette."""

from __future__ import annotations

from rich.color import Color
from rich.terminal_theme import TerminalTheme
from textual.theme import Theme

DARK = Theme(
    name="wavoice-dark",
    primary="#21c063",
    secondary="#53bdeb",
    accent="#53bdeb",
    warning="#e5a93b",
    error="#f15c6d",
    success="#21c063",
    foreground="#e9edef",
    background="#0b141a",
    surface="#111b21",
    panel="#1d2a32",
    dark=True,
    variables={
        "bubble-mine": "#0c4a3e",
        "bubble-theirs": "#1f2c34",
        "tick-read": "#53bdeb",
        "dim": "#93a3ad",
        "footer-key-foreground": "#21c063",
        "border-blurred": "#2a3942",
    },
)

LIGHT = Theme(
    name="wavoice-light",
    primary="#0a7d4b",
    secondary="#0b6ba8",
    accent="#0b6ba8",
    warning="#9a6300",
    error="#b3261e",
    success="#0a7d4b",
    foreground="#111b21",
    background="#f4efe8",
    surface="#ffffff",
    panel="#e7e9ec",
    dark=False,
    variables={
        "bubble-mine": "#d4f5cd",
        "bubble-theirs": "#ffffff",
        "tick-read": "#0b6ba8",
        "dim": "#5d6b74",
        "footer-key-foreground": "#0a7d4b",
        "border-blurred": "#c4c9ce",
    },
)

THEMES = {"dark": DARK, "light": LIGHT}

DEFAULTS = {"bubble-mine": "#0c4a3e", "bubble-theirs": "#1f2c34", "tick-read": "#53bdeb", "dim": "#93a3ad"}
"""Our own variables, where a theme of Textual's is chosen that does not know them."""


def _sixteen(theme: Theme, black: str, white: str, magenta: str) -> TerminalTheme:
    """The terminal's colours by name, as panes use them, in those of a theme."""
    named = [black, theme.error, theme.success, theme.warning, theme.secondary, magenta, theme.accent, white]
    colors = [_triplet(each or white) for each in named]
    return TerminalTheme(
        _triplet(theme.background or black), _triplet(theme.foreground or white), colors, colors
    )


def _triplet(color: str) -> tuple[int, int, int]:
    red, green, blue = Color.parse(color).get_truecolor()
    return red, green, blue


ANSI = {
    "dark": _sixteen(DARK, "#5b6b75", "#e9edef", "#b48ef0"),
    "light": _sixteen(LIGHT, "#111b21", "#5d6b74", "#7a3ea3"),
}
"""By name of the theme."""
