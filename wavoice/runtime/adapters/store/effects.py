"""External writes, each under its one idempotency key."""

from __future__ import annotations

from sqlalchemy import bindparam, or_, select, update

from wavoice.runtime.adapters.store.codec import dump_json
from wavoice.runtime.adapters.store.portable import insert
from wavoice.runtime.adapters.store.statements import Statements
from wavoice.runtime.adapters.store.tables import effects, proposals
from wavoice.runtime.errors import CommitRefusedError, StoreError
from wavoice.runtime.model import Effect, Micros, Outcome, WriteResult
from wavoice.runtime.token import CommitToken, check

_INTENDED = "intended"

_given = ("key", "action", "args", "facts_version", "state", "intended_at", "evidence")
_intend = (
    insert(effects)
    .from_select(
        ["proposal", "tenant", "number", "contact", *_given],
        select(
            proposals.c.id,
            proposals.c.tenant,
            proposals.c.number,
            proposals.c.contact,
            *(bindparam(f"new_{name}", type_=effects.c[name].type) for name in _given),
        ).where(proposals.c.id == bindparam("of_proposal")),
    )
    .on_conflict_do_nothing()
)
_read = select(effects).where(effects.c.key == bindparam("of_key"))
_used = select(effects.c.key).where(
    effects.c.tenant == proposals.c.tenant,
    effects.c.number == proposals.c.number,
    effects.c.evidence == bindparam("of_evidence"),
    effects.c.key != bindparam("of_key"),
    proposals.c.id == bindparam("of_proposal"),
)
_settle = (
    update(effects)
    .where(
        effects.c.key == bindparam("of_key"),
        or_(effects.c.state != Outcome.DONE, bindparam("outcome") == Outcome.DONE),
    )
    .values(
        state=bindparam("outcome"),
        reference=bindparam("given_reference"),
        reason=bindparam("given_reason"),
        ended_at=bindparam("end"),
    )
)


class EffectRows:
    """`ports.Effects`."""

    def __init__(self, db: Statements) -> None:
        self._db = db

    async def intend(self, effect: Effect, at: Micros, token: CommitToken) -> bool:
        """See `ports.Effects`. Also raises `StoreError` for a proposal that is not stored."""
        check(effect, token)
        args = dump_json(effect.args)
        written = await self._db.execute(
            _intend,
            {
                "of_proposal": effect.proposal,
                "new_key": effect.key,
                "new_action": effect.action,
                "new_args": args,
                "new_facts_version": effect.facts_version,
                "new_state": _INTENDED,
                "new_intended_at": at,
                "new_evidence": token.evidence,
            },
        )
        if written.rowcount:
            return True
        about = {"of_key": effect.key, "of_proposal": effect.proposal, "of_evidence": token.evidence}
        if (await self._db.execute(_used, about)).first() is not None:
            raise CommitRefusedError("evidence_used", "This yes has approved another write already.")
        known = (await self._db.execute(_read, {"of_key": effect.key})).one_or_none()
        if known is None:
            raise StoreError(
                f"Proposal {effect.proposal} is not stored.", remedy="Save it before its effect."
            )
        if (known.proposal, known.action, known.args) != (effect.proposal, effect.action, args):
            raise StoreError(
                f"Key {effect.key} was used before with other arguments.",
                remedy="This is a bug in what makes keys; a person has to check the effect.",
            )
        if known.evidence not in (None, token.evidence):
            raise CommitRefusedError("other_write", "This write was begun on the word of another message.")
        return False

    async def settle(self, key: str, result: WriteResult, at: Micros) -> None:
        """See `ports.Effects`.

        Raises `StoreError` for a key that was never intended, and rather than take back a `done`.
        """
        written = await self._db.execute(
            _settle,
            {
                "of_key": key,
                "outcome": result.outcome,
                "given_reference": result.reference,
                "given_reason": result.reason,
                "end": at,
            },
        )
        if not written.rowcount:
            raise StoreError(
                f"Effect {key} cannot end as {result.outcome}: it was never intended, or it is done.",
                remedy="Intend an effect before the call; look a done one up.",
            )

    async def state(self, key: str) -> Outcome | None:
        """See `ports.Effects`."""
        row = (await self._db.execute(_read, {"of_key": key})).one_or_none()
        if row is None:
            return None
        return Outcome.UNKNOWN if row.state == _INTENDED else Outcome(row.state)
