"""Writes by a tool: called once, after the gate's word; what was not answered is looked up, never repeated
unless its server promises to do it once per key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from wavoice.runtime.author.mcp_tool import ASKED, FIRST, Tool
from wavoice.runtime.errors import ToolError
from wavoice.runtime.mcp.calls import Asked, Call, Resumed, Told, ToolQuestion
from wavoice.runtime.mcp.fill import filled
from wavoice.runtime.mcp.plain import MOST_OF_A_QUESTION, at, reference, said, value
from wavoice.runtime.model import ASKS, NEEDS_A_PERSON, SECOND, Effect, Outcome, WriteResult

MOST_ROUNDS = 3
"""Questions of a server about one write; after that a person answers."""
LIFETIME = 30 * 60 * SECOND
"""Of a question of a server; the proposal that puts it has its own, and a server may forget sooner."""
NOT_SENT = "not sent"
MOST_STATE = 65_536
"""Characters of a sealed state: it is stored until the customer answers."""
MOST_ITEMS = 1_000
"""Of a list in which ours is looked for."""


@dataclass(frozen=True, slots=True)
class ToolWrites:
    """`commit` and `verify` of a job."""

    tool: Tool

    async def commit(self, effect: Effect) -> WriteResult:
        """Carry it out once. What cannot be said for sure is UNKNOWN."""
        asked = effect.args.get(ASKED)
        question = await self._use(asked) if asked else None
        if asked and question is None:
            return _unknown("its question was answered before, or is too old")
        call = self._call(effect) if question is None else question.call
        try:
            told = await self.tool.desk.tools.call(call)
        except ToolError as error:
            return _unknown(error.message) if error.sent else WriteResult(Outcome.FAILED, reason=NOT_SENT)
        if isinstance(told, Asked):
            return await self._ask(effect, call, told, question)
        if told.failed:
            return await self._after_an_error(effect)
        if self.tool.of.verify_always:
            return await self._found(effect) or _unknown("done, it says, and it is not to be seen")
        return _done(told.data, self.tool.of.reference)

    async def verify(self, effect: Effect) -> WriteResult | None:
        """What became of it. None, which lets it be repeated, only where its server does it once per key."""
        found = await self._found(effect)
        once = self.tool.of.idempotency == "argument" and ASKED not in effect.args
        return found if found is not None or once else _unknown("not to be seen yet")

    def _call(self, effect: Effect) -> Call:
        tool = self.tool
        arguments = filled(tool.of.arguments, tool.typed(effect.args, effect.key))
        return Call(tool.server, tool.tool, arguments, writes=True)

    async def _after_an_error(self, effect: Effect) -> WriteResult:
        """It says that it did not do it; it is believed where nothing of it is to be seen."""
        found = await self._found(effect)
        return WriteResult(Outcome.FAILED, reason="the tool refused") if found is None else found

    async def _found(self, effect: Effect) -> WriteResult | None:
        """Ours, as the look-up tool shows it; None if it surely is not there."""
        tool, verify = self.tool, self.tool.of.verify
        if verify is None:
            return _unknown("nothing tells what became of it")
        values = tool.typed(effect.args, effect.args.get(FIRST, effect.key))
        try:
            told = await tool.desk.tools.call(
                Call(tool.server, verify.tool, filled(verify.arguments, values))
            )
        except ToolError as error:
            return _unknown(error.message)
        if not isinstance(told, Told) or told.failed:
            return _unknown("the look-up tool did not tell")
        items = [told.data] if verify.items is None else at(told.data, verify.items)
        if not isinstance(items, list) or len(items) > MOST_ITEMS:
            return _unknown("the look-up tool told nothing that can be read")
        wanted = {path: str(one) for path, one in filled(verify.match, values).items()}
        ours = [item for item in items if _matches(item, wanted)]
        if not ours:
            return None
        if tool.of.idempotency == "none":
            return _unknown("there is one like it, and nothing tells whose it is")
        return _done(ours[0], verify.reference)

    # --- questions of the server ----------------------------------------------------------------

    async def _use(self, asked: str) -> ToolQuestion | None:
        questions = self.tool.desk.questions
        return await questions.use(asked) if questions is not None else None

    async def _ask(
        self, effect: Effect, call: Call, asked: Asked, before: ToolQuestion | None
    ) -> WriteResult:
        """Store what it asks, and say so; what cannot be asked of a customer is a person's to answer."""
        desk, of = self.tool.desk, self.tool.of
        answers = self._answers(asked)
        question = said(" ".join(form.message for form in asked.forms.values()), MOST_OF_A_QUESTION)
        rounds = (before.round if before else 0) + 1
        too_much = rounds > MOST_ROUNDS or len(asked.state or "") > MOST_STATE
        if answers is None or question is None or desk.questions is None or too_much:
            return WriteResult(Outcome.REFUSED, reason=NEEDS_A_PERSON)
        await desk.questions.keep(
            ToolQuestion(
                id=desk.new("q"),
                proposal=effect.proposal,
                key=before.key if before else effect.key,
                job=of.job or "",
                subject=self.tool.subject(effect.args),
                call=replace(call, resumes=Resumed(asked.state, answers)),
                question=question,
                round=rounds,
                expires_at=desk.now() + LIFETIME,
            )
        )
        return WriteResult(Outcome.REFUSED, reason=ASKS)

    def _answers(self, asked: Asked) -> Mapping[str, Mapping[str, Any]] | None:
        """The declared answers to each form; None if they do not answer it, or there is more than forms."""
        how = self.tool.of.elicitation
        if how is None or not asked.answerable:
            return None
        answers: dict[str, Mapping[str, Any]] = {}
        for name, form in asked.forms.items():
            wanted = form.schema.get("properties")
            fields = {*wanted} if isinstance(wanted, Mapping) else set[str]()
            content = {field: one for field, one in how.answers.items() if field in fields}
            if not {*content} >= fields or not self.tool.desk.fits(content, form.schema):
                return None
            answers[name] = content
        return answers


def _matches(item: object, wanted: Mapping[str, str]) -> bool:
    return all(value(item, path) == one for path, one in wanted.items())


def _done(data: object, path: str | None) -> WriteResult:
    return WriteResult(Outcome.DONE, reference=reference(data, path))


def _unknown(reason: str) -> WriteResult:
    return WriteResult(Outcome.UNKNOWN, reason=reason)
