"""`@job`: a typed function becomes a job of the bot, or is refused with all that is missing.

The function only prepares: it is handed what the customer said and what the records say, and answers what
comes next. It must be quick and without effects. Whatever is written is written after the gate's word, by
the shop or by the author's own `commit`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence

from wavoice.runtime.actions import Fact, Job
from wavoice.runtime.author.declared import Commit, Declared, LookUp, problems
from wavoice.runtime.author.prepare import job_of
from wavoice.runtime.author.slots import specs_of
from wavoice.runtime.errors import ConfigError


def job(  # noqa: PLR0913 -- each is a thing that a job declares; all are named
    *,
    asks: Sequence[str],
    tier: str | None = None,
    can: str | None = None,
    read_back: str | Mapping[str, str] | None = None,
    done: str | None = None,
    still: str | None = None,
    compensation: str | None = None,
    reads: Mapping[str, Fact] | None = None,
    permit: Callable[..., str | None] | None = None,
    shows: Sequence[str] = (),
    commit: Commit | None = None,
    look_up: LookUp | None = None,
    sensitive: bool = False,
) -> Callable[[Callable[..., object]], Job]:
    """Make a job of the function below. docs/jobs.md explains every word with examples.

    Raises `ConfigError` that names file, line and function, and everything that is missing or wrong.
    """

    def make(function: Callable[..., object]) -> Job:
        specs, wrong = specs_of(function, reads or {})
        declared = Declared(
            function=function,
            specs=tuple(specs),
            asks=tuple(asks),
            tier=tier,
            can=_can(function) if can is None else can,
            read_back={"en": read_back} if isinstance(read_back, str) else dict(read_back or {}),
            done=done,
            still=still,
            compensation=compensation,
            reads=dict(reads or {}),
            permit=permit,
            shows=tuple(shows),
            commit=commit,
            look_up=look_up,
            sensitive=sensitive,
        )
        if found := [*wrong, *problems(declared)]:
            raise ConfigError("\n".join(f"{declared.where}: {declared.name}: {one}." for one in found))
        return job_of(declared)

    return make


def _can(function: Callable[..., object]) -> str:
    """The first sentence of its docstring, as it goes on after "I can"."""
    first = (inspect.getdoc(function) or "").split("\n", 1)[0].strip().rstrip(".")
    return first[:1].lower() + first[1:]
