"""The screen of `wavoice inspect`, with a scripted pilot."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from textual.pilot import Pilot
from textual.widgets import Static

from tests.journals import talk
from tests.sim.chat.views.folding import have
from wavoice.cli.tui.inspector import Inspector
from wavoice.cli.tui.stage import Stage
from wavoice.sim.chat.views.walk import Walk


def place(app: Inspector) -> str:
    return str(app.query_one("#place", Static).render())


def bubbles(app: Inspector) -> list[str]:
    return [row.view.text for row in app.query_one(Stage).chat.rows]


def open_at(size: tuple[int, int], script: Callable[[Inspector, Pilot[None]], Awaitable[None]]) -> None:
    events = have(talk)  # before the loop: it has one of its own

    async def run() -> None:
        app = Inspector(Walk(events, zone="Asia/Kolkata"), "t.jsonl", 0)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await script(app, pilot)

    asyncio.run(run())


def test_steps_by_turn_and_by_event_in_every_size() -> None:
    async def script(app: Inspector, pilot: Pilot[None]) -> None:
        end = len(have(talk))
        assert f"turn 7 of 7 · event {end} of {end}" in place(app)
        await pilot.press("home")
        assert "turn 1 of 7 · event 1 of" in place(app)
        assert len(bubbles(app)) == 1
        await pilot.press("n", "n")
        await pilot.pause()
        assert "turn 2 of 7" in place(app)
        assert bubbles(app)[2] == "no wait"
        await pilot.press("p")
        await pilot.resize_terminal(60, 20)
        await pilot.pause()
        assert "turn 1 of 7" in place(app)
        assert len(bubbles(app)) == 2
        await pilot.press("right", "right", "left")
        assert "turn 2 of 7" in place(app)
        before = app.theme
        await pilot.press("end", "tab", "tab", "t")
        assert f"event {end} of" in place(app)
        assert app.theme != before
        await pilot.press("q")

    open_at((120, 40), script)
