"""Listed tools of MCP servers become jobs, or are refused with all that is missing (docs/mcp.md)."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, Literal

from wavoice.runtime.actions import Job, ReadsFor
from wavoice.runtime.author.declared import RESTORE, Declared, problems
from wavoice.runtime.author.mcp_effects import ToolWrites
from wavoice.runtime.author.mcp_tool import ABOUT_THE_CUSTOMER, ASKED, FIRST, QUESTION, SEEN, Desk, Tool
from wavoice.runtime.author.prepare import job_of, say
from wavoice.runtime.author.slots import Kind, Slot, Spec, specs_of
from wavoice.runtime.author.templates import wrong_with, wrong_with_question
from wavoice.runtime.errors import ConfigError
from wavoice.runtime.mcp.calls import NoTools
from wavoice.runtime.mcp.fill import names_in as argument_names
from wavoice.runtime.mcp.rules import pinned_hints, tier_of
from wavoice.runtime.model import Facts, Money, Order, Proposal, Tier
from wavoice.runtime.settings_mcp import McpServer, McpSlot, McpTool

_KINDS: Mapping[str, Any] = {"order": Order, "day": date, "money": Money, "number": int, "text": str}
_RESERVED = frozenset({*ABOUT_THE_CUSTOMER, QUESTION, ASKED, FIRST, SEEN, "facts", "today", "key", "payee"})
NOBODY = Desk(NoTools())


def mcp_jobs(servers: Mapping[str, McpServer], desk: Desk = NOBODY) -> tuple[Job, ...]:
    """The jobs of all listed tools. Raises `ConfigError` with everything that is missing or wrong."""
    jobs: list[Job] = []
    found: list[str] = []
    for name, server in servers.items():
        for tool, listed in server.tools.items():
            where = f"wavoice.toml: mcp.{name}.tools.{tool}"
            if listed.job is None:
                found += [f"{where}: {one}." for one in _helper(listed)]
                continue
            declared, wrong = _declared(_Entry(where, name, server, tool, listed), desk)
            wrong = [*_pinned(listed)] or wrong  # what it is decides what it lacks
            found += [f"{where}: {one}." for one in wrong]
            if not wrong:
                jobs.append(_job(declared, listed))
    if found:
        raise ConfigError("\n".join(found))
    return tuple(jobs)


@dataclass(frozen=True, slots=True)
class _Entry:
    """One listed tool with its surroundings."""

    where: str
    name: str
    server: McpServer
    tool: str
    listed: McpTool

    @property
    def tier(self) -> Tier:
        """The higher of what is configured and what the server's own word asks for."""
        return tier_of(self.listed.tier, pinned_hints(self.listed), trusted=self.server.trusted)


def _helper(listed: McpTool) -> Iterator[str]:
    yield from _pinned(listed)
    unused = {*listed.model_fields_set} - {"hash", "hints"}
    if unused:
        yield f"{', '.join(sorted(unused))} without job: name the job, or leave them out"


def _pinned(listed: McpTool) -> Iterator[str]:
    if listed.hash is None:
        yield "hash is missing: look at the tool, then run wavoice mcp pin, which writes hash and hints"


def _declared(entry: _Entry, desk: Desk) -> tuple[Declared, list[str]]:
    listed = entry.listed
    run, wrong = _function(listed)
    specs, more = specs_of(run, {"facts": Facts}) if not wrong else ([], [])
    tool = Tool(entry.name, entry.tool, listed, tuple(specs), desk)
    run.__dict__["prepare"] = tool.prepare
    writes = listed.answer is None
    work = ToolWrites(tool)
    declared = Declared(
        function=run,
        specs=tuple(specs),
        asks=listed.asks,
        tier=entry.tier,
        can=listed.can,
        read_back=listed.read_back,
        done=listed.done,
        still=listed.still,
        compensation=listed.compensation,
        reads={},
        permit=None,
        shows=tuple(listed.before.fields) if listed.before and writes else (),
        commit=work.commit if writes else None,
        look_up=None,
        sensitive=False,
        verify=work.verify if writes else None,
        reads_for=ReadsFor(tool.key, tool.read, tool.sample),
        stands_at=entry.where,
    )
    return declared, [*wrong, *more, *_problems(entry, declared)]


