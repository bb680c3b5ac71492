"""Interpret, last resort: an LLM is asked about words that nobody else understood, while the shop answers.

Asked before the look-up is waited for, so that both run at once; a turn whose words are certain never gets
here. Whatever goes wrong, the turn goes on with what it had.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from wavoice.runtime import journal
from wavoice.runtime.errors import ConsultError
from wavoice.runtime.hear import Words
from wavoice.runtime.interpret.llm import Written
from wavoice.runtime.interpret.llm.opinion import Opinion, opinion_from
from wavoice.runtime.interpret.llm.question import question_about
from wavoice.runtime.interpret.llm.weigh import is_worth_asking, weighed
from wavoice.runtime.kit import Kit, Turn
from wavoice.runtime.model import Facts, Form, Inbound, Modality, Reading, Stage
from wavoice.runtime.redact import was_redacted
from wavoice.runtime.understand import Known, situation_of


async def consulted(
    turn: Turn, message: Inbound, known: Known, words: Words, reading: Reading, shop: Awaitable[Facts | None]
) -> Reading:
    """The reading, with what an LLM makes of the words if they are worth it; never raises for its sake.

    `shop`: the customer's facts, under way; what has come by now is shown to it.
    """
    kit = turn.kit
    if kit.consultant is None or not _is_a_wish(kit, message, known, words, reading):
        return reading
    situation = situation_of(kit, turn.jobs, message, known)
    if not is_worth_asking(reading, situation):
        return reading
    conversation = known.conversation
    question = question_about(
        reading.text, turn.jobs, situation, conversation.memory, conversation.asking, _by_now(shop)
    )
    names = [job.name for job in turn.jobs]
    try:
        with turn.trace.span(Stage.INTERPRET):
            written = await kit.consultant.ask(question, turn.address.contact)
            opinion = _opinion(written, names, reading)
    except ConsultError as error:
        turn.log(journal.Trouble(stage="interpret", code=error.code, detail=error.message))
        return reading
    return reading if opinion is None else weighed(reading, opinion, turn.jobs, situation)


def _opinion(written: Written | None, names: list[str], reading: Reading) -> Opinion | None:
    return None if written is None else opinion_from(written.text, names, reading.text)


def _is_a_wish(kit: Kit, message: Inbound, known: Known, words: Words, reading: Reading) -> bool:
    """True for the customer's own fresh words, heard well enough, that answer no question of ours.

    Beside anything that was proposed before, a yes, a no or a wait is the gate's alone.
    """
    said = message.form is Form.MESSAGE and message.modality in (Modality.TEXT, Modality.VOICE)
    own = not message.forwarded and (message.media is None or message.media.voice)
    if not (said and own) or words.trouble or words.tongue or known.conversation.question is not None:
        return False
    if known.proposal is not None and (known.proposal.is_open or reading.marks):
        return False
    if was_redacted(message.text, words.text, words.other):
        return False
    decodes = words.heard.decodes if words.heard is not None else ()
    return all(not one.measured or one.avg_logprob >= kit.policy.min_request_logprob for one in decodes[-1:])


def _by_now(shop: Awaitable[Facts | None]) -> Facts | None:
    if not isinstance(shop, asyncio.Task) or not shop.done() or shop.cancelled():
        return None
    return None if shop.exception() is not None else shop.result()
