"""An LLM as a reader that can be measured: asked about every row, one after the other, and paid for."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import Final

from wavoice.runtime.actions.builtin import JOBS
from wavoice.runtime.adapters.chat_api import ChatApi
from wavoice.runtime.errors import ConsultError
from wavoice.runtime.interpret.llm.opinion import opinion_from
from wavoice.runtime.interpret.llm.question import question_about
from wavoice.runtime.interpret.llm.weigh import is_worth_asking, weighed
from wavoice.runtime.model import Reading
from wavoice.runtime.ports import Interpreter, Situation
from wavoice.runtime.settings_understanding import Llm

MILLION: Final = 1_000_000


@dataclass(slots=True)
class AskingReader:
    """`Interpreter` over others and an LLM. What is no answer counts as nothing understood."""

    others: Interpreter
    server: ChatApi
    settings: Llm
    alone: bool
    """True: it decides on every row, whatever the others say; False: it is asked as in a turn."""
    asked: int = 0
    failed: int = 0
    paid: float = 0.0
    """So far, at the prices of the settings."""
    _runner: asyncio.Runner = field(default_factory=asyncio.Runner)

    def read(self, text: str, situation: Situation) -> Reading:
        """See `Interpreter.read`; waits for the LLM within its budget."""
        reading = self.others.read(text, situation)
        if self.alone:
            reading = replace(reading, intent=None, likely=())
        elif not is_worth_asking(reading, situation):
            return reading
        self.asked += 1
        try:
            return self._runner.run(self._asked(reading, situation))
        except ConsultError:
            self.failed += 1
            return reading

    async def _asked(self, reading: Reading, situation: Situation) -> Reading:
        written = await self.server.ask(question_about(reading.text, JOBS, situation))
        price = written.tokens_in * self.settings.price_in + written.tokens_out * self.settings.price_out
        self.paid += price / MILLION
        opinion = opinion_from(written.text, [job.name for job in JOBS], reading.text)
        return weighed(reading, opinion, JOBS, situation)

    def close(self) -> None:
        """Close the connections."""
        self._runner.run(self.server.close())
        self._runner.close()
