"""docs/chat.md names the actions that there are."""

from __future__ import annotations

from pathlib import Path

from wavoice.cli.tui.actions import ALL

PAGE = Path(__file__).parents[3] / "docs" / "chat.md"


def test_every_action_is_named() -> None:
    names = set(
        PAGE.read_text(encoding="utf-8")
        .split("Left are the names of actions:")[1]
        .split("Right are")[0]
        .split()
    )
    named = {name.strip("`.,") for name in names}
    assert set(ALL) <= named
