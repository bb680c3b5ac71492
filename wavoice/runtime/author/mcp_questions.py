"""`mcp.calls.Questions` in the bot's own store."""

from __future__ import annotations

from dataclasses import dataclass

from wavoice.runtime.mcp.calls import ToolQuestion
from wavoice.runtime.ports import Clock, Store


@dataclass(frozen=True, slots=True)
class StoredQuestions:
    """Each call is a transaction of its own, so what is used is used, whatever comes after."""

    store: Store
    clock: Clock
    tenant: str

    async def keep(self, question: ToolQuestion) -> None:
        """See `Questions`."""
        async with self.store.begin() as tx:
            await tx.tool_questions.keep(question)

    async def waiting(self, job: str, subject: str) -> ToolQuestion | None:
        """See `Questions`."""
        async with self.store.begin() as tx:
            return await tx.tool_questions.waiting(self.tenant, job, subject, self.clock.now())

    async def use(self, question: str) -> ToolQuestion | None:
        """See `Questions`."""
        async with self.store.begin() as tx:
            return await tx.tool_questions.use(question, self.clock.now())
