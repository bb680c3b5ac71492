"""A declared job as the runtime carries it out."""

from __future__ import annotations

import hashlib
import inspect
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pydantic_core import PydanticSerializationError, to_json

from wavoice.runtime.actions import Answer, Ask, Failed, Job, Offer, Own, Prepared, Refuse, Words
from wavoice.runtime.author.declared import IMPOSSIBLE, RESTORE, Declared, words_of_meaning
from wavoice.runtime.author.slots import Kind, Spec, canonical
from wavoice.runtime.author.templates import fill, names_in
from wavoice.runtime.errors import ConfigError
from wavoice.runtime.model import Facts, Money, Order, Proposal, Tier
from wavoice.runtime.vocabulary import OwnJob, OwnSlot, Saying


@dataclass(frozen=True, slots=True)
class Change:
    """What a writing job's function answers where nothing is in the way: a yes would do it."""

    before: Mapping[str, str] = field(default_factory=dict)
    """The arguments as they stand now, canonical (days as ISO dates): what RESTORE brings back."""
    shows: Mapping[str, str] = field(default_factory=dict)
    """Further values that are read back, bound and written, by the names that the job declared."""
    money: Money | None = None
    """What it pays out; the slot `amount`, if there is one and this is not said."""
    payee: str | None = None
    """Where to, e.g. `visa 4242`."""
    binds: Mapping[str, str] = field(default_factory=dict)
    """Further values that are bound and written, and nothing that a customer needs to hear."""
    version: str = ""
    """Of what it was prepared from, where no order is among it; absent: made of all facts."""


def job_of(declared: Declared) -> Job:
    """The job; `declared` has no problems."""
    one = _OwnJob(declared)
    writes = declared.writes
    return Job(
        name=declared.name,
        tier=Tier(declared.tier or Tier.R0),
        prepare=one.prepare,
        words=one.words() if writes else None,
        way_back=writes and declared.compensation != IMPOSSIBLE,
        undo=_undo(declared),
        can=declared.can,
        sensitive=declared.sensitive,
        pays=declared.tier == Tier.R3,
        asked=_asked(declared),
        own=Own(
            where=declared.where,
            asks=declared.asks,
            slots=tuple((spec.name, str(spec.kind)) for spec in declared.specs),
            read_back=declared.read_back,
            reads=declared.reads,
            commit=declared.commit,
            look_up=declared.look_up,
            verify=declared.verify,
            reads_for=declared.reads_for,
            question_in=one.question_in,
        ),
    )


def _undo(declared: Declared) -> str:
    back = declared.compensation or ""
    return "" if back in (IMPOSSIBLE, RESTORE) else back


def _asked(declared: Declared) -> OwnJob:
    texts = {spec.name for spec in declared.specs if spec.kind is Kind.TEXT}
    slots: list[OwnSlot] = [own for spec in declared.specs if (own := spec.own) is not None]
    return OwnJob(
        declared.name,
        tuple(
            Saying(words_of_meaning(saying), next((name for name in names_in(saying) if name in texts), None))
            for saying in declared.asks
        ),
        tuple(slots),
    )


