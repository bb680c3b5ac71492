"""Sessions, pure: memory, half-said jobs, silence, and whose message starts a clock.

Three clocks. Inactivity (`policy.inactivity`) ends the chat session, which is its memory. The business
clock (`policy.business_clock`) ends task state: an open question, a half-said job. WhatsApp's own 24
hours (`policy.service_window`) end the right to write at all.

The first two run from the customer's last *words* (`last_seen_at`): a sticker, a reaction, a picture or
a note without speech starts no session, resets no clock and forgets nothing. WhatsApp's clock runs from
its last message of any kind (`wrote_at`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from wavoice.runtime.actions.registry import Jobs
from wavoice.runtime.cases import Case, says_nothing
from wavoice.runtime.consent import Consents
from wavoice.runtime.model import (
    Asking,
    Conversation,
    Form,
    Inbound,
    Mark,
    Micros,
    Modality,
    Reading,
)
from wavoice.runtime.policy import Policy

__all__ = ["Consents"]

_UNSET = "en"
"""Language of a conversation as it is made."""
UNKEPT = "[voice note]"
"""What is remembered of a note whose words may not be kept."""


def awaken(conversation: Conversation, now: Micros, policy: Policy) -> Conversation:
    """Drop what a clock has ended: memory after inactivity, half-said jobs after the business clock."""
    last = conversation.last_seen_at
    if last is not None and now - last >= policy.inactivity:
        conversation = replace(conversation, memory=())
    return replace(
        conversation,
        asking=_unless_old(conversation.asking, now, policy),
        aside=_unless_old(conversation.aside, now, policy),
    )


def _unless_old(asking: Asking | None, now: Micros, policy: Policy) -> Asking | None:
    return asking if asking is not None and now - asking.since < policy.business_clock else None


def first_heard_in(conversation: Conversation, first: str) -> Conversation:
    """The conversation of a customer who has said nothing yet is held in the shop's language."""
    new = conversation.last_seen_at is None and conversation.language == _UNSET
    return replace(conversation, language=first) if new and first != _UNSET else conversation


def spoken_in(conversation: Conversation, case: Case, first: str) -> Conversation:
    """Who answers in the shop's language is heard in it again; of any other a note has to prove it."""
    reading = case.reading
    back = reading.marks and reading.language == first and case.evidence.modality is not Modality.BUTTON
    return replace(conversation, language=first) if back and conversation.language != first else conversation


def has_meaning(case: Case, policy: Policy) -> bool:
    """True if the customer said something: it starts a session and its clock. Receipt alone does not."""
    if case.evidence.modality is Modality.BUTTON:
        return True
    if case.evidence.modality is Modality.OTHER or case.unreadable:
        return False
    return not says_nothing(case, policy)


def remember(conversation: Conversation, said: str, answer: str, policy: Policy) -> Conversation:
    """Add a turn; the oldest beyond `policy.memory` are forgotten."""
    return replace(conversation, memory=(*conversation.memory, (said, answer))[-policy.memory :])


def one_thought(
    first: Inbound,
    rest: Sequence[Inbound],
    read: Callable[[Inbound], Reading],
    policy: Policy,
    jobs: Jobs,
) -> tuple[Inbound, ...]:
    """Which of the stored messages go on with the thought of the first, in order of arrival.

    People type one request in three bubbles. They are joined while each is plain typing within the join
    window of the one before it, without any yes, no or wait, and of one job at most.
    """
    parts: list[Inbound] = []
    last, job = first, _job_of(first, read, jobs)
    if job is None:
        return ()
    for message in rest:
        theirs = _job_of(message, read, jobs)
        near = message.received_at - last.received_at <= policy.join_window
        if theirs is None or not near or (theirs and job and theirs != job):
            break
        parts.append(message)
        last, job = message, job or theirs
    return tuple(parts)


def _job_of(message: Inbound, read: Callable[[Inbound], Reading], jobs: Jobs) -> str | None:
    """The job that a plain piece of typing asks for, "" for none; None for anything but a plain piece."""
    typed = message.modality is Modality.TEXT and message.form is Form.MESSAGE and message.text
    if not typed or message.forwarded or message.quotes is not None or message.attempts:
        return None
    reading = read(message)
    if reading.vetoes or {Mark.YES, Mark.WEAK} & set(reading.marks):
        return None
    if reading.intent is not None and reading.intent not in jobs:
        return None
    return reading.intent or ""


def may_keep_words(modality: Modality, consents: Consents) -> bool:
    """What was typed is the customer's own letter; what was heard is kept only by consent."""
    return modality is not Modality.VOICE or consents.voice_data is True


def carry_on(
    before: Conversation, asking: Asking | None, now: Micros, *, over: bool
) -> tuple[Asking | None, Asking | None]:
    """The half-said job after a turn, and the one that was left for it.

    `asking` is what the turn asked for; `over` says that the half-said job went on or was given up.
    A question in between changes neither; another job puts the half-said one aside, and it comes back.
    """
    left = before.asking
    if asking is None:
        return (before.aside, None) if over else (left, before.aside)
    if asking == left:
        return left, before.aside
    fresh = replace(asking, since=now)
    if over or left is None or left.intent == asking.intent:
        return fresh, before.aside
    return fresh, left


def must_be_silent(
    conversation: Conversation, consents: Consents, intent: str | None, *, reads: bool = False
) -> str | None:
    """Why the bot may not answer, or None. Only an explicit opt-in ends an opt-out (I20).

    `reads`: nobody is there for now, and the answer would only read.
    """
    if consents.messages is False and intent != "opt_in":
        return "opted out"
    if conversation.handed_off and not reads and intent not in ("opt_in", "opt_out", "bare_stop"):
        return "a person has taken over"
    return None


def answers_by_voice(modality: Modality, consents: Consents) -> bool:
    """A voice note is answered by voice once the customer has agreed to voice replies."""
    return modality is Modality.VOICE and consents.voice_replies is True


def window_ends(conversation: Conversation, policy: Policy) -> Micros | None:
    """When WhatsApp stops taking free-form messages for this customer; None if it is not known."""
    return None if conversation.wrote_at is None else conversation.wrote_at + policy.service_window
