"""Is this message a yes to that question? Written from the specification, beside the gate."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from tests.dialogues.log import Got, Heard, Moved, Sent, Status

S = 1_000_000
LIFETIME = {"R1": 1800 * S, "R2": 1800 * S, "R3": 300 * S}
ARRIVED = {"delivered", "read", "played"}
NOT_A_YES = {"unplain", "conditional", "partial", "reported", "sarcastic", "echo", "collides"}
NEVER = {"opt_out", "human", "bare_stop", "bare_cancel", "opt_in"}


@dataclass(slots=True)
class Asked:
    """One version of a proposal, and the messages that asked for it."""

    place: int
    """Where it was raised."""
    moved: Moved
    sent: list[tuple[int, Sent]] = field(default_factory=list)
    barrier: int = -1
    """Only what was asked after this entry can be answered: a veto was read there."""
    statuses: dict[str, set[str]] = field(default_factory=dict)

    def saw(self, status: Status) -> None:
        """Note a status of one of its messages."""
        if any(sent.id == status.id for _, sent in self.sent):
            self.statuses.setdefault(status.id, set()).add(status.status)

    def standing(self) -> list[Sent]:
        """The messages that can be answered now: none that failed everywhere."""
        return [
            sent
            for place, sent in self.sent
            if place > self.barrier and not self._failed(self.statuses.get(sent.id, set()))
        ]

    @staticmethod
    def _failed(seen: set[str]) -> bool:
        return "failed" in seen and not seen & ARRIVED

    def failed(self) -> bool:
        """True if no message that asked has arrived or may still arrive."""
        return all(self._failed(self.statuses.get(sent.id, set())) for _, sent in self.sent)

    def reads_as(self, text: str) -> Iterator[tuple[str, str]]:
        """The customer must be told what a yes would do."""
        day = date.fromisoformat(self.moved.args["day"])
        if f"{day:%A} {day.day} {day:%B}" not in text or self.moved.args["order"] not in text:
            yield "I5", f"asked about {dict(self.moved.args)} with: {text}"


def why_not(got: Got, place: int, moved: Moved, asked: Asked, *, alone: bool) -> Iterator[tuple[str, str]]:
    """What keeps this message from approving that version; nothing if it does."""
    if got.sender != moved.contact:
        yield "I1", "somebody else said it"
    if moved.identity and got.identity and got.identity != moved.identity:
        yield "I1", "the number has another owner now"
    if got.forwarded or got.file:
        yield "I1", "it was not said now"
    if got.form != "message" and not (got.form == "reaction" and moved.tier == "R1"):
        yield "I1", f"{got.form} is no yes"
    if got.at >= moved.created_at + LIFETIME[moved.tier]:
        yield "I4", "it came after the lifetime of the question"
    if got.sent_at > got.at + 60 * S:
        yield "I4", "it is dated in the future"
    prompts = asked.standing()
    if not prompts:
        yield "I1", "no question stands"
        return
    tapped = got.channel == "button" and got.button == f"yes:{moved.digest}"
    # Who taps or quotes a message has seen it, whatever its statuses say.
    ids = {sent.id for place, sent in asked.sent if place > asked.barrier}
    quoted = got.quotes in ids
    yield from _bound(got, moved, ids, alone=alone)
    if not tapped:
        yield from _words(got, moved, quoted=quoted)
        yield from _seen(got, moved, asked, prompts, quoted=quoted)
    if moved.tier == "R3" and not tapped and not _has_code(got, prompts):
        yield "I14", "money moves on a button or its code alone"
    if got.channel == "voice" and not tapped:
        yield from _audible(got, moved)


def _bound(got: Got, moved: Moved, ids: set[str], *, alone: bool) -> Iterator[tuple[str, str]]:
    if got.channel == "button":
        if got.button != f"yes:{moved.digest}" or (got.quotes is not None and got.quotes not in ids):
            yield "I1", "the button of another question"
    elif got.quotes is not None:
        if got.quotes not in ids:
            yield "I1", "it quotes another question"
    elif got.form == "reaction":
        if got.target not in ids:
            yield "I1", "a reaction to another message"
    elif not alone:
        yield "I1", "another question was asked since"


def _words(got: Got, moved: Moved, *, quoted: bool) -> Iterator[tuple[str, str]]:
    last = got.readings[-1]
    marks = set(last.marks)
    if not marks & {"Y", "W"}:
        yield "I6", "there is no yes in it"
    if "Y" not in marks and moved.tier != "R1" and not (got.channel == "text" and quoted):
        yield "I9", "too weak a yes"
    for heard in got.readings:
        # A veto counts in any decode. What else a second one hears matters from R2 on.
        veto = set(heard.marks) & set("NHCMS")
        if veto and not _ends_in_yes(got, moved):
            yield "I3", "a veto is in it"
        if moved.tier == "R1" and heard is not last:
            continue
        if "Q" in heard.marks or "?" in heard.text:
            yield "I6", "it asks something"
        if wrong := heard.flags & NOT_A_YES:
            yield ("I10" if wrong == {"collides"} else "I6"), f"it is {', '.join(sorted(wrong))}"
        if heard.intent in NEVER:
            yield "I6", f"it asks for {heard.intent}"
        yield from _values(heard, moved)
        unsure = "unreviewed" in heard.flags or heard.language != "en"
        if unsure and moved.tier != "R1" and not quoted:
            yield "I10", "a language that nobody checked"
    if "softened" in last.flags and moved.tier != "R1" and got.channel != "text":
        yield "I3", "an idiom with a no in it"


def _values(heard: Heard, moved: Moved) -> Iterator[tuple[str, str]]:
    for slot, values in heard.said.items():
        if any(value != moved.args.get(slot) for value in values):
            yield "I5", f"it says {values} of the {slot}, asked was {moved.args.get(slot)}"


def _ends_in_yes(got: Got, moved: Moved) -> bool:
    """The one exception of the veto rule: typed, pending, no slot, a retraction and then a strong yes."""
    heard = got.readings[-1]
    typed = got.channel == "text" and moved.was == "pending" and not heard.said
    return typed and re.fullmatch("H[HY]*Y", heard.marks) is not None


def _seen(
    got: Got, moved: Moved, asked: Asked, prompts: list[Sent], *, quoted: bool
) -> Iterator[tuple[str, str]]:
    if quoted:
        return
    began = (min(got.sent_at, got.at) // S + 1) * S - round(got.seconds * S)
    heard = [sent for sent in prompts if sent.at <= began]
    if not heard and got.form == "message":
        yield "I15", "it began before the question was asked"
    if moved.tier != "R1" and not any(asked.statuses.get(sent.id, set()) & ARRIVED for sent in prompts):
        yield "I1", "the question is not known to have arrived"


def _has_code(got: Got, prompts: list[Sent]) -> bool:
    code = got.readings[-1].code
    return got.channel == "text" and code is not None and any(code in sent.text for sent in prompts)


def _audible(got: Got, moved: Moved) -> Iterator[tuple[str, str]]:
    if got.speech <= 0 or got.no_speech > 0.9 or not got.readings[-1].text:
        yield "I9", "no speech in it"
    if got.logprob < -0.6:
        yield "I9", "heard with too little confidence"
    if got.seconds > 30:
        yield "I9", "a yes inside a long note"
    if any("near_miss" in heard.flags for heard in got.readings):
        yield "I9", "it sounds like a no"
    if moved.tier != "R1" and not all("Y" in heard.marks for heard in got.readings):
        yield "I9", "the two decodes do not agree"
