"""How a command that runs for long ends: signals let it close what is open, and nobody waits for threads."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

KILLED = 128
"""A shell adds the signal's number to it."""
INTERRUPTED = KILLED + signal.SIGINT


class Left(SystemExit):
    """The program ends now, with this code: all is closed, and what threads still do is of no use.

    Python itself would wait seconds for a model that loads, or a sentence that is spoken ahead.
    """

    def leave(self) -> None:
        """End the process. Never returns."""
        with suppress(OSError):  # the terminal may be gone, which is why it ends
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(self.code if isinstance(self.code, int) else 1)


def run(main: Coroutine[Any, Any, bool]) -> int:
    """Run it, and return the exit code: 0, or 1 if it says that something failed.

    Ctrl-C, SIGTERM and SIGHUP cancel it, so that it closes what it has opened; the code tells which came.
    """
    try:
        return asyncio.run(_stoppable(main))
    except KeyboardInterrupt:
        return INTERRUPTED


async def _stoppable(main: Coroutine[Any, Any, bool]) -> int:
    task = asyncio.create_task(main)
    got: list[int] = []

    def stop(number: int) -> None:
        if not got:  # a second one would break off the closing
            task.cancel()
        got.append(number)

    _on_signals(stop)
    failed = False
    try:
        failed = await task
    except asyncio.CancelledError:
        if not got:
            raise
    finally:
        _leave_threads()
    return KILLED + got[0] if got else int(failed)


def run_until_told(main: Callable[[asyncio.Event], Coroutine[Any, Any, None]]) -> None:
    """Run a server, which returns once the event is set: by Ctrl-C, SIGTERM or SIGHUP.

    A second signal ends the process at once, as a crash would.
    """
    with asyncio.Runner(loop_factory=_fast_loop()) as runner:
        runner.run(_told(main))


def _fast_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Makes the loop of servers, which spend a fifth of their time in it; None: Python's own."""
    if sys.platform == "win32" or sys.implementation.name != "cpython":
        return None
    import uvloop  # noqa: PLC0415 -- not there on other systems

    return uvloop.new_event_loop


async def _told(main: Callable[[asyncio.Event], Coroutine[Any, Any, None]]) -> None:
    stop = asyncio.Event()

    def told(number: int) -> None:
        if stop.is_set():
            os._exit(KILLED + number)
        stop.set()

    _on_signals(told, ctrl_c=True)
    try:
        await main(stop)
    finally:
        _leave_threads()


def _on_signals(call: Callable[[int], None], *, ctrl_c: bool = False) -> None:
    """On SIGTERM and SIGHUP, call with the signal's number; on Ctrl-C too, which else cancels."""
    if sys.platform == "win32":  # there, Ctrl-C cancels, and nobody sends the others
        return
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGHUP, *((signal.SIGINT,) if ctrl_c else ())):
        loop.add_signal_handler(each, call, each)


def _leave_threads() -> None:
    """The loop waits for the threads of its pool when it closes: it gets one in which nothing runs."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
