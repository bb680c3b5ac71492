"""What an author has declared of a job, and what is wrong with it."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wavoice.runtime.actions import Fact, ReadsFor
from wavoice.runtime.author.slots import GIVEN, Kind, Spec
from wavoice.runtime.author.templates import names_in, wrong_with, wrong_with_question
from wavoice.runtime.interpret.own import FILLERS, ORDERS
from wavoice.runtime.lexicon import words_of
from wavoice.runtime.model import Effect, Tier, WriteResult

Commit = Callable[[Effect], Awaitable[WriteResult]]
LookUp = Callable[[str], Awaitable[WriteResult | None]]
Verify = Callable[[Effect], Awaitable[WriteResult | None]]

IMPOSSIBLE = "impossible"
"""Compensation of what nothing undoes: who wants it back is handed to a person."""
RESTORE = "restore"
"""Compensation by the same job with the values from before (`Change.before`)."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A job as it was declared; `tier`, `done` and the like may be missing."""

    function: Callable[..., object]
    specs: tuple[Spec, ...]
    asks: tuple[str, ...]
    tier: str | None
    can: str
    read_back: Mapping[str, str]
    done: str | None
    still: str | None
    compensation: str | None
    reads: Mapping[str, Fact]
    permit: Callable[..., str | None] | None
    shows: tuple[str, ...]
    commit: Commit | None
    look_up: LookUp | None
    sensitive: bool
    verify: Verify | None = None
    reads_for: ReadsFor | None = None
    stands_at: str = ""
    """Where it was declared, if not by its function."""

    @property
    def name(self) -> str:
        """Of the function, and so of the job."""
        return self.function.__name__

    @property
    def where(self) -> str:
        """File and line of the function."""
        if self.stands_at:
            return self.stands_at
        code: Any = getattr(self.function, "__code__", None)
        return f"{code.co_filename}:{code.co_firstlineno}" if code else "?"

    @property
    def writes(self) -> bool:
        """It changes something: by its tier, or by anything that only a writing job has."""
        if self.tier is not None:
            return self.tier != Tier.R0
        return bool(self.read_back or self.done or self.still or self.commit or self.compensation)

    @property
    def named(self) -> frozenset[str]:
        """What its sentences may speak of."""
        pays = {"payee", "amount"} if self.tier == Tier.R3 else set()
        return frozenset({*(spec.name for spec in self.specs), *self.shows, *pays})


def problems(of: Declared) -> Iterator[str]:
    """All that is missing or wrong, one sentence each."""
    if of.tier not in (None, *Tier):
        yield f"tier is {of.tier!r}; it is one of {', '.join(Tier)}"
    if of.tier is None:
        yield 'tier is missing: "R0" reads, "R1" is cheap and reversible, "R2" is not, "R3" pays or is final'
    if not of.can:
        yield 'what it does is missing: a docstring, or can="wrap an order as a gift"'
    if inspect.iscoroutinefunction(of.function):
        yield "the function is async; it only prepares, and what it needs is read by `reads`"
    yield from _asking(of)
    yield from _facts(of)
    yield from _writing(of) if of.writes else _reading(of)


def _asking(of: Declared) -> Iterator[str]:
    if not of.asks:
        yield "asks is empty: give at least one sentence in which customers ask for it"
    texts = {spec.name for spec in of.specs if spec.kind is Kind.TEXT}
    for saying in of.asks:
        yield from wrong_with(f"asks {saying!r}", saying, frozenset(spec.name for spec in of.specs))
        if not {*words_of_meaning(saying)} - ORDERS:
            yield f"asks {saying!r} has no word of its own"
        try:
            inside = [name for name in names_in(saying) if name in texts]
        except ValueError:
            continue
        if inside and not saying.rstrip(" .!?").endswith(f"{{{inside[0]}}}"):
            yield f"asks {saying!r}: a free text is the rest of what is said, and stands at its end"


def words_of_meaning(saying: str) -> tuple[str, ...]:
    """The words of a saying that are looked for: no placeholders, no numbers, nothing that anybody says."""
    fixed = "".join(part if not number % 2 else " " for number, part in enumerate(_parts(saying)))
    return tuple(word for word in words_of(fixed) if word not in FILLERS and not word.isdecimal())


def _parts(saying: str) -> Iterator[str]:
    for part in saying.split("{"):
        before, brace, after = part.partition("}")
        if brace:
            yield before
            yield after
        else:
            yield part


def _facts(of: Declared) -> Iterator[str]:
    for name, fact in of.reads.items():
        if not name.isidentifier() or name in GIVEN:
            yield f"reads {name!r}: that is no name of a parameter, or one that is taken"
        read = getattr(fact, "read", None)
        if read is None:
            yield f"reads {name!r}: write Fact(read=…, sample=…)"
        elif not inspect.iscoroutinefunction(read):
            yield f"reads {name!r}: its function is not async"
    if of.permit is not None:
        known = {*GIVEN, *of.reads, *(spec.name for spec in of.specs)}
        for name in inspect.signature(of.permit).parameters:
            if name not in known:
                yield f"permit wants {name!r}, and there is {', '.join(sorted(known))}"


def _reading(of: Declared) -> Iterator[str]:
    """A job that only reads has nothing to confirm."""
    for name in ("read_back", "done", "still", "compensation", "commit", "look_up", "shows"):
        if getattr(of, name):
            yield f"{name} belongs to a job that writes, and R0 only reads"


def _writing(of: Declared) -> Iterator[str]:
    if "en" not in of.read_back:
        yield "read_back is missing: what the customer is asked, with every value in it, in English at least"
    must = frozenset(spec.name for spec in of.specs) | frozenset(of.shows)
    for language, template in of.read_back.items():
        yield from wrong_with(f"read_back in {language}", template, of.named)
        yield from wrong_with_question(language, template, must)
    for name, meant in (("done", "what is said when it is done"), ("still", "what stays if it is not done")):
        sentence = getattr(of, name)
        if sentence is None:
            yield f"{name} is missing: {meant}, as half a sentence"
        else:
            yield from wrong_with(name, sentence, of.named)
    if of.compensation is None:
        yield (
            "compensation is missing: RESTORE (the same job with the values from before), the name of the job"
            " that undoes it, or IMPOSSIBLE"
        )
    yield from _systems(of)
    money = [spec.name for spec in of.specs if spec.kind is Kind.MONEY]
    if money and of.tier in (Tier.R1, Tier.R2):
        yield f"{money[0]} is money, and what moves money is R3"
    for spec in of.specs:
        if spec.default is None:
            yield f"{spec.name} may be absent; what is written is known and read back, or not a slot"


def _systems(of: Declared) -> Iterator[str]:
    if of.commit is not None and of.look_up is None and of.verify is None:
        yield "look_up is missing: an answer that never came is looked up by its key, never repeated blindly"
    if of.look_up is not None and of.commit is None:
        yield "look_up without commit: the shop carries it out, and is asked itself"
    for name in ("commit", "look_up"):
        function = getattr(of, name)
        if function is not None and not inspect.iscoroutinefunction(function):
            yield f"{name} is not async"
