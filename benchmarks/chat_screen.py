"""What the screen of `wavoice chat` costs: `uv run python -m benchmarks.chat_screen [ready] [keys] [turns]`.

* ready: from the start of the command in a terminal (tmux) to the line in which one types.
* keys: from a key to its letter on the screen while the bot hears a note; tmux's own way is in it.
* turns: 40 pairs of the same voice note, with the screen and without, in turn, on the same warm ears and
  voice: the wall time of each turn from its journal, and what the loop's thread computed meanwhile, which
  a busy machine does not change much. The screen draws without a terminal behind it.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from benchmarks.terminals import Terminal, missing, terminal
from wavoice.cli.tui.app import ChatApp
from wavoice.cli.tui.opening import Opened
from wavoice.cli.tui.sound import Devices
from wavoice.runtime.adapters.clock import SystemClock
from wavoice.runtime.adapters.ears import open_ears
from wavoice.runtime.adapters.voices import open_voice
from wavoice.runtime.journal import Event, TurnEnded
from wavoice.runtime.settings import Settings
from wavoice.sim.chat.notes import find_fixture
from wavoice.sim.chat.session import ChatOptions, ChatSession, open_chat
from wavoice.sim.machine import machine
from wavoice.sim.sound.open import NoMicrophone, NoSpeaker

WAVOICE = Path(sys.executable).with_name("wavoice")
PLACE = "Type a message"
PROMPT = "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}"
NOTE = "where_is_my_order__street_20db"
STARTS, KEYS, PAIRS = 7, 40, 40


def told(name: str, seconds: Sequence[float]) -> None:
    """Print the median, the fastest and the slowest."""
    ms = sorted(1000 * each for each in seconds)
    print(f"{name}: median {statistics.median(ms):.1f} ms ({ms[0]:.1f} to {ms[-1]:.1f}, n={len(ms)})")


def ready() -> None:
    took = []
    for number in range(STARTS + 1):
        with tempfile.TemporaryDirectory() as folder, terminal(Path(folder), f"{WAVOICE} chat") as at:
            begun = time.perf_counter()
            at.waits_for(PLACE)
            if number:  # the first start writes bytecode
                took.append(time.perf_counter() - begun)
    told("ready for input", took)


def keys() -> None:
    with tempfile.TemporaryDirectory() as folder, terminal(Path(folder), f"{WAVOICE} chat") as at:
        at.waits_for(PLACE)
        at.waits_for("loading", 120, gone=True)
        idle = _typed(at, "q")
        took: list[float] = []
        while len(took) < KEYS:
            at.keys("C-u")
            at.types(f"/play {NOTE}")
            at.keys("Enter")
            at.waits_for(f"{PROMPT} Type")
            took += _typed(at, "z", 8)
        told("key to screen, at rest", idle)
        told("key to screen, while a turn runs", took[:KEYS])


def _typed(at: Terminal, letter: str, count: int = 20) -> list[float]:
    took = []
    for number in range(1, count + 1):
        begun = time.perf_counter()
        at.types(letter)
        at.waits_for(f"{PROMPT} {letter * number}")
        took.append(time.perf_counter() - begun)
    return took


async def turn(chat: ChatSession, ogg: bytes) -> tuple[float, float]:
    """Seconds of one turn, settle left out by there being none, and of what this thread computed in it."""
    ended: list[TurnEnded] = []
    done = asyncio.Event()
    computed = [time.thread_time()]

    def look(news: object) -> None:
        if isinstance(news, Event) and isinstance(news.body, TurnEnded) and not done.is_set():
            ended.append(news.body)
            computed.append(time.thread_time())
            done.set()

    chat.listen(look)
    await chat.note(ogg)
    await done.wait()
    await chat.idle()
    return (ended[0].ended_at - ended[0].started_at) / 1e6, computed[1] - computed[0]


async def turns() -> None:
    settings, clock = Settings(), SystemClock()
    ears, _ = open_ears(settings.ears, clock)
    voice, _ = open_voice(settings.voice, clock)
    assert voice is not None
    await ears.warm()
    await voice.warm()
    ogg = find_fixture(Path(), NOTE).ogg
    with_screen: list[tuple[float, float]] = []
    without: list[tuple[float, float]] = []
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        bare = await stack.enter_async_context(
            open_chat(ChatOptions(settings, folder / "bare.db", ears=ears, voice=voice))
        )
        drawn = await stack.enter_async_context(
            open_chat(ChatOptions(settings, folder / "drawn.db", ears=ears, voice=voice))
        )
        app = ChatApp(Opened(drawn, Devices(NoMicrophone("none"), NoSpeaker("none"))))
        await stack.enter_async_context(app.run_test(size=(160, 45)))
        for number in range(PAIRS + 2):
            order = ((drawn, with_screen), (bare, without))
            for chat, figures in order if number % 2 else order[::-1]:
                took = await turn(chat, ogg)
                if number >= 2:  # the first are warm-up
                    figures.append(took)
    told("turn with the screen", [wall for wall, _ in with_screen])
    told("turn without", [wall for wall, _ in without])
    added = [a / b - 1 for (a, _), (b, _) in zip(with_screen, without, strict=True)]
    print(f"the screen adds, median of {len(added)} pairs: {100 * statistics.median(added):+.1f} %")
    told("the loop's thread until the turn's end, with the screen", [busy for _, busy in with_screen])
    told("the loop's thread until the turn's end, without", [busy for _, busy in without])
    await ears.close()
    await voice.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("what", nargs="*", choices=["ready", "keys", "turns", []], default=[])
    chosen = parser.parse_args().what or ["ready", "keys", "turns"]
    print(machine())
    if (reason := missing()) is not None and {"ready", "keys"} & set(chosen):
        raise SystemExit(reason)
    for each in chosen:
        match each:
            case "ready":
                ready()
            case "keys":
                keys()
            case _:
                asyncio.run(turns())


if __name__ == "__main__":
    main()
