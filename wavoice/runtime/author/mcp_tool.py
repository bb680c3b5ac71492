"""A listed tool at work: what it reads, what it prepares, how it is carried out and looked up.

An answer of a server is data. What of it is said, stands in the template by name; what of it is compared,
is compared as text; nothing else of it leaves this file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import rfc8785

from wavoice.runtime.actions import Ask, Refuse
from wavoice.runtime.author.prepare import Change
from wavoice.runtime.author.slots import Kind, Spec, canonical
from wavoice.runtime.author.templates import fill
from wavoice.runtime.errors import ToolError
from wavoice.runtime.mcp.calls import Call, Questions, Told, ToolQuestion, Tools
from wavoice.runtime.mcp.fill import filled, names_in
from wavoice.runtime.mcp.plain import field_of, value
from wavoice.runtime.model import Facts, Micros, Money, Order
from wavoice.runtime.replies import english
from wavoice.runtime.settings_mcp import McpField, McpTool

ABOUT_THE_CUSTOMER = ("customer", "phone")
"""Names that arguments may use besides slots and fields: bound like these, and not read back."""
QUESTION, ASKED, FIRST, SEEN = "question", "asked", "first", "seen"
"""Bound as well: the words of a server's question, its row, the key of the write that it asked about, and the
version of the record."""


@dataclass(frozen=True, slots=True)
class Read:
    """What was read for these values."""

    args: Mapping[str, str]
    fields: Mapping[str, str | None]
    version: str | None = None
    allowed: bool = True
    found: bool = True
    asked: Mapping[str, str] = field(default_factory=dict)
    """What a question of the server binds, if one waits."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What a tool works with."""

    tools: Tools
    questions: Questions | None = None
    """None: a question of a server is a person's to answer."""
    now: Callable[[], Micros] = lambda: 0
    new: Callable[[str], str] = lambda prefix: prefix
    """Makes ids."""
    fits: Callable[[Any, Mapping[str, Any]], bool] = lambda _value, _schema: False
    """A value fits a JSON schema."""


