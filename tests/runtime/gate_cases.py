"""Building blocks of the gate's tests: one open proposal, one answer to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from wavoice.runtime.confirm import Case
from wavoice.runtime.interpret.rules import RulesInterpreter
from wavoice.runtime.model import (
    SECOND,
    Address,
    Binding,
    Decode,
    Evidence,
    Modality,
    PromptState,
    Proposal,
    ProposalState,
    Tier,
)
from wavoice.runtime.policy import Policy
from wavoice.runtime.ports import Situation
from wavoice.runtime.proposals import Draft, propose

POLICY = Policy()
MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)
ASKED = int(MONDAY.timestamp()) * SECOND
PROMPT = "Order 1842: move it to Friday 27 November? Reply yes or no."
DRAFT = Draft(
    address=Address("default", "100", "c_1"),
    action="reschedule_delivery",
    args={"order": "1842", "day": "2026-11-27"},
    before={"order": "1842", "day": "2026-11-26"},
    facts_version="v1",
    tier=Tier.R2,
    read_back=PROMPT,
    turn="t_1",
)


def proposal(state: ProposalState = ProposalState.PENDING, **changes: object) -> Proposal:
    """A proposal that was asked at `ASKED` and stands in `state`."""
    asked = replace(
        propose(DRAFT, "p_1", 1, ASKED, POLICY),
        prompts=("wamid.PROMPT",),
        prompted_at=ASKED,
        prompt_state=PromptState.DELIVERED,
        state=state,
    )
    return replace(asked, **changes)  # type: ignore[arg-type]


def case(
    words: str,
    modality: Modality = Modality.TEXT,
    open_one: Proposal | None = None,
    *,
    other: str | None = None,
    after: float = 10.0,
    seconds: float = 1.0,
    logprob: float = -0.2,
    no_speech: float = 0.02,
    speech: float = 0.8,
    binding: Binding = Binding.SOLE_OPEN,
    forwarded: bool = False,
    unread: int = 0,
    message: str = "wamid.ANSWER",
    nothing: bool = False,
) -> Case:
    """An answer in `words`, sent `after` seconds after the question; voice notes get two decodes."""
    current = None if nothing else open_one or proposal()
    is_open = current is not None and current.is_open
    situation = Situation(
        now=MONDAY,
        open_action=current.action if current and is_open else None,
        prompt=current.read_back if current and is_open else "",
    )
    read = RulesInterpreter().read
    voice = modality is Modality.VOICE
    now = ASKED + round(after * SECOND)
    decodes = (
        (
            Decode(other if other is not None else words, logprob, no_speech, "en", "negative", 1),
            Decode(words, logprob, no_speech, "en", "none", 5),
        )
        if voice
        else ()
    )
    return Case(
        reading=read(words, situation),
        evidence=Evidence(
            message=message,
            modality=modality,
            binding=binding if is_open else Binding.NONE,
            prompt="wamid.PROMPT",
            digest=current.digest if current and is_open and binding is not Binding.STALE else None,
            event_at=now // SECOND * SECOND,
            received_at=now,
            note_seconds=seconds if voice else 0.0,
            speech_seconds=speech if voice else 0.0,
            decodes=decodes,
            forwarded=forwarded,
        ),
        now=now,
        proposal=current,
        other=read(other if other is not None else words, situation) if voice else None,
        unread=unread,
    )
