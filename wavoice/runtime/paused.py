"""The bot is paused: messages are still taken and heard, and every one of them is a person's to answer."""

from __future__ import annotations

from dataclasses import replace

from wavoice.runtime import journal
from wavoice.runtime.aside import step_aside
from wavoice.runtime.deliver import end_turn, keep_delivery, send
from wavoice.runtime.hand_over import with_hours
from wavoice.runtime.hear import Words, hear
from wavoice.runtime.keep import keep, reply_to
from wavoice.runtime.kit import Turn
from wavoice.runtime.model import Form, HandOff, Inbound, Mark
from wavoice.runtime.originals import original
from wavoice.runtime.ports import Hint
from wavoice.runtime.replies import english
from wavoice.runtime.speaking import speak
from wavoice.runtime.steps import Step, freezing
from wavoice.runtime.turn import take
from wavoice.runtime.understand import Known, interpret, joined

_STOPS = frozenset({"opt_out", "bare_stop"})
WHY = "the bot is paused"


async def take_paused(turn: Turn, message: Inbound, known: Known) -> None:
    """Hand one message to a person, with one sentence to the customer where the bot had the chat until now.

    What waits for a yes is held. A STOP is heeded as ever (I20), and so is news of another identity (D48);
    the note is listened to, so that whoever takes over can read it.
    """
    message = joined(message, known)
    if await step_aside(turn, message, known):
        return
    if message.form is Form.IDENTITY or (
        message.media is None and _stops(turn, message, known, message.text)
    ):
        await take(turn, message, known)
        return
    words = await hear(turn, message, Hint(known.conversation.language), known.voice_left)
    if _stops(turn, message, known, words.text):
        await take(turn, message, known)
        return
    step = _step(turn, known)
    reply = None if step.text is None else reply_to(step, turn.kit.codes, by_voice=False)
    turn.log(journal.Decided(row="", effect="hand_off" if step.hand_off else "ignore", reason=WHY))
    turn.step = step.name
    turn.log(*step.events)
    if reply is None:
        turn.ended("silent", step.silent, message.received_at, turn.trace.now())
    async with original(turn, message, known, words, step):
        group = await keep(turn, message, known, words, step, reply)
    if group is None:
        return
    delivery = await send(turn, group, turn.ahead(speak(turn, group.reply)))
    end_turn(turn, delivery, "paused", message.received_at)
    async with turn.kit.store.begin() as tx:
        await keep_delivery(turn, tx, delivery)
        await turn.write_journal(tx)


def _stops(turn: Turn, message: Inbound, known: Known, text: str | None) -> bool:
    reading, _ = interpret(turn, message, known, Words(text=text or ""))
    return reading.intent in _STOPS or Mark.STOP in reading.marks


def _step(turn: Turn, known: Known) -> Step:
    """What becomes of what is open, and the sentence: none for who has left, or has a person already."""
    step = replace(freezing(known.proposal, turn.trace.now()), asking=known.conversation.asking)
    if known.conversation.handed_off:
        return replace(step, silent="a person has taken over")
    handed = replace(
        step, hand_off=HandOff.PAUSED, events=(*step.events, journal.HandedOff(reason=HandOff.PAUSED))
    )
    if known.consents.messages is False:
        return replace(handed, silent="opted out")
    return with_hours(turn, replace(handed, text=english.PAUSED))