def _function(listed: McpTool) -> tuple[Any, list[str]]:
    """A function with the slots as its parameters, as an author would have written it."""
    hints: dict[str, Any] = {}
    wrong = []
    for name, slot in listed.slots.items():
        if not name.isidentifier() or name in _RESERVED:
            wrong.append(f"slots.{name}: that is no name of a slot, or one that is taken")
        elif slot.kind == "choice" and not slot.choices:
            wrong.append(f"slots.{name}: a choice has choices")
        elif slot.kind != "order" and not slot.ask:
            wrong.append(f"slots.{name}: ask is missing, what is asked where nobody said it")
        else:
            hints[name] = Annotated[_hint(slot), Slot(slot.ask, slot.choices, slot.currency)]

    def run(**given: Any) -> Any:
        return run.__dict__["prepare"](given)

    parameters = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in (*hints, "facts")]
    run.__name__ = listed.job or ""
    run.__annotations__ = hints
    run.__dict__["__signature__"] = inspect.Signature(parameters)
    return run, wrong


def _hint(slot: McpSlot) -> Any:
    choice: Any = Literal
    return choice[tuple(slot.choices)] if slot.kind == "choice" else _KINDS[slot.kind]


# --- what is missing or wrong ---------------------------------------------------------------------


def _problems(entry: _Entry, declared: Declared) -> Iterator[str]:
    listed = entry.listed
    if listed.answer is None and entry.tier == Tier.R0:
        yield 'answer is missing: what is said of what was read, as in answer = "Order {order} is {status}."'
    elif listed.answer is not None and entry.tier != Tier.R0:
        yield (
            f'answer belongs to R0, and this tool is {entry.tier}: R0 is a tool with tier = "R0" that a'
            " trusted server calls read-only"
        )
    else:
        yield from problems(declared)
        yield from _reading(entry) if listed.answer is not None else _writing(entry, declared)
    yield from _arguments(entry, declared)


def _reading(entry: _Entry) -> Iterator[str]:
    listed = entry.listed
    known = frozenset({*listed.slots, *listed.fields})
    yield from wrong_with("answer", listed.answer or "", known)
    for name in ("before", "verify", "idempotency", "elicitation", "payee", "max_amount"):
        if getattr(listed, name):
            yield f"{name} belongs to a job that writes"


def _writing(entry: _Entry, declared: Declared) -> Iterator[str]:
    listed, verify = entry.listed, entry.listed.verify
    if listed.compensation == RESTORE:
        yield 'compensation: a tool has no values from before; name a job, or "impossible"'
    if verify is None:
        yield "verify is missing: a tool that reads only, and tells what became of a call without an answer"
    if listed.idempotency is None:
        yield 'idempotency is missing: "argument", "marker" or "none"'
    keyed = "key" in {*argument_names(listed.arguments)}
    found = verify is not None and "key" in {*argument_names([verify.arguments, verify.match])}
    if listed.idempotency in ("argument", "marker") and not keyed:
        yield f'idempotency = "{listed.idempotency}" needs an argument that holds {{key}}'
    if listed.idempotency == "marker" and verify is not None and not found:
        yield 'idempotency = "marker": verify has to look for {key}'
    if listed.idempotency == "none" and keyed:
        yield 'idempotency = "none", and an argument holds {key}'
    if listed.fields:
        yield "fields belong to R0; a job that writes has before.fields"
    for helper in (listed.before, verify):
        if helper is not None:
            yield from _reads_only(entry, helper.tool)
    yield from _money(entry, declared)
    yield from _elicitation(declared, listed)


