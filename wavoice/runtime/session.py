"""Sessions, pure: memory, consent, silence."""

from __future__ import annotations

from dataclasses import dataclass, replace

from wavoice.runtime.model import Conversation, Micros, Modality
from wavoice.runtime.policy import Policy


@dataclass(frozen=True, slots=True)
class Consents:
    """The latest word of a customer on each purpose; None if never asked."""

    messages: bool | None = None
    voice_replies: bool | None = None


def awaken(conversation: Conversation, now: Micros, policy: Policy) -> Conversation:
    """Begin a new chat session after the inactivity clock: memory and half-said jobs are forgotten."""
    last = conversation.last_seen_at
    if last is not None and now - last >= policy.inactivity:
        conversation = replace(conversation, memory=(), asking=None)
    return replace(conversation, last_seen_at=now)


def remember(conversation: Conversation, said: str, answer: str, policy: Policy) -> Conversation:
    """Add a turn; the oldest beyond `policy.memory` are forgotten."""
    return replace(conversation, memory=(*conversation.memory, (said, answer))[-policy.memory :])


def must_be_silent(conversation: Conversation, consents: Consents, intent: str | None) -> str | None:
    """Why the bot may not answer, or None. Only an explicit opt-in ends an opt-out (I20)."""
    if consents.messages is False and intent != "opt_in":
        return "opted out"
    if conversation.handed_off and intent not in ("opt_in", "opt_out", "bare_stop"):
        return "a person has taken over"
    return None


def answers_by_voice(modality: Modality, consents: Consents) -> bool:
    """A voice note is answered by voice once the customer has agreed to voice replies."""
    return modality is Modality.VOICE and consents.voice_replies is True
