"""Waits until a release says that it is ready."""

from __future__ import annotations

import asyncio

from wavoice.deploy.target import Health, Target
from wavoice.runtime.model import SECOND, Micros
from wavoice.runtime.ports import Clock

BETWEEN: Micros = SECOND // 2
"""How often it is asked."""
ENDS: int = 2
"""A release that has ended so often before it was ready is not waited for any longer."""


async def pause(clock: Clock, until: Micros) -> None:
    """Wait for that moment."""
    await clock.wait(asyncio.Event(), until)


async def until_ready(target: Target, release: str, clock: Clock, seconds: float) -> Health:
    """Ask until it is ready or has ended for good, at most so long; return what it said last."""
    deadline = clock.now() + int(seconds * SECOND)
    while True:
        health = await target.health(release)
        if health.ready or gave_up(health) or clock.now() >= deadline:
            return health
        await pause(clock, min(deadline, clock.now() + BETWEEN))


def gave_up(health: Health) -> bool:
    """Waiting is of no use: it has no process, or ends again and again."""
    return health.ended or health.restarts >= ENDS


def in_words(health: Health) -> str:
    """Its checks."""
    checks = ", ".join(f"{name} {said}" for name, said in sorted(health.checks.items()))
    if checks or health.ready:
        return checks or "ready"
    if health.restarts:
        return f"its process has ended, {health.restarts + 1} times started"
    return "its process has ended" if health.ended else "no answer"