@dataclass(frozen=True, slots=True)
class Tool:
    """One job of a server's tool."""

    server: str
    tool: str
    of: McpTool
    specs: tuple[Spec, ...]
    desk: Desk

    @property
    def key(self) -> str:
        """Under which `Facts.own` holds what was read."""
        return f"mcp:{self.of.job}"

    @property
    def binds(self) -> tuple[str, ...]:
        """Who it is, always: nobody else's question is theirs; and what the arguments use besides."""
        verify = (self.of.verify.arguments, self.of.verify.match) if self.of.verify else ()
        used = {*names_in([self.of.arguments, self.of.before.arguments if self.of.before else {}, *verify])}
        return tuple(name for name in ABOUT_THE_CUSTOMER if name == "customer" or name in used)

    # --- reading --------------------------------------------------------------------------------

    async def read(self, slots: Mapping[str, str], facts: Facts) -> Read | None:
        """See `ReadsFor.read`. Raises `ToolError`."""
        args = self.args(slots, facts)
        if args is None:
            return None
        question = await self._waiting(args)
        asked = _asks(question) if question else {}
        call = self._reading(args)
        if call is None:
            return Read(args, {}, asked=asked)
        told = await self.desk.tools.call(call)
        if not isinstance(told, Told):
            raise ToolError(f"{call.server}.{call.tool}: a reading asks nothing.", sent=False)
        before = self.of.before
        return Read(
            args,
            {name: field_of(told.data, field.path) for name, field in self._fields().items()},
            version=value(told.data, before.version) if before and before.version else None,
            allowed=_allowed(told.data, before.only_if if before else {}),
            found=not told.failed,
            asked=asked,
        )

    def sample(self, slots: Mapping[str, str], facts: Facts) -> Read | None:
        """See `ReadsFor.sample`."""
        args = self.args(slots, facts)
        fields = self._fields()
        return None if args is None else Read(args, {name: one.sample for name, one in fields.items()})

    def _fields(self) -> Mapping[str, McpField]:
        if self.of.answer is not None:
            return self.of.fields
        return self.of.before.fields if self.of.before else {}

    def _reading(self, args: Mapping[str, str]) -> Call | None:
        before, values = self.of.before, self.typed(args)
        if self.of.answer is not None:
            return Call(self.server, self.tool, filled(self.of.arguments, values))
        return Call(self.server, before.tool, filled(before.arguments, values)) if before else None

    async def _waiting(self, args: Mapping[str, str]) -> ToolQuestion | None:
        if self.of.elicitation is None or self.desk.questions is None:
            return None
        return await self.desk.questions.waiting(self.of.job or "", self.subject(args))

    # --- preparing ------------------------------------------------------------------------------

    def args(self, slots: Mapping[str, str], facts: Facts) -> Mapping[str, str] | None:
        """All values as they are bound; None while one lacks."""
        found: dict[str, object] = {}
        for spec in self.specs:
            one = spec.value(slots, facts)
            if isinstance(one, Ask | Refuse):
                return None
            found[spec.name] = one
        return self._bound(found, facts)

    def _bound(self, given: Mapping[str, object], facts: Facts) -> Mapping[str, str]:
        pairs = (pair for spec in self.specs for pair in canonical(spec, given[spec.name]))
        return {**dict(pairs), **self._customer(facts)}

    def _customer(self, facts: Facts) -> Mapping[str, str]:
        customer = facts.identity.customer
        known = {"customer": customer.id, "phone": customer.phone} if customer else {}
        return {name: known[name] for name in self.binds if name in known}

    def prepare(self, given: Mapping[str, Any]) -> str | Change | Refuse:
        """The function of the job: values, and `facts`."""
        facts: Facts = given["facts"]
        tools = {self.tool, *((self.of.before.tool,) if self.of.before else ())}
        if any(self.desk.tools.is_off(self.server, name) for name in tools):
            return Refuse(english.NOT_OFFERED)
        args = self._bound(given, facts)
        read = next((one for one in _all(facts, self.key) if dict(one.args) == args), None)
        if read is None:
            return Refuse(english.SYSTEM_DOWN)
        if not read.found or None in read.fields.values():
            return Refuse(english.NOT_FOUND_THERE)
        if not read.allowed:
            return Refuse(english.NOT_AS_IT_IS)
        shown = {name: text for name, text in read.fields.items() if text is not None}
        if self.of.answer is not None:
            heard = {spec.name: given[spec.name] for spec in self.specs}
            return fill(self.of.answer, {**heard, **shown})
        return self._change(given, args, read, shown)

    def _change(
        self, given: Mapping[str, Any], args: Mapping[str, str], read: Read, shown: Mapping[str, str]
    ) -> Change | Refuse:
        money = next((one for one in given.values() if isinstance(one, Money)), None)
        payee = self._payee(given, shown) if money is not None else None
        if money is not None and payee is None:
            return Refuse(english.NOT_AS_IT_IS)
        if money is not None and money.minor > self.of.max_amount.get(money.currency, 0):
            most = self.of.max_amount.get(money.currency)
            return Refuse(english.at_most(Money(most, money.currency)) if most else english.NOT_IN_THAT_MONEY)
        binds = {**self._customer(given["facts"]), **read.asked}
        if read.version is not None:
            binds[SEEN] = read.version
        bound = {**args, **shown, **binds}
        return Change(shows=shown, payee=payee, binds=binds, version=f"facts:{_digest(bound)[:32]}")

    def _payee(self, given: Mapping[str, Any], shown: Mapping[str, str]) -> str | None:
        if self.of.payee != "order":
            return shown.get(self.of.payee or "")
        order = next((one for one in given.values() if isinstance(one, Order)), None)
        return order.payment.payee if order is not None and order.payment is not None else None

    # --- values of arguments --------------------------------------------------------------------

    def typed(self, args: Mapping[str, str], key: str | None = None) -> Mapping[str, object]:
        """What templates of arguments may name."""
        values: dict[str, object] = dict(args)
        for spec in self.specs:
            if spec.kind is Kind.NUMBER and spec.name in args:
                values[spec.name] = int(args[spec.name])
            elif spec.kind is Kind.MONEY and spec.name in args:
                values[spec.name] = int(args[spec.name])
                values["amount_major"] = _major(int(args[spec.name]), args.get("currency", ""))
            elif spec.kind is Kind.DAY and spec.name in args:
                values[spec.name] = date.fromisoformat(args[spec.name]).isoformat()
        return values if key is None else {**values, "key": key}

    def subject(self, args: Mapping[str, str]) -> str:
        """What it is about: the values that the customer said, and who they are."""
        names = {*(spec.name for spec in self.specs), "currency", *self.binds}
        return _digest({name: text for name, text in args.items() if name in names})


def _asks(question: ToolQuestion) -> Mapping[str, str]:
    return {QUESTION: question.question, ASKED: question.id, FIRST: question.key}


def _all(facts: Facts, key: str) -> tuple[Read, ...]:
    found = facts.own.get(key, ())
    return tuple(one for one in found if isinstance(one, Read)) if isinstance(found, tuple) else ()


def _allowed(data: Any, only_if: Mapping[str, tuple[str, ...]]) -> bool:
    return all(value(data, path) in values for path, values in only_if.items())


def _digest(bound: Mapping[str, str]) -> str:
    return hashlib.sha256(rfc8785.dumps(dict(bound))).hexdigest()


def _major(minor: int, currency: str) -> str:
    from babel.numbers import get_currency_precision  # noqa: PLC0415 -- for money alone

    digits = get_currency_precision(currency)
    whole, rest = divmod(minor, 10**digits)
    return f"{whole}.{rest:0{digits}d}" if digits else str(whole)
