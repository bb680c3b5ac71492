"""What MCP servers ask before they go on; each may be answered with a yes once."""

from __future__ import annotations

from sqlalchemy import bindparam, select, true, update

from wavoice.runtime.adapters.store.codec import VERSION, dump, load
from wavoice.runtime.adapters.store.portable import insert
from wavoice.runtime.adapters.store.statements import Statements
from wavoice.runtime.adapters.store.tables import proposals, tool_questions
from wavoice.runtime.errors import StoreError
from wavoice.runtime.mcp.calls import ToolQuestion
from wavoice.runtime.model import Micros

_PENDING, _USED, _DROPPED = "pending", "used", "dropped"

_given = ("id", "job", "subject", "state", "expires_at", "value", "version")
_keep = insert(tool_questions).from_select(
    ["proposal", "tenant", "number", "contact", *_given],
    select(
        proposals.c.id,
        proposals.c.tenant,
        proposals.c.number,
        proposals.c.contact,
        *(bindparam(f"new_{name}", type_=tool_questions.c[name].type) for name in _given),
    ).where(proposals.c.id == bindparam("of_proposal")),
)
_drop = (
    update(tool_questions)
    .where(tool_questions.c.proposal == bindparam("of_proposal"), tool_questions.c.state == _PENDING)
    .values(state=_DROPPED)
)
_waiting = (
    select(tool_questions.c.value, tool_questions.c.version)
    .join(proposals, proposals.c.id == tool_questions.c.proposal)
    .where(
        tool_questions.c.tenant == bindparam("of_tenant"),
        tool_questions.c.job == bindparam("of_job"),
        tool_questions.c.subject == bindparam("of_subject"),
        tool_questions.c.state == _PENDING,
        tool_questions.c.expires_at > bindparam("now"),
        proposals.c.open == true(),
    )
    .order_by(tool_questions.c.expires_at.desc(), tool_questions.c.id)
    .limit(1)
)
_use = (
    update(tool_questions)
    .where(
        tool_questions.c.id == bindparam("of_id"),
        tool_questions.c.state == _PENDING,
        tool_questions.c.expires_at > bindparam("now"),
    )
    .values(state=_USED)
    .returning(tool_questions.c.value, tool_questions.c.version)
)


class ToolQuestionRows:
    """`ports.ToolQuestions`."""

    def __init__(self, db: Statements) -> None:
        self._db = db

    async def keep(self, question: ToolQuestion) -> None:
        """See `ports.ToolQuestions`."""
        await self._db.execute(_drop, {"of_proposal": question.proposal})
        row = {
            "of_proposal": question.proposal,
            "new_id": question.id,
            "new_job": question.job,
            "new_subject": question.subject,
            "new_state": _PENDING,
            "new_expires_at": question.expires_at,
            "new_value": dump(question),
            "new_version": VERSION,
        }
        written = await self._db.execute(_keep, row)
        if not written.rowcount:
            raise StoreError(
                f"Proposal {question.proposal} is not stored.", remedy="Save it before its effect."
            )

    async def waiting(self, tenant: str, job: str, subject: str, now: Micros) -> ToolQuestion | None:
        """See `ports.ToolQuestions`."""
        where = {"of_tenant": tenant, "of_job": job, "of_subject": subject, "now": now}
        row = (await self._db.execute(_waiting, where)).one_or_none()
        return None if row is None else load(ToolQuestion, row.value, row.version)

    async def use(self, question: str, now: Micros) -> ToolQuestion | None:
        """See `ports.ToolQuestions`."""
        row = (await self._db.execute(_use, {"of_id": question, "now": now})).one_or_none()
        return None if row is None else load(ToolQuestion, row.value, row.version)