def _reads_only(entry: _Entry, name: str) -> Iterator[str]:
    other = entry.server.tools.get(name)
    if other is None:
        near = difflib.get_close_matches(name, entry.server.tools, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        yield f"{name} is asked, and is not listed: [mcp.{entry.name}.tools.{name}]{hint}"
    elif tier_of("R0", pinned_hints(other), trusted=entry.server.trusted) != Tier.R0:
        yield (
            f"{name} is asked without a yes, and is not known to read only: its server is to be trusted"
            " and to call it read-only"
        )


def _money(entry: _Entry, declared: Declared) -> Iterator[str]:
    listed = entry.listed
    if not any(spec.kind is Kind.MONEY for spec in declared.specs):
        return
    if listed.tier != Tier.R3:
        yield 'what moves money says so itself: tier = "R3"'
    if not listed.max_amount:
        yield "max_amount is missing: the most of one call, as in max_amount = { INR = 50000 }"
    known = {"order", *(listed.before.fields if listed.before else ())}
    if listed.payee not in known:
        yield f"payee is missing: where the money goes, one of {', '.join(sorted(known))}"
    if listed.payee == "order" and not any(spec.kind is Kind.ORDER for spec in declared.specs):
        yield 'payee = "order", and no slot is an order'


def _elicitation(declared: Declared, listed: McpTool) -> Iterator[str]:
    if listed.elicitation is None:
        return
    if "en" not in listed.elicitation.read_back:
        yield "elicitation.read_back is missing in English"
    pays = {"payee"} if any(spec.kind is Kind.MONEY for spec in declared.specs) else set[str]()
    must = frozenset({QUESTION, *pays, *(spec.name for spec in declared.specs)})
    for language, template in listed.elicitation.read_back.items():
        yield from wrong_with(f"elicitation in {language}", template, declared.named | {QUESTION})
        yield from wrong_with_question(language, template, must)


def _arguments(entry: _Entry, declared: Declared) -> Iterator[str]:
    listed = entry.listed
    said = {*(spec.name for spec in declared.specs), *ABOUT_THE_CUSTOMER}
    if any(spec.kind is Kind.MONEY for spec in declared.specs):
        said |= {"currency", "amount_major"}
    later = said | {"key", *declared.shows} if listed.answer is None else said
    before, verify = listed.before, listed.verify
    for what, template, known in (
        ("arguments", listed.arguments, later),
        ("before.arguments", before.arguments if before else {}, said),
        ("verify.arguments", verify.arguments if verify else {}, later),
        ("verify.match", verify.match if verify else {}, later),
    ):
        for name in sorted({*argument_names(template)} - known):
            yield f"{what} speaks of {{{name}}}, and there is {', '.join(sorted(known))}"
    for name in declared.shows:
        if not name.isidentifier() or name in _RESERVED | {spec.name for spec in declared.specs}:
            yield f"before.fields.{name}: that is no name, or one that is taken"


# --- the job --------------------------------------------------------------------------------------


def _job(declared: Declared, listed: McpTool) -> Job:
    job = job_of(declared)
    if job.words is None or listed.elicitation is None or job.own is None:
        return job
    asks = listed.elicitation.read_back
    first, first_in = job.words.question, job.own.question_in

    def question(proposal: Proposal) -> str:
        return _asked(asks["en"], declared.specs, proposal, "en") or first(proposal)

    def question_in(proposal: Proposal, language: str) -> str | None:
        if QUESTION not in proposal.args:
            return first_in(proposal, language) if first_in else None
        template = asks.get(language)
        return None if template is None else _asked(template, declared.specs, proposal, language)

    own = replace(job.own, question_in=question_in)
    return replace(job, words=replace(job.words, question=question), own=own)


def _asked(template: str, specs: tuple[Spec, ...], proposal: Proposal, language: str) -> str | None:
    """The question of the server, if the proposal is about one."""
    if QUESTION not in proposal.args:
        return None
    return say(specs, template, proposal, language)