@dataclass(frozen=True, slots=True)
class _OwnJob:
    """The functions that a `Job` is made of."""

    of: Declared

    def prepare(self, slots: Mapping[str, str], facts: Facts, today: date) -> Prepared:
        """See `Job.prepare`. What fails is the author's own code: it is noted, and a person takes over."""
        try:
            return self._prepare(slots, facts, today)
        except Exception as error:  # noqa: BLE001 -- somebody else's code; its words may quote the customer
            return Failed(_place(error, self.of.where))

    def _prepare(self, slots: Mapping[str, str], facts: Facts, today: date) -> Prepared:
        values: dict[str, object] = {}
        for spec in self.of.specs:
            value = spec.value(slots, facts)
            if isinstance(value, Ask | Refuse):
                return value
            values[spec.name] = value
        given = {**values, **facts.own, "facts": facts, "today": today, "customer": facts.identity.customer}
        if self.of.permit is not None and (why := _call(self.of.permit, given)) is not None:
            return Refuse(str(why))
        return self._prepared(_call(self.of.function, given), values, facts)

    def _prepared(self, told: object, values: Mapping[str, object], facts: Facts) -> Prepared:
        match told:
            case Ask() | Refuse():
                return told
            case str() if not self.of.writes:
                return Answer(told)
            case Answer() if not self.of.writes:
                return told
            case Change() if self.of.writes:
                return self._offer(told, values, facts)
        wanted = "Change, Ask or Refuse" if self.of.writes else "a str, Ask or Refuse"
        raise ConfigError(
            f"{self.of.where}: {self.of.name} answered {type(told).__name__}, and not {wanted}."
        )

    def _offer(self, change: Change, values: Mapping[str, object], facts: Facts) -> Offer:
        if set(change.shows) != set(self.of.shows):
            raise ConfigError(f"{self.of.where}: {self.of.name} does not answer with what `shows` names.")
        order = next((value for value in values.values() if isinstance(value, Order)), None)
        said = next((value for value in values.values() if isinstance(value, Money)), None)
        money = change.money or said
        args = dict(pair for spec in self.of.specs for pair in canonical(spec, values[spec.name]))
        args |= {name: str(value) for name, value in {**change.binds, **change.shows}.items()}
        if order is None and facts.identity.customer is not None:
            args["customer"] = facts.identity.customer.id
        if money is not None:
            self._must_pay_aloud(change)
            args |= {"amount": str(money.minor), "currency": money.currency, "payee": change.payee or ""}
        return Offer(
            order=order,
            args=args,
            before={**({"order": order.id} if order else {}), **change.before},
            money=money,
            payee=change.payee,
            version="" if order is not None else change.version or _version(facts),
        )

    def _must_pay_aloud(self, change: Change) -> None:
        """Who pays out says how much and where to, in the question itself."""
        spoken = all({"amount", "payee"} <= {*names_in(one)} for one in self.of.read_back.values())
        if self.of.tier != Tier.R3 or not change.payee or not spoken:
            raise ConfigError(
                f"{self.of.where}: {self.of.name} pays money out: it needs tier R3, a payee, and a read_back"
                " with {amount} and {payee}."
            )

    def words(self) -> Words:
        """How it speaks of a proposal."""
        of = self.of
        still, done = of.still or "", of.done or ""
        return Words(
            question=lambda p: self._say(of.read_back["en"], p),
            still=lambda p: self._say(still, p),
            done=lambda p: f"Done: {self._say(done, p)}.",
            already=lambda p: f"That is done already: {self._say(done, p)}.",
        )

    def question_in(self, proposal: Proposal, language: str) -> str | None:
        """See `Own.question_in`."""
        template = self.of.read_back.get(language)
        return None if template is None else self._say(template, proposal, language)

    def _say(self, template: str, proposal: Proposal, language: str = "en") -> str:
        return say(self.of.specs, template, proposal, language)


def say(specs: Iterable[Spec], template: str, proposal: Proposal, language: str = "en") -> str:
    """The sentence with what the proposal binds, as it is said in that language.

    A slot that an older version of the job did not bind is said as nothing.
    """
    said: dict[str, object] = dict(proposal.args)
    for spec in specs:
        said[spec.name] = _shown(spec, proposal.args)
    if proposal.money is not None:
        said |= {"amount": proposal.money, "payee": proposal.payee or ""}
    return fill(template, said, language)


def _shown(spec: Spec, args: Mapping[str, str]) -> object:
    """The value as it is said; of an older version of the job it may be missing."""
    text = args.get(spec.name, "")
    match spec.kind:
        case Kind.DAY if text:
            return date.fromisoformat(text)
        case Kind.MONEY if text:
            return Money(int(text), args.get("currency", ""))
        case Kind.CHOICE:
            return text.replace("_", " ")
        case _:
            return text


def _call(function: Callable[..., Any], given: Mapping[str, object]) -> Any:
    return function(**{name: given[name] for name in inspect.signature(function).parameters})


def _place(error: Exception, where: str) -> str:
    if isinstance(error, ConfigError):
        return error.message
    file = where.rpartition(":")[0]
    lines = [line for line in traceback.extract_tb(error.__traceback__) if line.filename == file]
    at = f"{Path(file).name}:{lines[-1].lineno}" if lines else where
    return f"{type(error).__name__} at {at}"


def _version(facts: Facts) -> str:
    """Of facts without an order: another one as soon as any of them is another."""
    customer = facts.identity.customer
    try:
        own = {name: one for name, one in facts.own.items() if name.isidentifier()}  # no other job's tools
        told = to_json({"customer": customer.id if customer else None, **own})
    except PydanticSerializationError:
        raise ConfigError(
            "A fact is no plain data: text, numbers, dates, lists, tables, dataclasses."
        ) from None
    return f"facts:{hashlib.sha256(told).hexdigest()[:32]}"
