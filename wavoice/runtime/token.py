"""The commit token: the gate's word that one write may be made now, and whoever writes asks for it. Pure.

Python cannot keep a determined caller out; it can make sure that nobody gets past by mistake. A token
is made only by `mint`, which only `proposals.py` may call (tests/test_house.py), is bound to one effect,
and can be neither changed, copied nor stored: after a restart the gate has to decide again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import InitVar, asdict, dataclass, fields
from typing import Any, NoReturn
from weakref import WeakSet

import rfc8785

from wavoice.runtime.errors import CommitRefusedError
from wavoice.runtime.model import Binding, Effect, Evidence, Micros, Modality, Proposal, Tier

_GATE = object()
"""Who holds it may mint; it never leaves this module."""


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class CommitToken:
    """Permission for one write, bound to all that it was given for."""

    gate: InitVar[object]
    key: str
    """Idempotency key of the effect."""
    write: str
    """`fingerprint` of the effect: its key, action, arguments and facts version."""
    digest: str
    """Of the proposal version that was approved."""
    facts_version: str
    tier: Tier
    evidence: str
    """wamid of the message that approved it: it approves nothing else, ever."""
    proof: str
    """`sha256:` of the whole evidence."""
    discrete: bool
    """It was a tap on the button of this version, or its code, typed."""
    deadline: Micros
    """From here on it is void."""

    def __post_init__(self, gate: object) -> None:
        if gate is not _GATE:
            raise CommitRefusedError("forged", "A commit token was made outside the gate.")

    def __copy__(self) -> NoReturn:
        raise CommitRefusedError("forged", "A commit token was copied.")

    def __deepcopy__(self, _memo: Any) -> NoReturn:
        self.__copy__()

    def __reduce__(self) -> NoReturn:
        self.__copy__()


def mint(effect: Effect, proposal: Proposal, evidence: Evidence) -> CommitToken:
    """Make the token of a decision to write. For the gate alone."""
    return CommitToken(
        gate=_GATE,
        key=effect.key,
        write=fingerprint(effect),
        digest=proposal.digest,
        facts_version=proposal.facts_version,
        tier=proposal.tier,
        evidence=evidence.message,
        proof=_sha256(asdict(evidence)),
        discrete=is_discrete(evidence),
        deadline=proposal.expires_at,
    )


def is_discrete(evidence: Evidence) -> bool:
    """A tap on the button of this version, or its code, typed."""
    typed_code = evidence.modality is Modality.TEXT and evidence.code_fits is True
    return evidence.binding is Binding.BUTTON or typed_code


_BOUND = tuple(spec.name for spec in fields(Effect))


def fingerprint(effect: Effect) -> str:
    """`sha256:` over the canonical JSON of everything that is written: another argument is another one."""
    return _sha256({name: getattr(effect, name) for name in _BOUND})


class Admission:
    """Asked by every adapter before it writes. One for all adapters of a runtime."""

    def __init__(self, now: Callable[[], Micros]) -> None:
        self._now = now
        self._used: WeakSet[CommitToken] = WeakSet()

    def admit(self, effect: Effect, token: CommitToken | None) -> None:
        """Use the token up, or raise `CommitRefusedError`; then nothing may be sent."""
        check(effect, token)
        if token is None:  # `check` has raised; for the type checker
            return
        if self._now() >= token.deadline:
            raise CommitRefusedError("token_late", "The deadline of this approval has passed.")
        if token in self._used:
            raise CommitRefusedError("token_used", "This commit token was used for an earlier try.")
        self._used.add(token)


def check(effect: Effect, token: CommitToken | None) -> None:
    """Raise `CommitRefusedError` unless the token was made for exactly this effect and suffices for it."""
    if not isinstance(token, CommitToken):
        raise CommitRefusedError("no_token", "A write was tried without a commit token.")
    if token.facts_version != effect.facts_version:
        raise CommitRefusedError("other_facts", "The commit token is of another version of the record.")
    if token.key != effect.key or token.write != fingerprint(effect):
        raise CommitRefusedError("other_write", "The commit token is of another write.")
    if token.tier is Tier.R3 and not token.discrete:
        raise CommitRefusedError("not_discrete", "Money needs the button or the code of this very question.")


def _sha256(value: dict[str, Any]) -> str:
    # Floats (confidences) are made text: RFC 8785 writes them in a way of its own.
    return "sha256:" + hashlib.sha256(rfc8785.dumps(_plain(value))).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return repr(value) if isinstance(value, float) else value
