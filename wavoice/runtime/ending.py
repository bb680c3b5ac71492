"""How what runs beside is waited for, and ended."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import Process
from typing import Any


async def stop_task(task: asyncio.Task[Any]) -> None:
    """End a task of the background, however it ends."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def done_or_told(task: asyncio.Future[Any], told: asyncio.Event) -> None:
    """Return once it is done, or the event is set; both are left as they are."""
    waiting = asyncio.create_task(told.wait())
    try:
        await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()


async def end_process(process: Process, seconds: float) -> None:
    """Ask a process to end, if it has not; after so many seconds it is killed."""
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(seconds):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
