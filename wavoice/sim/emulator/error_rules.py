"""Errors of WhatsApp by rule: this code for the next sends, every so many, for this user; never random.

For "any code of the error reference, on demand", which no test number offers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypedDict, Unpack

from pydantic import BaseModel, Field

from wavoice.runtime.errors import UserInputError
from wavoice.sim.emulator.error_codes import CODES
from wavoice.sim.emulator.graph_errors import GraphError
from wavoice.sim.emulator.wire import Person

When = Literal["next", "every"]
Mode = Literal["sync", "async"]

_HTTP_500 = 131000
"""What a plain HTTP 500 of Graph carries."""


class RuleKeys(TypedDict, total=False):
    """What a rule may say beside its code."""

    when: When
    """`next` (default): the next `n` sends that fit. `every`: each `n`-th that fits."""
    n: int
    """1 unless set."""
    times: int | None
    """Of `every`: how often it strikes; None (default): until it is taken back."""
    user: str | None
    """Only sends to these digits or this BSUID."""
    kind: str | None
    """Only this `type` of message."""
    mode: Mode
    """`sync` (default): refused at once. `async`: accepted, and a `failed` status follows."""
    details: str | None
    """`error_data.details`; default: the title of the code."""
    subcode: int | None
    """`error_subcode`."""


class ErrorRule(BaseModel, defer_build=True):
    """When which error meets a send."""

    id: str
    """`e1`, `e2`, …"""
    code: int
    """Of Meta's error reference."""
    subcode: int | None = None
    """E.g. 463 beside 190: the token has expired."""
    details: str
    """`error_data.details`."""
    when: When = "next"
    """`next`: every send that fits, `times` times. `every`: only each `n`-th that fits."""
    n: int = Field(default=1, ge=1)
    """Of `every`: which one of those that fit."""
    times: int | None = Field(default=1, ge=1)
    """How often it strikes before it is used up; None: until it is taken back."""
    user: str | None = None
    """Only for this addressee: digits of the number, or the BSUID; None: for everybody."""
    kind: str | None = None
    """Only for this `type` of message, such as `text`; None: for all."""
    mode: Mode = "sync"
    """`sync`: refused at once. `async`: accepted, and a `failed` status follows."""
    fitted: int = 0
    """How many sends have fitted so far."""
    struck: int = 0
    """How often it has struck so far."""


class ErrorRulesState(BaseModel, defer_build=True):
    """All rules that are not used up, oldest first."""

    made: int = 0
    rules: list[ErrorRule] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Injected:
    """An error that a rule wants."""

    error: GraphError
    later: bool
    """As a `failed` status, after the send was accepted."""


class ErrorRules:
    """Rules in the order in which they were added; the first that wants to strike does."""

    def __init__(self) -> None:
        self.state = ErrorRulesState()

    def load(self, state: ErrorRulesState) -> None:
        """Take these over."""
        self.state = state

    def add(self, code: int, **how: Unpack[RuleKeys]) -> ErrorRule:
        """Let an error meet sends from now on, and return the rule.

        `code` 500 stands for Graph's plain HTTP 500 (131000). Raises `UserInputError` for a code that
        Meta's reference does not have, or a number below 1.
        """
        wire = _HTTP_500 if code == 500 else code
        if wire not in CODES:
            near = min(CODES, key=lambda known: abs(known - code))
            raise UserInputError(
                f"WhatsApp has no error {code}.", remedy=f"Did you mean {near}, {CODES[near].title!r}?"
            )
        when, n, times = how.get("when", "next"), how.get("n", 1), how.get("times")
        if n < 1 or (times is not None and times < 1):
            raise UserInputError("An error strikes at least once.", remedy="Give n and times of 1 or more.")
        self.state.made += 1
        user = how.get("user")
        rule = ErrorRule(
            id=f"e{self.state.made}",
            code=wire,
            subcode=how.get("subcode"),
            details=how.get("details") or f"{CODES[wire].title} (injected by rule)",
            when=when,
            n=n if when == "every" else 1,
            times=times if when == "every" else n * (times or 1),
            user=user.lstrip("+") if user else None,
            kind=how.get("kind"),
            mode=how.get("mode", "sync"),
        )
        self.state.rules.append(rule)
        return rule

    @property
    def rules(self) -> tuple[ErrorRule, ...]:
        """Those that still strike, oldest first."""
        return tuple(self.state.rules)

    def clear(self, rule: str | None = None) -> int:
        """Take one rule back, or all; return how many were there."""
        kept = [one for one in self.state.rules if rule is not None and one.id != rule]
        gone = len(self.state.rules) - len(kept)
        self.state.rules = kept
        return gone

    def next(self, person: Person, kind: str) -> Injected | None:
        """Return the error that meets a send of that type to that person; None if none does."""
        for rule in self.state.rules:
            if rule.kind not in (None, kind) or rule.user not in (None, person.phone, person.bsuid):
                continue
            rule.fitted += 1
            if rule.fitted % rule.n:
                continue
            rule.struck += 1
            if rule.times is not None and rule.struck >= rule.times:
                self.state.rules.remove(rule)
            return Injected(GraphError(rule.code, rule.details, subcode=rule.subcode), rule.mode == "async")
        return None
