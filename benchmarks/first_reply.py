"""From an empty folder to the first spoken reply: `uv run python -m benchmarks.first_reply`.

Runs the real `wavoice chat` in a terminal (tmux) in a folder with nothing in it, sends a recorded note as
soon as one can type, and waits until the bot's answer stands there as a voice note. Prints the time of
each step and, with `--show`, the screen. Exit code 1 if it takes more than a minute.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.terminals import missing, terminal
from wavoice.sim.machine import machine

WAVOICE = Path(sys.executable).with_name("wavoice")
MINUTE = 60.0
PLACE = "Type a message"
PLAY = "▶"
"""Stands before each note that can be played: the customer's, and the bot's."""
NOTE = "where_is_my_order__street_20db"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--show", action="store_true", help="print the screen as well")
    show = parser.parse_args().show
    if (reason := missing()) is not None:
        print(reason, file=sys.stderr)
        return 2
    print(machine())
    with tempfile.TemporaryDirectory() as folder, terminal(Path(folder), f"{WAVOICE} chat", (120, 36)) as at:
        begun = time.monotonic()
        at.waits_for(PLACE, MINUTE)
        print(f"one can type after {time.monotonic() - begun:.1f} s")
        at.types(f"/play {NOTE}")
        at.keys("Enter")
        at.waits_for("answered", MINUTE)
        at.waits_for("speak ", MINUTE)
        screen = at.waits_for("typing", MINUTE, gone=True)
        took = time.monotonic() - begun
        print(f"the first spoken reply is there after {took:.1f} s")
        at.keys("C-l")
        at.keys("C-q")
        at.waits_for("ended 0", MINUTE)
    if show:
        print(screen)
    if screen.count(PLAY) < 2:
        print("the reply is not a voice note", file=sys.stderr)
        return 1
    return 0 if took < MINUTE else 1


if __name__ == "__main__":
    sys.exit(main())
