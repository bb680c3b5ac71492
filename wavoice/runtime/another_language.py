"""A note that makes no sense in its customer's language: which language it is in, and what follows.

The setting comes first, what was remembered of a customer next, detection last: recognisers take short
and noisy notes for any language. A note in which a veto was heard is never heard again, so that none can
get lost by it.
"""

from __future__ import annotations

from dataclasses import replace

from wavoice.runtime import journal
from wavoice.runtime.errors import SpeechError, UnsupportedLanguageError
from wavoice.runtime.hear import Words, heard_again, listen_again, words_of
from wavoice.runtime.kit import Turn
from wavoice.runtime.model import Heard, Reading
from wavoice.runtime.ports import Hint
from wavoice.runtime.redact import was_redacted
from wavoice.runtime.understand import Known


async def in_its_own(
    turn: Turn, known: Known, words: Words, readings: tuple[Reading, Reading | None], hint: Hint
) -> tuple[Known, Words] | None:
    """Hear the note in the language that it is in. None if it stays as it was heard.

    One that the ears know is remembered for this customer; one that they do not know is a trouble.
    """
    policy, tongues = turn.kit.policy, turn.kit.tongues
    first = words.heard
    if first is None or words.audio is None or first.speech_seconds < policy.min_language_seconds:
        return None
    if not words.text.strip() or was_redacted(words.text) or _makes_sense(turn, first, readings):
        return None  # what holds a card number is listened to no more
    try:
        heard = await listen_again(turn, words, replace(hint, words=(), find_language=True))
    except SpeechError as error:
        turn.log(journal.Trouble(stage="transcribe", code=error.code, detail=error.message))
        return None
    found = heard.transcript.language if heard.decodes else hint.language
    if found == hint.language or not _is_sure(turn, heard, known=found in tongues.heard):
        return None
    if found not in tongues.heard:
        turn.log(journal.Trouble(stage="transcribe", code=UnsupportedLanguageError.code, detail=found))
        return known, replace(words, text="", other=None, trouble=UnsupportedLanguageError.code, tongue=found)
    heard_again(turn, heard)
    if heard.transcript.measured and heard.transcript.avg_logprob < policy.min_request_logprob:
        return known, replace(words, tongue=found)
    spoken = replace(known.conversation, language=found)
    return replace(known, conversation=spoken), words_of(heard, words)


def _is_sure(turn: Turn, heard: Heard, *, known: bool) -> bool:
    """A recogniser that does not tell how sure it is proves the language by what it has heard in it."""
    if heard.language_p is not None:
        return heard.language_p >= turn.kit.policy.min_language_p
    decode = heard.transcript
    return known and decode.measured and decode.avg_logprob >= turn.kit.policy.min_request_logprob


def _makes_sense(turn: Turn, heard: Heard, readings: tuple[Reading, Reading | None]) -> bool:
    """A wish, a value or an answer was heard well enough, or anything that refuses."""
    reading, other = readings
    if reading.vetoes or (other is not None and other.vetoes):
        return True
    told = heard.transcript.measured
    sure = not told or heard.transcript.avg_logprob >= turn.kit.policy.min_request_logprob
    return sure and bool(reading.intent or reading.marks or reading.slots)
