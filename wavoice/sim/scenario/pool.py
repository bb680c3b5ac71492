"""Scenarios over the cores of a machine; and again and again, to see that nothing depends on chance."""

from __future__ import annotations

import gc
import itertools
import logging
import multiprocessing
import os
import signal
import sys
import threading
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import structlog

from wavoice.runtime.author.load import AppFile
from wavoice.sim.scenario.failure import Failure
from wavoice.sim.scenario.load import Case
from wavoice.sim.scenario.run import Result, Task, merged, plan, run_task
from wavoice.sim.scenario.stage import Models

PROCESSES = 20
"""Fresh processes, each with a hash seed of its own, over which repetitions are spread."""


def cores() -> int:
    """Processors that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def run_files(
    files: Iterable[Sequence[Case]],
    jobs: int,
    models: Models | None = None,
    journals: Path | None = None,
    app: AppFile | None = None,
) -> Iterator[Result]:
    """Run every file, and yield a result a file as it is done. One job, or models, stay in this process.

    `files` may be read one after the other: the first run while the next are read.
    """
    reading = (plan(cases, journals, app) for cases in files)
    first = list(itertools.islice(reading, 2))
    planned = itertools.chain(first, reading)
    if models is not None or jobs == 1 or sum(map(len, first)) <= 1:
        for tasks in planned:
            yield merged([run_task(task, models) for task in tasks])
        return
    gc.freeze()  # what is imported by now is never garbage: no worker need look through it
    waiting = _Waiting()
    pool = ProcessPoolExecutor(jobs, _context(), _live_and_die_with_the_parent)
    with pool, _no_stragglers(pool):
        _start(pool)
        running: set[Future[Result]] = set()
        for tasks in planned:
            running |= waiting.starts({pool.submit(run_task, task): task for task in tasks})
            done = {future for future in running if future.done()}
            running -= done
            yield from waiting.finished(done)
        for future in as_completed(running):
            yield from waiting.finished([future])


def _start(pool: ProcessPoolExecutor) -> None:
    """Fork the workers now, before anything of ours starts a thread."""
    with warnings.catch_warnings():
        # From 3.12 on Python warns of threads; those are numerical libraries', idle and safe to fork.
        warnings.simplefilter("ignore", DeprecationWarning)
        pool.submit(int)


class _Waiting:
    """Parts of files under way; a file is done with its last part."""

    def __init__(self) -> None:
        self._tasks: dict[Future[Result], Task] = {}
        self._parts: dict[Path, dict[Task, Result | None]] = {}

    def starts(self, submitted: Mapping[Future[Result], Task]) -> set[Future[Result]]:
        """The parts of one file were started."""
        self._tasks.update(submitted)
        for task in submitted.values():
            self._parts.setdefault(task.file, {})[task] = None
        return set(submitted)

    def finished(self, futures: Iterable[Future[Result]]) -> Iterator[Result]:
        """Yield the files of which these were the last parts."""
        for future in futures:
            task = self._tasks.pop(future)
            parts = self._parts[task.file]
            parts[task] = future.result()
            known = [part for part in parts.values() if part is not None]
            if len(known) == len(parts):
                yield merged(known)


def repeat_files(
    files: Sequence[Sequence[Case]],
    times: int,
    jobs: int,
    journals: Path | None = None,
    app: AppFile | None = None,
) -> Iterator[Result]:
    """Run every file `times` times, in fresh processes with other hash seeds; yield a result a file.

    A file whose runs do not leave the same trace has failed.
    """
    tasks = [task for cases in files for task in plan(cases, journals, app)]
    rounds = [times // PROCESSES + (number < times % PROCESSES) for number in range(min(times, PROCESSES))]
    context = multiprocessing.get_context("spawn")
    seen: dict[Task, list[Result]] = {task: [] for task in tasks}
    with (
        _any_hash_seed(),
        ProcessPoolExecutor(jobs, context, _begin_afresh, max_tasks_per_child=1) as pool,
        _no_stragglers(pool),
    ):
        running: list[Future[list[Result]]] = [pool.submit(_repeat, tasks, count) for count in rounds]
        for done in as_completed(running):
            for number, result in enumerate(done.result()):
                seen[tasks[number % len(tasks)]].append(result)
    for cases in files:
        mine = [task for task in tasks if task.file == cases[0].source.file]
        yield merged([_same_each_time(seen[task]) for task in mine])


def _repeat(tasks: Sequence[Task], times: int) -> list[Result]:
    return [run_task(task) for _ in range(times) for task in tasks]


def _same_each_time(results: Sequence[Result]) -> Result:
    traces = sorted({one.trace for one in results})
    worst = next((one for one in results if one.failures), results[0])
    whole = replace(worst, ms=sum(one.ms for one in results), points=sum(one.points for one in results))
    if len(traces) == 1 or worst.failures:
        return whole
    got = ", ".join(trace[:12] for trace in traces)
    told = Failure(
        None, "trace", f"{len(results)} runs left {len(traces)} different traces", "one trace", got
    )
    return replace(whole, status="failed", failures=(told,))


def _begin_afresh() -> None:
    """A fresh process knows nothing of how the command set up its log: faults are meant here."""
    quiet = structlog.make_filtering_bound_logger(logging.CRITICAL)
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr), wrapper_class=quiet)
    _live_and_die_with_the_parent()


def _live_and_die_with_the_parent() -> None:
    """Ctrl-C reaches every process of a terminal: the parent ends its workers.

    If it is killed, they end too.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(50_000, 20, 100)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_outlive_not, args=[parent], daemon=True).start()


def _outlive_not(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os._exit(1)


def _context() -> multiprocessing.context.BaseContext:
    """Where forking is safe it saves every worker a second of imports."""
    return multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")


@contextmanager
def _no_stragglers(pool: ProcessPoolExecutor) -> Iterator[None]:
    """Whoever stops waiting leaves no work behind."""
    try:
        yield
    except BaseException:
        workers = list((pool._processes or {}).values())
        pool.shutdown(wait=False, cancel_futures=True)
        for worker in workers:
            worker.terminate()
        raise


@contextmanager
def _any_hash_seed() -> Iterator[None]:
    """A seed that the caller's environment fixes would be everybody's."""
    before = os.environ.pop("PYTHONHASHSEED", None)
    try:
        yield
    finally:
        if before is not None:
            os.environ["PYTHONHASHSEED"] = before
