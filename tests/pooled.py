"""The same work for many seeds or files, spread over a few processes."""

from __future__ import annotations

import gc
import logging
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import structlog

S = TypeVar("S", bound="Sequence[object]")
T = TypeVar("T")


def spread(work: Callable[[S], T], chunks: Sequence[S], processes: int) -> Iterator[T]:
    """What came of each chunk, as it is done."""
    with multiprocessing.get_context("forkserver").Pool(processes, seldom_collect) as pool:
        yield from pool.imap_unordered(work, chunks)


def seldom_collect() -> None:
    """Looking for cycles every few hundred objects is a tenth of the time, and finds what can wait."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


def quiet_logs() -> None:
    """Only what is critical is logged in this process from now on."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
