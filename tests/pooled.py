"""The same work for many seeds or files, spread over a few processes; and processes that begin at once.

To import the runtime takes a process longer than most of what is asked of it here. So one is kept that has
imported what they need and does nothing else; all others are forked from it.
"""

from __future__ import annotations

import gc
import logging
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.context import ForkServerContext
from typing import TypeVar

import structlog

PRELOADED = ("tests.kill_child", "tests.dialogues.hunt", "tests.storms.run", "tests.proxy.run")
S = TypeVar("S", bound="Sequence[object]")
T = TypeVar("T")


def forks() -> ForkServerContext:
    """Where processes come from that have imported what the tests need."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*PRELOADED])
    return context


def spread(work: Callable[[S], T], chunks: Sequence[S], processes: int) -> Iterator[T]:
    """What came of each chunk, as it is done."""
    with forks().Pool(processes, seldom_collect) as pool:
        yield from pool.imap_unordered(work, chunks)


def seldom_collect() -> None:
    """Looking for cycles every few hundred objects is a tenth of the time, and finds what can wait."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


def quiet_logs() -> None:
    """Only what is critical is logged in this process from now on."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
